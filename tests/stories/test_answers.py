"""What differs by more than was agreed is answered as was agreed: the supplier hears of it once, in the words of the trade."""

from decimal import Decimal

import pytest

from gateway.errors import ConfigurationError
from gateway.tracking.order import OrderLine
from tests.stories.test_buyer import ORDER
from tests.stories.test_case_desk import ask
from tests.stories.test_inventory import WANTED
from tests.stories.test_order_thread import MATCH, bill, notice, order_of, received
from tests.support.house import SUPPLIER_KEY, gateway, supplier
from tests.support.systems import cases, events, receipt, say, system_keys
from tests.support.x12 import acknowledgment, elements, interchange

DEBITS = {"document": "812", "direction": "outbound", "role": "buyer"}


def answering(*answers, **match):
    made = supplier(defaults={"match": MATCH | {"answer": list(answers)} | match})
    return made | {"agreements": [*made["agreements"], DEBITS]}


async def billed(house, invoice):
    """An order of ten at 12.50 that came whole, and then its invoice."""
    await house.order(ORDER)
    await house.settle()
    await house.send(notice(2))
    await house.settle()
    await received(house)
    await house.outbox(SUPPLIER_KEY)
    await house.send(invoice)
    await house.settle()


def sets(texts, name):
    return [text for text in texts if elements(text, "ST")[0][1] == name]


async def test_a_price_three_percent_over_the_tolerance_is_disputed_debited_and_then_matched(tmp_path):
    async with gateway(tmp_path, answering("812", "824")) as house:
        await billed(house, bill(3, price="13.125", total="13125"))  # 5 % more, where 2 % was agreed.
        sent = await house.outbox(SUPPLIER_KEY)
        [debit], [advice] = sets(sent, "812"), sets(sent, "824")
        bcd = elements(debit, "BCD")[0]
        assert (bcd[4:6], bcd[7], bcd[10]) == (["625", "D"], "INV3", "PO1")
        [cdd] = elements(debit, "CDD")
        assert (cdd[1:3], cdd[4], cdd[7:10]) == (["01", "D"], "625", ["10", "EA", "0.625"])
        assert elements(debit, "LIN")[0][:4] == ["LIN", "1", "BP", "B-1"]
        assert elements(advice, "OTI")[0][1:4] == ["TR", "IV", "INV3"]
        [ted] = elements(advice, "TED")
        assert (ted[1], "price 13.125 where 12.5 was ordered" in ted[2]) == ("UNP", True)

        # First a dispute, then the 812, then matched; only then the ERP has the invoice.
        kinds = ("invoice.discrepancy", "case.opened", "invoice.debited", "discrepancy.settled", "invoice.matched")
        told = [each["type"] for each in await events(house, *kinds)]
        assert told == [
            "case.opened",
            "invoice.discrepancy",
            "invoice.matched",
            "discrepancy.settled",
            "invoice.debited",
        ]
        [debited] = await events(house, "invoice.debited")
        assert (debited["order"], debited["amount"]) == ("PO1", "6.25")
        assert (await order_of(house)).state == "matched"
        assert await cases(house) == []
        assert [body["invoice_number"] for body in house.erp.bodies("invoice")] == ["INV3"]


async def test_the_same_invoice_once_more_is_not_debited_twice(tmp_path):
    async with gateway(tmp_path, answering("812", "824")) as house:
        high = bill(3, price="13.125", total="13125")
        await billed(house, high)
        await house.outbox(SUPPLIER_KEY)
        await house.send(high.replace("000000003", "000000004"))  # Other control numbers, the same paper.
        await house.settle()
        sent = await house.outbox(SUPPLIER_KEY)
        assert (sets(sent, "812"), sets(sent, "824")) == ([], [])
        assert len(house.erp.bodies("invoice")) == 1


async def test_where_only_an_824_was_agreed_the_invoice_stays_with_us(tmp_path):
    async with gateway(tmp_path, answering("824")) as house:
        await billed(house, bill(3, price="13.125", total="13125"))
        sent = await house.outbox(SUPPLIER_KEY)
        assert (len(sets(sent, "824")), sets(sent, "812")) == (1, [])
        assert house.erp.bodies("invoice") == []
        assert (await order_of(house)).state == "disputed"
        assert await cases(house) == [("invoice-differs", "business")]
        assert await events(house, "invoice.matched") == []


async def test_what_is_within_the_tolerance_is_not_answered(tmp_path):
    async with gateway(tmp_path, answering("812", "824")) as house:
        await billed(house, bill(3, price="12.6", total="12600"))
        sent = await house.outbox(SUPPLIER_KEY)
        assert (sets(sent, "824"), sets(sent, "812")) == ([], [])
        [matched] = await events(house, "invoice.matched")
        assert (matched["number"], matched["verdict"]) == ("INV3", "noted")


async def test_pieces_beyond_the_order_charges_and_a_wrong_sum_are_debited_together(tmp_path):
    body = """BIG*20261121*INV3*20261101*PO1
    IT1*1*12*EA*13*PE*BP*B-1
    TDS*17100
    SAC*C*D240***1000
    CTT*1"""
    async with gateway(tmp_path, answering("812")) as house:
        await billed(house, interchange(body, set_id="810", group="IN", number=3))
        [debit] = sets(await house.outbox(SUPPLIER_KEY), "812")
        # Two pieces at 13, half a dollar on the other ten, ten of charges, five that the sum is too high by.
        assert [[cdd[1], cdd[4]] for cdd in elements(debit, "CDD")] == [
            ["06", "2600"], ["01", "500"], ["02", "1000"], ["03", "500"],
        ]  # fmt: skip
        assert elements(debit, "BCD")[0][4] == "4600"
        assert (await order_of(house)).state == "matched"
        assert await cases(house) == []


async def test_goods_that_came_short_are_not_debited_because_the_rest_may_come(tmp_path):
    async with gateway(tmp_path, answering("812", quantity_under=0)) as house:
        await house.order(ORDER)
        await house.settle()
        await house.send(notice(2))
        await house.settle()
        await received(house, quantity=8)
        await house.send(bill(3))
        await house.settle()
        assert sets(await house.outbox(SUPPLIER_KEY), "812") == []
        assert ("invoice-differs", "business") in await cases(house)
        await received(house, "R2", 2)
        assert (await order_of(house)).state == "matched"


async def test_an_acknowledgment_that_differs_is_advised(tmp_path):
    async with gateway(tmp_path, answering("824")) as house:
        await house.order(ORDER)
        await house.settle()
        await house.outbox(SUPPLIER_KEY)
        await house.send(acknowledgment(1).replace("ACK*IA*10", "ACK*IQ*8"))
        await house.settle()
        [advice] = sets(await house.outbox(SUPPLIER_KEY), "824")
        assert elements(advice, "OTI")[0][1:4] == ["TR", "PO", "PO1"]
        assert [ted[1] for ted in elements(advice, "TED")] == ["IQT"]


async def test_what_differs_later_is_advised_then_and_what_was_said_is_not_said_again(tmp_path):
    async with gateway(tmp_path, answering("824", quantity_under=0), settings=system_keys()) as house:
        await house.order(ORDER)
        await house.settle()
        await house.send(notice(2))
        await house.settle()
        await house.outbox(SUPPLIER_KEY)
        await house.send(bill(3, price="13", total="13000"))
        await house.settle()
        [advice] = sets(await house.outbox(SUPPLIER_KEY), "824")
        assert [ted[1] for ted in elements(advice, "TED")] == ["UNP"]
        await say(house, "wms", "wms/receipts", receipt("R1", "8", shipment_number="SHP2"))
        [advice] = sets(await house.outbox(SUPPLIER_KEY), "824")
        assert [ted[1] for ted in elements(advice, "TED")] == ["IQT"]


async def test_an_answer_that_has_no_agreement_is_named_before_anything_runs(tmp_path):
    partner = answering("812")
    partner["agreements"].remove(DEBITS)
    with pytest.raises(ConfigurationError, match="an 812 answers what does not match"):
        async with gateway(tmp_path, partner):
            pass


CHANGES = [
    {"document": "860", "direction": "outbound", "role": "buyer"},
    {"document": "865", "direction": "inbound", "role": "buyer"},
]


def revising(*answers, **match):
    made = supplier(defaults={"match": MATCH | {"answer": ["860", *answers]} | match})
    return made | {"agreements": [*made["agreements"], *CHANGES]}


def proposal(number, *parts, price="12.6"):
    """An 855 for ten pieces at 12.50 wanted on December 5th; parts are quantity and day in December."""
    acks = "\n".join(f"ACK*IC*{quantity}*EA*067*202612{day}" for quantity, day in parts)
    body = f"""BAK*00*AC*PO1*20261121****SO-7*20261121
    PO1*1*10*EA*{price}*PE*BP*B-1
    {acks}
    CTT*1"""
    return interchange(body, set_id="855", group="PR", number=number)


def answered(number, quantity, day, price="12.6"):
    body = f"""BCA*00*AT*PO1***20261121
    POC*1*NC*{quantity}*{quantity}*EA*{price}*PE*BP*B-1
    ACK*IA*{quantity}*EA*067*202612{day}
    CTT*1"""
    return interchange(body, set_id="865", group="CA", number=number)


async def proposed(house, *texts):
    """An order, and then what the supplier says to it; return the 860s that went out."""
    await house.order(ORDER | {"body": ORDER["body"] | WANTED})
    await house.settle()
    await house.outbox(SUPPLIER_KEY)
    return [await said_by_supplier(house, text) for text in texts]


async def said_by_supplier(house, text):
    assert (await house.send(text)).status == 202
    await house.settle()
    return sets(await house.outbox(SUPPLIER_KEY), "860")


async def test_a_proposal_within_what_was_agreed_is_ordered_by_an_860_and_the_order_is_revised(tmp_path):
    async with gateway(tmp_path, revising()) as house:
        [[change]] = await proposed(house, proposal(1, ("9.6", "07")))
        bch = elements(change, "BCH")[0]
        assert (bch[1:4], bch[6], bch[9]) == (["04", "SA", "PO1"], "20261121", "SO-7")
        assert elements(change, "POC") == [["POC", "1", "MU", "9.6", "9.6", "EA", "12.6", "PE", "BP", "B-1"]]
        assert elements(change, "DTM") == [["DTM", "002", "20261207"]]
        order = await order_of(house)
        assert (order.state, order.awaits_acknowledgment) == ("revised", True)
        line = await house.house.database.load(OrderLine, "supplier:buyer:PO1:1")
        assert (line.ordered, line.price, str(line.wanted_on)) == (Decimal("9.6"), Decimal("12.6"), "2026-12-07")
        [told] = await events(house, "proposal.accepted")
        assert (told["order"], told["count"]) == ("PO1", 1)
        assert len(house.erp.bodies("order_acknowledgment")) == 1, "the ERP hears what was promised"

        # What the supplier answers to that agrees, and is answered by nobody any more.
        assert await said_by_supplier(house, answered(2, "9.6", "07")) == []
        assert (await order_of(house)).state == "accepted"
        assert await said_by_supplier(house, proposal(3, ("9.6", "07"))) == []
        assert ((await order_of(house)).state, await cases(house)) == ("accepted", [])


async def test_two_machines_that_propose_to_one_another_end_at_once_and_never_drift_away(tmp_path):
    async with gateway(tmp_path, revising()) as house:
        [[_change]] = await proposed(house, proposal(1, ("10", "07"), price="12.5"))
        # One day less is within what was agreed: it is noted, and not answered once more.
        assert await said_by_supplier(house, proposal(2, ("10", "06"), price="12.5")) == []
        assert await cases(house) == []
        assert await said_by_supplier(house, answered(3, "10", "05", price="12.5")) == []
        # Two days after the day that was accepted are four after the one that was wanted.
        assert await said_by_supplier(house, proposal(4, ("10", "09"), price="12.5")) == []
        assert await cases(house) == [("acknowledgment-differs", "business")]
        [*_others, match] = (await house.get("/api/v1/matches?verdict=outside"))["items"]
        assert "promised for 2026-12-09, 4 days after 2026-12-05" in match["findings"][0]["words"]


async def test_what_is_beyond_what_was_agreed_is_ordered_once_a_person_takes_it(tmp_path):
    async with gateway(tmp_path, revising("824")) as house:
        assert await proposed(house, proposal(1, ("10", "20"), price="12.5")) == [[]]
        assert await cases(house) == [("acknowledgment-differs", "business")]
        [case] = (await house.get("/api/v1/cases"))["items"]
        status, _answer = await ask(house, f"{case['id']}/accept", {"reason": "no other supplier has it"})
        assert status == 200
        await house.settle()
        [change] = sets(await house.outbox(SUPPLIER_KEY), "860")
        assert elements(change, "POC")[0][1:5] == ["1", "RS", "10", "10"]
        assert elements(change, "DTM") == [["DTM", "002", "20261220"]]
        assert (await order_of(house)).state == "revised"
        assert await said_by_supplier(house, answered(2, "10", "20", price="12.5")) == []
        assert ((await order_of(house)).state, await cases(house)) == ("accepted", [])


async def test_a_line_that_is_split_is_ordered_day_by_day(tmp_path):
    async with gateway(tmp_path, revising()) as house:
        [[change]] = await proposed(house, proposal(1, ("6", "05"), ("4", "07"), price="12.5"))
        assert elements(change, "POC")[0][1:5] == ["1", "RS", "10", "10"]
        assert [each[1:3] + each[5:7] for each in elements(change, "SCH")] == [
            ["6", "EA", "002", "20261205"], ["4", "EA", "002", "20261207"],
        ]  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        proposal(1, ("10", "05"), price="12.5"),  # Just what was ordered.
        proposal(1, ("10", "07"), price="12.5").replace("ACK*IC", "ACK*IB"),  # On backorder: nothing firm is proposed.
        proposal(1, ("10", "07"), price="12.5").replace("B-1", "B-9"),  # Another item too.
        proposal(1, ("10", "07"), price="12.5").replace("*EA*067", "*DZ*067"),  # In another unit.
    ],
)
async def test_what_proposes_nothing_that_could_be_ordered_is_answered_by_no_860(tmp_path, said):
    async with gateway(tmp_path, revising(substitutes=True)) as house:
        assert await proposed(house, said) == [[]]


async def test_a_proposal_that_crosses_our_own_change_is_not_ordered(tmp_path):
    async with gateway(tmp_path, revising(outside="deliver")) as house:
        await proposed(house)
        quantity = {"value": "12", "left_to_receive": "12", "unit": "each"}
        line = {"number": "1", "change": "quantity_increased", "quantity": quantity}
        line["item_ids"] = [{"kind": "buyer_part", "value": "B-1"}]
        change = {"order_number": "PO1", "ordered_on": "2026-11-21", "changed_on": "2026-11-21", "lines": [line]}
        await house.order({"type": "order_change", "partner": "supplier", "body": change})
        await house.settle()
        assert len(sets(await house.outbox(SUPPLIER_KEY), "860")) == 1
        assert await said_by_supplier(house, proposal(1, ("10", "05"))) == []
        [match] = [each for each in (await house.get("/api/v1/matches"))["items"] if each["kind"] == "acknowledged"]
        assert [each["check"] for each in match["findings"]] == ["crossed"]


async def test_without_an_agreement_for_the_860_nothing_runs(tmp_path):
    partner = revising()
    partner["agreements"].remove(CHANGES[0])
    with pytest.raises(ConfigurationError, match="an 860 answers what does not match"):
        async with gateway(tmp_path, partner):
            pass
