"""The questions that buyers, planners and plants ask each morning: each is one call, and its answer is right."""

from datetime import timedelta

from gateway.tracking.figures import DEFINITIONS
from tests.stories.test_buyer import ORDER
from tests.stories.test_order_thread import MATCH
from tests.stories.test_reading_orders import problem
from tests.support.house import CUSTOMER_KEY, SUPPLIER_KEY, customer, gateway, supplier
from tests.support.x12 import interchange, purchase_order

PLANTS = {"PO1": "P-NORTH", "PO2": "P-NORTH", "PO3": "P-SOUTH", "PO4": "P-SOUTH", "PO5": "P-WEST"}


def ordered(number, day):
    line = ORDER["body"]["lines"][0] | {"dates": [{"kind": "delivery_requested", "date": day.isoformat()}]}
    plant = {"role": "ship_to", "name": number, "ids": [{"kind": "assigned_by_buyer", "value": PLANTS[number]}]}
    return ORDER | {"body": ORDER["body"] | {"order_number": number, "lines": [line], "parties": [plant]}}


def answer(control, number, day):
    body = f"""BAK*00*AD*{number}*20261121
    PO1*1*10*EA*12.5*PE*BP*B-1
    ACK*IA*10*EA*067*{day:%Y%m%d}
    CTT*1"""
    return interchange(body, set_id="855", group="PR", number=control)


def shipped(control, number):
    body = f"""BSN*00*SHP{control}*20261121*0915*0001
    HL*1**S*1
    HL*2*1*O*1
    PRF*{number}
    HL*3*2*I*0
    LIN*1*BP*B-1
    SN1*1*10*EA
    CTT*3"""
    return interchange(body, set_id="856", group="SH", number=control)


async def morning(house):
    """Five orders: unanswered; promised and not shipped; promised too late; on its way; all well."""
    today = house.house.world.clock().date()
    soon, past = today + timedelta(days=20), today - timedelta(days=2)
    wanted = {"PO1": soon, "PO2": past, "PO3": soon, "PO4": past, "PO5": soon}
    for number, day in wanted.items():
        await house.order(ordered(number, day))
    await house.settle()
    await house.outbox(SUPPLIER_KEY)
    await house.settle()
    promised = {"PO2": past, "PO3": soon + timedelta(days=9), "PO4": past, "PO5": soon + timedelta(days=1)}
    for control, (number, day) in enumerate(promised.items(), start=1):
        await house.send(answer(control, number, day))
    await house.settle()
    for control, number in enumerate(("PO4", "PO5"), start=20):
        await house.send(shipped(control, number))
    await house.settle()


async def figure(house, name, query=""):
    return await house.get(f"/api/v1/kpis/{name}{query}")


def parts(found, by):
    return {part["name"]: part["value"] for part in found["parts"] if part["by"] == by}


async def numbers(house, query):
    return [each["order_number"] for each in (await house.get(f"/api/v1/orders?{query}"))["items"]]


async def test_each_question_is_one_call(tmp_path):
    async with gateway(tmp_path, supplier(defaults={"match": MATCH}), customer()) as house:
        await house.send(purchase_order(), CUSTOMER_KEY)
        await morning(house)

        # Which orders await acknowledgment?
        assert await numbers(house, "awaiting=acknowledgment&role=buyer") == ["PO1"]
        waiting = await figure(house, "orders_awaiting_acknowledgment")
        assert (waiting["value"], parts(waiting, "plant")) == (1, {"P-NORTH": 1})
        assert waiting["more"] == {"customers_wait_for": 1}

        # Which suppliers miss an ASN?
        missing = await figure(house, "suppliers_missing_ship_notices")
        assert (missing["value"], parts(missing, "supplier")) == (1, {"supplier": 1})
        assert await numbers(house, "awaiting=ship_notice&late=true") == ["PO2"]

        # Where do dates exceed tolerance?
        dates = await figure(house, "dates_beyond_tolerance")
        assert (dates["value"], parts(dates, "order")) == (1, {"supplier:buyer:PO3": 1})
        assert "9 days after" in next(part for part in dates["parts"] if part["by"] == "order")["more"]["words"]
        [match] = (await house.get("/api/v1/matches?verdict=outside"))["items"]
        assert match["order"] == "supplier:buyer:PO3"

        # Which plants are at risk, and what does it come to?
        plants = await figure(house, "plants_at_risk")
        assert (plants["value"], parts(plants, "plant")) == (2, {"P-NORTH": 1, "P-SOUTH": 2})
        exposed = await figure(house, "order_risk_exposure")
        assert (exposed["value"], parts(exposed, "plant")) == (2, {"P-NORTH": 1, "P-SOUTH": 1})
        assert sum(parts(exposed, "currency").values()) == 250


async def test_every_figure_has_its_definition_and_what_is_not_known_says_why(tmp_path):
    async with gateway(tmp_path, supplier(defaults={"match": MATCH}), customer()) as house:
        await morning(house)
        items = {each["name"]: each for each in (await house.get("/api/v1/kpis"))["items"]}
        assert set(items) == set(DEFINITIONS)
        for name, row in DEFINITIONS.items():
            found = items[name]
            assert (found["definition"], found["unit"], found["known"]) == (row.words, row.unit, not row.because)
            assert {part["by"] for part in found["parts"]} <= set(row.by), name
            assert (found["since"] is not None) == row.over_period
            if row.because:
                assert found["because"].startswith("not known here, because ") and found["value"] is None
        assert items["order_confirmation_latency"]["measured"] == 4
        assert items["order_release_latency"]["measured"] == 5
        assert items["posting_success_rate"]["value"] == 100 and items["message_health"]["value"] == 100
        assert 0 <= items["sync_lag"]["value"] < 60
        assert parts(items["sync_lag"], "set").keys() == {"855", "856"}
        assert (items["on_time_shipment"]["measured"], items["on_time_receipt"]["value"]) == (2, 0)

        # A period and a partner narrow what is measured.
        old = await figure(house, "message_health", "?since=2020-01-01T00:00:00Z&until=2020-02-01T00:00:00Z")
        assert (old["value"], old["measured"], old["since"]) == (None, 0, "2020-01-01T00:00:00Z")
        assert (await figure(house, "message_health", "?partner=customer"))["measured"] == 0


async def test_figures_are_for_operators_and_an_unknown_one_names_those_there_are(tmp_path):
    async with gateway(tmp_path) as house:
        assert (await problem(house, "/api/v1/kpis", SUPPLIER_KEY))[0] == 403
        status, words = await problem(house, "/api/v1/kpis/luck")
        assert status == 404 and "orders_awaiting_acknowledgment" in words
        backwards = "since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z"
        assert (await problem(house, f"/api/v1/kpis?{backwards}"))[0] == 400
        assert (await house.get("/api/v1/kpis?until=0001-01-01T00:00:00Z"))["items"]
