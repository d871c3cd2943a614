"""Finance sees receipt, invoice and order in one state: what is matched is paid by an 820, and then the order is closed."""

from tests.stories.test_answers import answering
from tests.stories.test_buyer import ORDER
from tests.stories.test_order_thread import bill, notice, order_of, received
from tests.support.house import SUPPLIER_KEY, gateway
from tests.support.systems import events
from tests.support.x12 import elements

PAYS = {"document": "820", "direction": "outbound", "role": "buyer"}


def payment(number, amount, invoice="INV3"):
    return {
        "type": "remittance_advice",
        "partner": "supplier",
        "body": {
            "trace_kind": "1",
            "remittance_number": number,
            "handling": "remittance_only",
            "amount": amount,
            "credit_or_debit": "credit",
            "method": "ach",
            "paid_on": "2026-12-20",
            "parties": [{"role": "payer", "name": "Acme Works"}, {"role": "payee", "name": "Supplier Inc."}],
            "entities": [
                {"number": 1, "items": [{"document": {"kind": "seller_invoice", "value": invoice}, "paid": amount}]}
            ],
        },
    }


def paying():
    partner = answering("812")
    return partner | {"agreements": [*partner["agreements"], PAYS]}


async def matched(house, invoice):
    await house.order(ORDER)
    await house.settle()
    await house.send(notice(2))
    await house.settle()
    await received(house)
    await house.send(invoice)
    await house.settle()
    assert (await order_of(house)).state == "matched"
    await house.outbox(SUPPLIER_KEY)


async def pay(house, *said):
    response = await house.order(payment(*said))
    assert response.status == 202, await response.text()
    await house.settle()
    return await house.outbox(SUPPLIER_KEY)


async def test_an_invoice_that_matches_is_paid_in_parts_by_820s_and_closed_by_the_last(tmp_path):
    async with gateway(tmp_path, paying()) as house:
        await matched(house, bill(3))
        [told] = await events(house, "invoice.matched")
        assert (told["order"], told["number"], told["verdict"]) == ("PO1", "INV3", "clean")
        [sent] = await pay(house, "T1", "100.00")
        assert [each[2:5:2] for each in elements(sent, "RMR")] == [["INV3", "100.00"]]
        assert (await order_of(house)).state == "matched"
        await pay(house, "T2", "25.00")
        assert (await order_of(house)).state == "closed"


async def test_what_was_debited_need_not_be_paid(tmp_path):
    async with gateway(tmp_path, paying()) as house:
        await matched(house, bill(3, price="13.125", total="13125"))
        assert [each["amount"] for each in await events(house, "invoice.debited")] == ["6.25"]
        await pay(house, "T1", "125.00")
        assert (await order_of(house)).state == "closed"


async def test_a_payment_that_comes_before_its_invoice_waits_for_it(tmp_path):
    async with gateway(tmp_path, paying()) as house:
        await house.order(ORDER)
        await house.settle()
        await pay(house, "T1", "125.00")
        await house.send(notice(2))
        await house.settle()
        await received(house)
        await house.send(bill(3))
        await house.settle()
        assert (await order_of(house)).state == "closed"
