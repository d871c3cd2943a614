"""What is due by the days of an order: warned of before, a case after, moved and kept by what the papers say."""

from datetime import UTC, datetime, timedelta

from tests.stories.test_buyer import ORDER
from tests.stories.test_order_thread import MATCH, bill, notice, received
from tests.stories.test_promises import Clock
from tests.support.house import CUSTOMER_KEY, SUPPLIER_KEY, customer, gateway, supplier, write_config
from tests.support.x12 import acknowledgment, functional, purchase_order

DEADLINES = {"ship_notice_before": "1d", "invoice_within": "5d", "warn_before": "8h"}


def wanted(days):
    """Return the order, wanted so many days from now on."""
    day = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
    return ORDER | {"body": ORDER["body"] | {"dates": [{"kind": "delivery_requested", "date": day}]}}


def agreed(**more):
    return supplier(defaults={"deadlines": DEADLINES, **more})


async def ordered(house, days=10):
    assert (await house.order(wanted(days), Idempotency_Key="o")).status == 202
    await house.settle()
    [sent] = [text for text in await house.outbox(SUPPLIER_KEY) if "~ST*850*" in text]
    await house.send(functional("PO", sent.split("GS*PO*")[1].split("*")[4], "850", "0001"))
    await house.settle()


async def promises(house, *names):
    """Return what is owed for the days of orders: what -> state."""

    def read(connection):
        sql = "select what, state from promises where what in ('ship notice', 'invoice', 'match') order by due_at, id"
        return [tuple(row) for row in connection.exec_driver_sql(sql)]

    return await house.house.database.read(read)


async def due(house, what):
    """Return when something is due."""
    [found] = [each for each in (await house.get("/api/v1/promises"))["items"] if each["what"] == what]
    return datetime.fromisoformat(found["due_at"])


async def cases(house):
    return [(each["cause"], each["owner"]) for each in (await house.get("/api/v1/cases"))["items"]]


async def until(house, look, wanted):
    async def there():
        return await look(house) == wanted

    await house.until(there)


async def timeline(house, subject):
    found = (await house.get(f"/api/v1/documents/{subject}"))["timeline"]
    return [each["type"] for each in found]


async def test_a_ship_notice_is_warned_of_then_a_case_and_closes_it_when_it_comes(tmp_path):
    async with gateway(tmp_path, agreed(overdue={"escalate_within": "2h"})) as house:
        clock = Clock(house)
        await ordered(house, 10)
        assert await promises(house) == [("ship notice", "waiting")]
        due_at = await due(house, "ship notice")
        clock.on(seconds=(due_at - clock() - timedelta(hours=8)).total_seconds())
        [open_now] = (await house.get("/api/v1/promises"))["items"]
        subject = open_now["subject"]

        async def warned():
            return "promise.due_soon" in await timeline(house, subject)

        await house.until(warned)
        assert await cases(house) == []
        clock.on(hours=8)
        await until(house, cases, [("ship-notice-overdue", "partner")])
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["detail"] == f"ship notice (856) for order PO1 was due by {due_at:%Y-%m-%d} 00:00 UTC"
        assert case["next_action"].startswith("ask the partner whether the goods left")
        clock.on(hours=3)
        await until(house, cases, [("ship-notice-overdue", "business")])
        await house.send(notice())
        await until(house, cases, [("invoice-overdue", "partner")])  # It says that the goods left long ago.
        await house.send(bill())
        await until(house, cases, [])
        assert ("ship notice", "late") in await promises(house)
        kinds = await timeline(house, subject)
        assert [kinds.count(kind) for kind in ("promise.due_soon", "promise.overdue", "case.opened")] == [1, 2, 2]
        assert {"promise.late", "case.escalated", "case.closed"} <= set(kinds)


async def test_what_comes_before_its_day_is_kept_without_a_word(tmp_path):
    async with gateway(tmp_path, agreed()) as house:
        clock = Clock(house)
        await ordered(house, 10)
        await house.send(notice())
        await house.settle()
        assert await promises(house) == [("invoice", "waiting"), ("ship notice", "kept")]
        await house.send(bill())
        await house.settle()
        assert await promises(house) == [("invoice", "kept"), ("ship notice", "kept")]
        clock.on(days=30)
        await house.settle()
        assert await cases(house) == []


async def test_an_acknowledgment_that_names_another_day_moves_what_is_due(tmp_path):
    async with gateway(tmp_path, agreed()) as house:
        clock = Clock(house)
        await ordered(house, 3)
        clock.on(days=2, hours=1)
        await until(house, cases, [("ship-notice-overdue", "partner")])
        later = (datetime.now(UTC) + timedelta(days=20)).date()
        await house.send(acknowledgment(1).replace("20261205", f"{later:%Y%m%d}"))
        await until(house, cases, [])
        assert await promises(house) == [("ship notice", "waiting")]
        clock.on(days=16)
        await house.settle()
        assert await cases(house) == []
        clock.on(days=1)
        await until(house, cases, [("ship-notice-overdue", "partner")])


async def test_what_is_not_invoiced_in_time_is_a_case_of_its_own(tmp_path):
    async with gateway(tmp_path, agreed()) as house:
        clock = Clock(house)
        await ordered(house, 30)
        await house.send(notice())
        await house.settle()
        clock.on(days=7)
        await until(house, cases, [("invoice-overdue", "partner")])
        await house.send(bill())
        await until(house, cases, [])


async def test_an_order_that_is_cancelled_owes_nothing(tmp_path):
    async with gateway(tmp_path, agreed()) as house:
        clock = Clock(house)
        await ordered(house, 3)
        clock.on(days=2, hours=1)
        await until(house, cases, [("ship-notice-overdue", "partner")])
        body = ORDER["body"] | {"purpose": "cancellation"}
        assert (await house.order(ORDER | {"body": body}, Idempotency_Key="c")).status == 202
        await until(house, cases, [])
        assert await promises(house) == [("ship notice", "cancelled")]


async def test_what_we_owe_a_customer_is_our_own_case(tmp_path):
    day = datetime.now(UTC) + timedelta(days=3)
    order = purchase_order().replace("DTM*002*20261205", f"DTM*002*{day:%Y%m%d}")
    async with gateway(tmp_path, customer(defaults={"deadlines": DEADLINES})) as house:
        clock = Clock(house)
        await house.send(order, CUSTOMER_KEY)
        await house.settle()
        assert await promises(house) == [("ship notice", "waiting")]
        clock.on(days=2, hours=1)
        await until(house, cases, [("promise-overdue-by-us", "business")])


async def test_a_deadline_that_nobody_agrees_on_any_more_is_let_go(tmp_path):
    async with gateway(tmp_path, agreed()) as house:
        clock = Clock(house)
        await ordered(house, 3)
        write_config(tmp_path / "config", house.erp.address, supplier())
        await house.until(lambda: _agreed_on_nothing(house))
        clock.on(days=3)
        await until(house, promises, [("ship notice", "cancelled")])
        assert await cases(house) == []


async def _agreed_on_nothing(house):
    agreement = house.house.world.configuration().directory.partners["supplier"].agreement("850", "outbound")
    return agreement.deadlines.ship_notice_before is None


async def test_an_invoice_that_waits_too_long_for_its_receipt_is_a_case_until_the_goods_are_here(tmp_path):
    async with gateway(tmp_path, supplier(defaults={"match": MATCH | {"waits": "2d"}})) as house:
        clock = Clock(house)
        await ordered(house, 10)
        await house.send(notice())
        await house.send(bill())
        await house.settle()
        assert await promises(house) == [("match", "waiting")]
        clock.on(days=1)
        await house.settle()
        assert await cases(house) == []
        clock.on(days=1, seconds=1)
        await until(house, cases, [("match-waiting", "business")])
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["detail"] == "order PO1, invoiced INV3: line 1: waits for the receipt of shipment SHP2"
        await received(house)
        await until(house, cases, [])
        assert await promises(house) == [("match", "cancelled")]


async def test_what_waits_for_an_order_that_nobody_sent_is_the_affair_of_data(tmp_path):
    async with gateway(tmp_path, supplier(defaults={"match": MATCH})) as house:
        clock = Clock(house)
        day = datetime.now(UTC) + timedelta(days=20)
        await house.send(acknowledgment(1).replace("20261205", f"{day:%Y%m%d}"))
        await house.settle()
        clock.on(days=3, seconds=1)
        await until(house, cases, [("match-waiting", "data")])
        await ordered(house, 20)
        await until(house, cases, [])
