"""Who owes what by when: a promise that is kept is silent, one that is late is a case for the one who owes it."""

from tests.stories.test_buyer import ORDER
from tests.support.house import CUSTOMER_KEY, SUPPLIER_KEY, customer, gateway, supplier
from tests.support.x12 import acknowledgment, functional, purchase_order

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
    await house.until(lambda: _open(house, count), 30)
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
