"""Who owes what by when: a promise that is kept is silent, one that is late is a case for the one who owes it."""

from datetime import timedelta

from tests.stories.test_buyer import ORDER
from tests.support.house import CUSTOMER_KEY, SUPPLIER_KEY, customer, gateway, supplier
from tests.support.x12 import acknowledgment, functional, interchange, invoice, purchase_order, ship_notice

SOON = {"855": "4s", "856": "5s"}


def _supplier(**more):
    inbound = [{"document": name, "direction": "inbound", "role": "buyer"} for name in ("855", "856", "810")]
    order = {"document": "850", "direction": "outbound", "role": "buyer", "promises": SOON} | more
    return supplier(agreements=[order, *inbound])


async def _ordered(house):
    await house.order(ORDER, Idempotency_Key="o")
    await house.settle()
    [sent] = await house.outbox(SUPPLIER_KEY)
    group = sent.split("GS*PO*")[1].split("*")[4]
    await house.send(functional("PO", group, "850", "0001"))


async def _cases(house, count=1):
    await house.until(lambda: _open(house, count))
    return (await house.get("/api/v1/cases"))["items"]


async def _open(house, count):
    return len((await house.get("/api/v1/cases"))["items"]) >= count


async def test_what_a_supplier_promised_and_did_not_send_is_a_case(tmp_path):
    async with gateway(tmp_path, _supplier()) as house:
        await _ordered(house)
        await house.send(acknowledgment(1))
        [case] = await _cases(house)
        assert (case["cause"], case["owner"]) == ("promise-overdue", "partner")
        assert case["detail"] == "856 for order PO1 did not come in time", "the 855 came"
        kinds = [each["type"] for each in (await house.get(f"/api/v1/documents/{case['subject']}"))["timeline"]]
        assert kinds.count("promise.overdue") == 1


async def test_each_deadline_is_looked_at_once(tmp_path):
    async with gateway(tmp_path, _supplier()) as house:
        await _ordered(house)
        await _cases(house)
        [case] = await _cases(house)
        await house.until(lambda: _promises_broken(house, case["subject"], 2))
        assert await house.house.database.read(_steps_left) == 0


async def _promises_broken(house, subject, count):
    timeline = (await house.get(f"/api/v1/documents/{subject}"))["timeline"]
    return [each["data"]["set"] for each in timeline if each["type"] == "promise.overdue"] == ["855", "856"][:count]


def _steps_left(connection):
    return connection.exec_driver_sql("select count(*) from steps").scalar()


async def test_a_missing_acknowledgment_and_a_missing_answer_are_two_cases(tmp_path):
    terms = {"promises": {"855": "1s"}, "acknowledgment": {"within": "1s"}}
    async with gateway(tmp_path, _supplier(**terms)) as house:
        await house.order(ORDER, Idempotency_Key="o")
        await house.settle()
        await house.outbox(SUPPLIER_KEY)
        cases = await _cases(house, 2)
        assert sorted(case["cause"] for case in cases) == ["acknowledgment-overdue", "promise-overdue"]


async def test_what_we_promised_a_customer_is_our_own_case(tmp_path):
    outbound = [{"document": name, "direction": "outbound", "role": "seller"} for name in ("855", "856", "810")]
    order = {"document": "850", "direction": "inbound", "role": "seller", "promises": {"855": "1s"}}
    async with gateway(tmp_path, customer(agreements=[order, *outbound])) as house:
        await house.send(purchase_order(), CUSTOMER_KEY)
        [case] = await _cases(house)
        assert (case["cause"], case["owner"]) == ("promise-overdue-by-us", "business")
        assert case["detail"] == "855 for order CPO1 did not come in time"


class Clock:
    """The clock of the gateway, which a test moves on."""

    def __init__(self, house):
        self._plain = house.house.world.clock
        self._ahead = timedelta(0)
        world = house.house.world
        object.__setattr__(world, "clock", self)
        house.house.worker._queue._clock = self
        self._look = house.house.worker._queue.look

    def __call__(self):
        return self._plain() + self._ahead

    def on(self, **time):
        self._ahead += timedelta(**time)
        self._look()


def _agreed(**more):
    inbound = [{"document": name, "direction": "inbound", "role": "buyer"} for name in ("855", "856", "810")]
    return supplier(agreements=[{"document": "850", "direction": "outbound", "role": "buyer"} | more, *inbound])


async def _promises(house):
    def read(connection):
        return dict(connection.exec_driver_sql("select what, state from promises").fetchall())

    return await house.house.database.read(read)


async def _sent(house, number="PO1"):
    order = ORDER | {"body": ORDER["body"] | {"order_number": number}}
    await house.order(order, Idempotency_Key=number)
    await house.settle()
    [text] = await house.outbox(SUPPLIER_KEY)
    return text.split("GS*PO*")[1].split("*")[4]


async def test_what_comes_in_time_is_kept_and_what_comes_later_is_late_and_closes_its_case(tmp_path):
    async with gateway(tmp_path, _agreed(promises={"855": "1d", "856": "2d"})) as house:
        clock = Clock(house)
        group = await _sent(house)
        assert await _promises(house) == {"855": "waiting", "856": "waiting", "acknowledgment": "waiting"}
        await house.send(functional("PO", group, "850", "0001"))
        await house.send(acknowledgment(1))
        await house.settle()
        assert await _promises(house) == {"855": "kept", "856": "waiting", "acknowledgment": "kept"}
        clock.on(days=2, seconds=1)
        [case] = await _cases(house)
        assert (await _promises(house))["856"] == "broken"
        await house.send(ship_notice(2))
        await house.until(lambda: _open_is(house, 0))
        assert (await _promises(house))["856"] == "late"
        found = await house.get(f"/api/v1/documents/{case['subject']}")
        kinds = [each["type"] for each in found["timeline"]]
        assert {"promise.overdue", "promise.late", "case.closed"} <= set(kinds)
        assert found["cases"][0]["resolution"].startswith("kept late: 856 came ")


async def _open_is(house, count):
    return len((await house.get("/api/v1/cases"))["items"]) == count


async def test_a_ship_notice_for_several_orders_keeps_the_promise_of_each(tmp_path):
    async with gateway(tmp_path, _agreed(promises={"856": "2d"})) as house:
        for number in ("PO1", "PO2", "PO3"):
            await _sent(house, number)
        body = """BSN*00*SHP9*20261121*0915*0001
        HL*1**S*1
        REF*BM*BOL1
        HL*2*1*O*1
        PRF*PO1
        HL*3*2*I*0
        LIN*1*BP*B-1
        SN1*1*10*EA
        HL*4*1*O*1
        PRF*PO2
        HL*5*4*I*0
        LIN*1*BP*B-1
        SN1*1*10*EA
        CTT*5"""
        await house.send(interchange(body, set_id="856", group="SH", number=9))
        await house.settle()

        def read(connection):
            sql = "select order_number, state from promises where what = '856'"
            return dict(connection.exec_driver_sql(sql).fetchall())

        assert await house.house.database.read(read) == {"PO1": "kept", "PO2": "kept", "PO3": "waiting"}


async def test_an_acknowledgment_that_does_not_come_is_asked_for_again_before_a_person_decides(tmp_path):
    terms = {"acknowledgment": {"within": "2h", "resends": 1}, "overdue": {"escalate_within": "4h"}}
    async with gateway(tmp_path, _agreed(**terms)) as house:
        clock = Clock(house)
        await _sent(house)
        clock.on(hours=2, seconds=1)
        await house.until(lambda: _waits(house, 1))
        assert len(await house.outbox(SUPPLIER_KEY)) == 1, "the same bytes wait once more"
        assert await _open_is(house, 0)
        clock.on(hours=2, seconds=1)
        [case] = await _cases(house)
        assert (case["cause"], case["owner"]) == ("acknowledgment-overdue", "partner")
        clock.on(hours=4, seconds=1)
        await house.until(lambda: _owned_by(house, "business"))


async def _waits(house, count):
    return len((await house.get("/api/v1/outbox", SUPPLIER_KEY))["items"]) == count


async def _owned_by(house, owner):
    return [case["owner"] for case in (await house.get("/api/v1/cases"))["items"]] == [owner]


async def test_acknowledgments_are_told_apart(tmp_path):
    """The first verdict, the same once more, one after its time, a rejection, and one about nothing of ours."""
    async with gateway(tmp_path, _agreed(acknowledgment={"within": "2h"}, promises={"855": "1d"})) as house:
        clock = Clock(house)
        first, second, third = [await _sent(house, number) for number in ("PO1", "PO2", "PO3")]
        await house.send(functional("PO", first, "850", "0001", number=91))
        await house.settle()
        await house.send(functional("PO", first, "850", "0001", number=92))
        await house.send(functional("PO", third, "850", "0001", "R", number=93))
        await house.send(functional("PO", "4711", "850", "0001", number=94))
        await house.settle()
        clock.on(hours=2, seconds=1)
        await _cases(house, 3)
        await house.send(functional("PO", second, "850", "0001", number=95))
        await house.settle()
        found = (await house.get("/api/v1/documents?set=997"))["items"]
        states = {int(each["interchange_number"]): each["acknowledgment"] for each in found}
        assert states == {91: "accepted", 92: "duplicate", 93: "rejected", 94: "orphan", 95: "late"}

        def read(connection):
            sql = "select order_number, state from promises where what = '855'"
            return dict(connection.exec_driver_sql(sql).fetchall())

        answers = await house.house.database.read(read)
        assert answers == {"PO1": "waiting", "PO2": "waiting", "PO3": "cancelled"}, "what can't be read is not answered"


async def test_what_we_owe_a_customer_is_kept_when_it_can_fetch_it(tmp_path):
    outbound = [{"document": name, "direction": "outbound", "role": "seller"} for name in ("855", "856", "810")]
    promises = {"855": "1d", "confirmation": "10m", "acknowledgment": "1h"}
    order = {"document": "850", "direction": "inbound", "role": "seller", "promises": promises}
    async with gateway(tmp_path, customer(agreements=[order, *outbound])) as house:
        await house.send(purchase_order(), CUSTOMER_KEY)
        await house.settle()
        assert await _promises(house) == {"855": "waiting", "confirmation": "kept", "acknowledgment": "waiting"}
        await house.outbox(CUSTOMER_KEY)
        body = {"order_number": "CPO1", "ordered_on": "2026-11-20", "acknowledged_on": "2026-11-21"}
        body["acknowledgment_type"] = "accepted"
        made = await house.order({"type": "order_acknowledgment", "partner": "customer", "body": body})
        assert made.status == 202, await made.text()
        await house.settle()
        assert (await _promises(house)) == {
            "855": "kept",
            "confirmation": "kept",
            "acknowledgment": "kept",
        } | dict.fromkeys((), "waiting")


async def test_an_interchange_that_was_skipped_is_a_case_and_its_late_arrival_closes_it(tmp_path):
    terms = {"defaults": {"missing_within": "4h"}}
    async with gateway(tmp_path, supplier(**terms)) as house:
        clock = Clock(house)
        for number in (1041, 1044):
            await house.send(invoice(number))
            await house.settle()
        await house.send(invoice(1043))
        await house.settle()
        clock.on(hours=4, seconds=1)
        [case] = await _cases(house)
        assert (case["cause"], case["owner"]) == ("interchange-missing", "partner")
        assert case["detail"] == "interchange 000001042 of supplier probably never arrived: later ones came"
        await house.send(invoice(1042))
        await house.until(lambda: _open_is(house, 0))
        await house.send(invoice(40))
        await house.settle()
        assert await house.house.database.read(_backwards) == 1, "a number that runs backwards is noted"


async def test_numbers_are_not_watched_where_that_was_not_agreed(tmp_path):
    async with gateway(tmp_path, supplier()) as house:
        for number in (1, 9, 4):
            await house.send(invoice(number))
        await house.settle()
        assert await _promises(house) == {}
        assert await house.house.database.read(_backwards) == 0


def _backwards(connection):
    return connection.exec_driver_sql("select count(*) from events where type = 'interchange.backwards'").scalar()
