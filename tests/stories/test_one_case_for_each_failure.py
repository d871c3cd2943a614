"""Whatever fails, exactly one case says so, to the one who can put it right; it is told once, and the neighbours go on."""

import pytest

from gateway.tracking.case import CAUSES
from tests.stories.test_buyer import ORDER
from tests.stories.test_order_thread import bill, notice
from tests.stories.test_promises import Clock
from tests.stories.test_systems_mes import ITEM, event
from tests.stories.test_systems_qms import hold
from tests.stories.test_systems_qms import received as received_with_lot
from tests.stories.test_systems_wms import partner, shipped
from tests.support.house import SUPPLIER_KEY, gateway
from tests.support.systems import cases, key_of, post, receipt, say, system_keys
from tests.support.x12 import acknowledgment, elements, functional, interchange, invoice, purchase_order

SCENARIOS = {}


def scenario(cause, **terms):
    """Register a failure: ``cause`` is the case that it must open, ``terms`` what is agreed with the supplier."""

    def keep(play):
        SCENARIOS[play.__name__] = (play, cause, terms)
        return play

    return keep


async def sent(house, text, key=SUPPLIER_KEY):
    await house.send(text, key)
    await house.settle()


async def ordered(house):
    """Send an order; return the number of its group."""
    await house.order(ORDER)
    await house.settle()
    [text] = await house.outbox(SUPPLIER_KEY)
    return elements(text, "GS")[0][6]


# What partners write


@scenario("wrong-sender")
async def a_partner_writes_in_the_name_of_nobody_we_know(house):
    await sent(house, invoice(sender=("ZZ", "NOBODY")))


@scenario("unknown-receiver")
async def it_is_for_somebody_else(house):
    await sent(house, invoice(receiver=("ZZ", "SOMEBODY")))


@scenario("no-agreement")
async def nobody_agreed_on_this_set(house):
    await sent(house, purchase_order(sender=("ZZ", "SUPPLIER")))


@scenario("not-readable")
async def it_is_no_document_at_all(house):
    await sent(house, "Dear Sirs, please find enclosed")


@scenario("interchange-rejected")
async def it_was_cut_in_half(house):
    text = invoice(1)
    await sent(house, text[: len(text) // 2])


@scenario("document-rejected")
async def a_ship_notice_lacks_a_level(house):
    await sent(house, notice(2).replace("HL*3*2*I*0", "HL*3*9*I*0"))


@scenario("document-rejected")
async def a_poison_message_breaks_the_standard_ten_times(house):
    await sent(house, invoice(1).replace("IT1*1*10*EA", "IT1*1*ten*??").replace("BIG*20261121", "BIG*20261399"))


@scenario("numbers-reused")
async def used_numbers_come_with_another_content(house):
    await sent(house, acknowledgment(1, "PO7"))
    await sent(house, acknowledgment(1, "PO7").replace("12.5", "13.5"))


@scenario("interchange-missing", missing_within="4h")
async def an_interchange_never_arrives(house):
    clock = Clock(house)
    await sent(house, acknowledgment(41, "PO7"))
    await sent(house, acknowledgment(43, "PO7"))
    clock.on(hours=4, seconds=1)


# What partners answer


@scenario("acknowledgment-rejected")
async def the_partner_can_not_read_our_order(house):
    group = await ordered(house)
    await sent(house, functional("PO", group, "850", "0001", "R"))


@scenario("acknowledgment-orphan")
async def an_acknowledgment_answers_nothing(house):
    await sent(house, functional("PO", "4711", "850", "0001"))


@scenario("acknowledgment-overdue", acknowledgment={"within": "1s"})
async def the_partner_is_silent(house):
    await ordered(house)


@scenario("acknowledgment-differs")
async def the_supplier_promises_less_than_was_ordered(house):
    await ordered(house)
    await sent(house, acknowledgment(1).replace("ACK*IA*10", "ACK*IQ*4"))


@scenario("shipment-differs")
async def more_is_shipped_than_was_ordered(house):
    await ordered(house)
    await sent(house, notice(2, quantity="12"))


@scenario("invoice-differs")
async def the_price_is_three_percent_too_high(house):
    await shipped(house)
    await say(house, "wms", "wms/receipts", receipt("R1", "10", shipment_number="SHP2"))
    await sent(house, bill(3, price="12.875", total="12875"))


@scenario("item-unknown")
async def nobody_knows_this_part(house):
    await ordered(house)
    await sent(house, notice(2).replace("LIN*1*BP*B-1", "LIN**BP*NEW-7"))


@scenario("unit-unknown")
async def a_unit_can_not_be_converted(house):
    await ordered(house)
    await sent(house, notice(2).replace("SN1*1*10*EA", "SN1*1*10*KG"))


# What our own systems say, and do not say


@scenario("receipt-differs")
async def a_receipt_is_a_tenth_short(house):
    await shipped(house)
    await say(house, "wms", "wms/receipts", receipt("R1", "9", shipment_number="SHP2"))


@scenario("line-misnamed")
async def the_warehouse_names_a_line_that_there_is_not(house):
    await shipped(house)
    await say(house, "wms", "wms/receipts", receipt(shipment_number="SHP2", line="9"))


@scenario("clock-wrong")
async def a_clock_is_a_hundred_years_ahead(house):
    await shipped(house)
    await say(house, "wms", "wms/receipts", receipt(shipment_number="SHP2", received_at="2126-01-01T00:00:00Z"))


@scenario("quarantine-broken")
async def production_uses_a_lot_on_hold(house):
    await received_with_lot(house)
    await say(house, "qms", "quality/holds", hold(minutes=9))
    await say(house, "mes", "mes/events", event(number="E2", minutes=5))


@scenario("over-consumption")
async def production_uses_more_than_came(house):
    await shipped(house)
    await say(house, "wms", "wms/receipts", receipt("R1", "10", shipment_number="SHP2"))
    await say(house, "mes", "mes/events", event(quantity="11", lot=None, order_number="PO1", item_ids=ITEM))


@scenario("wrong-system")
async def a_system_calls_the_door_of_another(house):
    for _time in range(3):
        assert (await post(house, "wms/receipts", receipt(), key_of("mes"))).status == 403


@scenario("erp-rejected")
async def the_erp_refuses_a_document(house):
    await ordered(house)
    house.erp.answers.append(422)
    await sent(house, acknowledgment(1))


@scenario("delivery-exhausted", retry={"first": "1s", "longest": "1s", "attempts": 2})
async def the_erp_is_away_for_good(house):
    await ordered(house)
    house.erp.judge = lambda _body: 500
    await sent(house, acknowledgment(1))


@scenario("totals-differ", totals="refuse")
async def the_sums_of_an_invoice_are_not_those_of_its_lines(house):
    await sent(house, invoice(3).replace("CTT*2", "CTT*5"))


def agreed(terms):
    """Return the supplier with these terms as its defaults."""
    made = partner()
    return made | {"defaults": made["defaults"] | terms}


@pytest.mark.parametrize("name", SCENARIOS)
async def test_there_is_one_case_and_it_is_its_owners(tmp_path, name):
    play, cause, terms = SCENARIOS[name]
    async with gateway(tmp_path, agreed(terms), settings=system_keys()) as house:
        await play(house)
        await house.until(lambda: _any(house))
        await house.settle()
        assert await cases(house) == [(cause, str(CAUSES[cause].owner))]
        [case] = (await house.get("/api/v1/cases"))["items"]
        told = (await house.get("/api/v1/events?type=case.opened&limit=500"))["items"]
        assert [each["data"]["cause"] for each in told] == [cause], "it is told once"
        assert case["next_action"] and case["group"].startswith(cause)
        house.erp.judge = None
        await sent(house, acknowledgment(77, "PO99"))
        await sent(house, interchange(acknowledgment_body("PO98"), set_id="855", group="PR", number=78))
        assert len((await house.get("/api/v1/cases"))["items"]) == 1, "neighbours go on, and open nothing"


def acknowledgment_body(order):
    return f"""BAK*00*AD*{order}*20261121
    PO1*1*10*EA*12.5*PE*BP*B-1
    ACK*IA*10*EA*068*20261205
    CTT*1"""


async def _any(house):
    return (await house.get("/api/v1/cases"))["items"]
