"""Quality speaks: what it keeps back is not paid and not used, until it lets it go."""

import pytest

from gateway.tracking.order import OrderLine
from tests.stories.test_order_thread import bill, order_of
from tests.stories.test_systems_wms import ADVISED, partner, shipped
from tests.support.house import gateway
from tests.support.systems import ago, cases, events, key_of, post, receipt, say, system_keys
from tests.support.x12 import interchange

REPORTS = [{"document": name, "direction": "inbound", "role": "buyer"} for name in ("842", "863")]


def hold(number="H1", lot="L1", minutes=20, **changes):
    body = {"decision_number": number, "decided_at": ago(minutes=minutes), "lot": lot, "reason": "cracks"}
    return {name: value for name, value in (body | changes).items() if value is not None}


async def received(house, **changes):
    await shipped(house)
    await say(house, "wms", "wms/receipts", receipt(shipment_number="SHP2", lot="L1", **changes))


async def test_a_hold_keeps_the_invoice_from_matching_until_the_release(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await received(house)
        answer = await say(house, "qms", "quality/holds", hold())
        assert [(each["order_number"], each["state"]) for each in answer["orders"]] == [("PO1", "on_hold")]
        await house.send(bill(3))
        await house.settle()
        order = await order_of(house)
        assert (order.state, order.verdict) == ("on_hold", "waiting")
        assert house.erp.bodies("invoice") == [], "what waits for quality is not for the ERP yet"

        answer = await say(house, "qms", "quality/releases", hold("H2", minutes=10, disposition="use_as_is"))
        assert [each["state"] for each in answer["orders"]] == ["matched"]
        assert len(house.erp.bodies("invoice")) == 1
        told = await events(house, "quality.hold.placed", "quality.hold.released")
        assert [(each["type"], each["order"], each["lot"]) for each in told] == [
            ("quality.hold.placed", "PO1", "L1"), ("quality.hold.released", "PO1", "L1"),
        ]  # fmt: skip
        assert await cases(house) == []


async def test_a_hold_of_a_lot_that_has_not_come_waits_for_it(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys(limits={"order_within": "0s"})) as house:
        answer = await say(house, "qms", "quality/holds", hold())
        assert (answer["orders"], answer["unknown"]) == ([], ["lot L1"])
        await house.until(lambda: _any(cases(house)))
        assert await cases(house) == [("order-unknown", "data")]
        await received(house)
        assert (await order_of(house)).state == "on_hold"
        assert await cases(house) == []


async def _any(found):
    return bool(await found)


async def test_a_hold_by_order_and_line_keeps_back_so_much_of_it(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await received(house)
        body = hold(lot=None, order_number="PO1", line="1", quantity="4")
        await say(house, "qms", "quality/holds", body)
        assert (await house.house.database.load(OrderLine, "supplier:buyer:PO1:1")).held == 4


async def test_a_lot_of_another_item_with_the_same_number_is_not_meant(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await received(house, item_ids=[{"kind": "buyer_part", "value": "B-1"}])
        answer = await say(house, "qms", "quality/holds", hold(item_ids=[{"kind": "buyer_part", "value": "Z-9"}]))
        assert answer["unknown"] == ["lot L1"]
        assert (await order_of(house)).state == "received"


async def test_a_release_dated_before_its_hold_is_a_case_and_releases_nothing(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await received(house)
        await say(house, "qms", "quality/holds", hold(minutes=10))
        await say(house, "qms", "quality/releases", hold("H2", minutes=20))
        assert (await order_of(house)).state == "on_hold"
        assert await cases(house) == [("statement-contradicts", "business")]


def nonconformance(number=7):
    body = f"""BNR*00*NCR{number}*20261121
    REF*PO*PO1
    HL*1**I*0
    LIN*1*BP*B-1*LT*L1
    NCD*NC*1*NC-1
    QTY*86*3*EA"""
    return interchange(body, set_id="842", group="NC", number=number)


def results(value, number=8, reference="REF*PO*PO1"):
    body = f"""BTR*00*20261121*0815*MP*CERT{number}
    {reference}
    LIN*1*BP*B-1*LT*L1
    CID*TS
    MEA*PC*TS*{value}*MM*340*420"""
    return interchange(body, set_id="863", group="RT", number=number)


async def test_an_842_of_the_partner_keeps_back_what_it_names(tmp_path):
    known = partner() | {"agreements": ADVISED + REPORTS}
    async with gateway(tmp_path, known, settings=system_keys()) as house:
        await received(house)
        assert (await house.send(nonconformance())).status == 202
        await house.settle()
        [document] = [each for each in (await house.get("/api/v1/documents"))["items"] if each["set"] == "842"]
        assert document["state"] == "delivered", document
        line = await house.house.database.load(OrderLine, "supplier:buyer:PO1:1")
        assert (line.state, line.held) == ("on_hold", 3)


@pytest.mark.parametrize(("value", "state"), [("300", "on_hold"), ("355.2", "received")])
async def test_an_863_keeps_back_what_lies_outside_of_its_limits_and_nothing_else(tmp_path, value, state):
    known = partner() | {"agreements": ADVISED + REPORTS}
    async with gateway(tmp_path, known, settings=system_keys()) as house:
        await received(house)
        await house.send(results(value))
        await house.settle()
        [document] = [each for each in (await house.get("/api/v1/documents"))["items"] if each["set"] == "863"]
        assert document["state"] == "delivered", document
        assert (await order_of(house)).state == state


async def certified(house, value, number):
    await house.send(results(value, number))
    await house.settle()


async def test_a_new_863_that_passes_lets_go_what_the_first_one_kept_back_and_the_invoice_matches(tmp_path):
    known = partner() | {"agreements": ADVISED + REPORTS}
    async with gateway(tmp_path, known, settings=system_keys()) as house:
        await received(house)
        await certified(house, "300", 8)
        await house.send(bill(3))
        await house.settle()
        assert (await order_of(house)).state == "on_hold"
        assert house.erp.bodies("invoice") == []
        await certified(house, "355.2", 9)
        assert (await order_of(house)).state == "matched"
        assert len(house.erp.bodies("invoice")) == 1
        told = await events(house, "quality.hold.placed", "quality.hold.released")
        assert [(each["type"], each["number"], each["lot"]) for each in told] == [
            ("quality.hold.placed", "CERT8", "L1"), ("quality.hold.released", "CERT9", "L1"),
        ]  # fmt: skip
        assert told[-1]["quantity"] == "10"
        assert await cases(house) == []


@pytest.mark.parametrize(("awaits", "state"), [("test_results", "received"), (None, "on_hold")])
async def test_a_certificate_lets_go_what_quality_keeps_until_it_comes_and_not_what_is_cracked(tmp_path, awaits, state):
    known = partner() | {"agreements": ADVISED + REPORTS}
    async with gateway(tmp_path, known, settings=system_keys()) as house:
        await received(house)
        await say(house, "qms", "quality/holds", hold(awaits=awaits))
        assert (await order_of(house)).state == "on_hold"
        await certified(house, "355.2", 8)
        assert (await order_of(house)).state == state
        assert len(await events(house, "quality.hold.released")) == (1 if awaits else 0)
        assert await cases(house) == []


async def test_a_certificate_before_its_goods_or_of_an_unknown_order_is_nobodys_case(tmp_path):
    known = partner() | {"agreements": ADVISED + REPORTS}
    async with gateway(tmp_path, known, settings=system_keys(limits={"order_within": "0s"})) as house:
        await house.send(results("355.2", 8, "REF*ZZ*1"))
        await house.send(results("355.2", 9, "REF*PO*PO9"))
        await house.settle()
        reports = [each for each in (await house.get("/api/v1/documents"))["items"] if each["set"] == "863"]
        assert [each["state"] for each in reports] == ["delivered", "delivered"]
        await received(house)
        assert (await order_of(house)).state == "received"
        assert await cases(house) == []


@pytest.mark.parametrize(
    "changes",
    [{"lot": None}, {"lot": None, "order_number": "PO1"}, {"line": "1"}, {"quantity": "0"}, {"decided_at": "soon"}],
)
async def test_a_decision_about_nothing_is_refused(tmp_path, changes):
    async with gateway(tmp_path, settings=system_keys()) as house:
        assert (await post(house, "quality/holds", hold(**changes), key_of("qms"))).status == 422
