"""What differs by more than was agreed is answered as was agreed: the supplier hears of it once, in the words of the trade."""

import pytest

from gateway.errors import ConfigurationError
from tests.stories.test_buyer import ORDER
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
