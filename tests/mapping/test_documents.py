"""A profile on whole documents: totals, levels, and what is refused."""

import pytest

from gateway.errors import TranslationError
from tests.mapping.documents import again, base, body_of, judged, profile
from tests.mapping.orders import ORDER, order, write
from tests.support.x12 import invoice, purchase_order, ship_notice

# Checks


def test_a_total_is_filled_in_when_written_and_compared_when_read():
    mapping = base("850")
    lines = [{"number": str(number), "quantity": {"value": "2", "unit": "each"}} for number in range(3)]
    assert write(mapping, lines=lines)[-1] == "CTT*3"
    judgment = order(ORDER.replace("CTT*2", "CTT*5"))
    assert mapping.to_canonical(judgment.tree, ">")[1] == ["CTT/01 says 5, but count(lines) is 2"]


def test_sums_and_levels_are_counted_too():
    summed = profile(
        "profile: test/one\nextends: base/850\ncheck: {CTT/02: sum(lines.quantity.value)}\nfields: {totals: {hash: null}}\n"
    )
    lines = [{"number": "1", "quantity": {"value": "2.5"}}, {"number": "2", "quantity": {"value": "4"}}]
    assert write(summed, lines=lines)[-1] == "CTT*2*6.5"
    notice = base("856")
    judgment = judged(ship_notice().replace("CTT*4", "CTT*7").encode())
    assert notice.to_canonical(judgment.tree, ">")[1] == ["CTT01 says 7, but segments(HL) is 4"]


# Levels


def test_levels_keep_their_shape_and_get_their_numbers_when_written():
    mapping = base("856")
    judgment = judged(ship_notice().encode())
    body = body_of(mapping, judgment)
    [shipment] = body.shipments
    [bought] = shipment.orders
    [carton] = bought.packages
    assert carton.kind == "pack"
    assert carton.marks[0].value == "00006141410000000018"
    assert carton.items[0].item_ids[0].value == "B-1"
    levels = [segment for segment in mapping.from_canonical(body) if segment[0] == "HL"]
    assert levels == [
        ["HL", "1", "", "S", "1"],
        ["HL", "2", "1", "O", "1"],
        ["HL", "3", "2", "P", "1"],
        ["HL", "4", "3", "I", "0"],
    ]
    assert again(mapping, body)[1] == body


def test_a_level_with_nothing_of_its_own_stays():
    mapping = base("856")
    body = body_of(mapping, judged(ship_notice().replace("PRF*PO1~", "").replace("SE*13", "SE*12").encode()))
    assert body.shipments[0].orders[0].packages[0].items[0].number == "1"
    empty = mapping.message_type.model.model_validate({"shipment_number": "S", "shipments": [{}]})
    assert ["HL", "1", "", "S", "0"] in mapping.from_canonical(empty)


# Refusals


def test_what_the_canonical_model_does_not_take_is_refused_with_the_line_that_reads_it():
    with pytest.raises(TranslationError) as caught:
        body_of(base("810"), judged(invoice().replace("TDS*13800", "TDS*13,80").encode()))
    assert "mappings/base/810.yaml:" in caught.value.detail
    assert "totals.total" in caught.value.detail
    assert caught.value.path == "totals.total"


def test_too_many_ids_for_one_segment_are_refused_when_written():
    ids = [{"kind": "buyer_part", "value": str(number)} for number in range(11)]
    with pytest.raises(TranslationError, match="11 pairs given, but there is room for 10"):
        write(base("850"), lines=[{"item_ids": ids}])


def test_levels_that_hang_below_one_another_in_a_circle_are_not_read_without_end():
    text = purchase_order()
    assert body_of(base("850"), judged(text.encode())).order_number == "CPO1"
    circle = ship_notice().replace("HL*2*1*O*1", "HL*2*4*O*1")
    body = body_of(base("856"), judged(circle.encode()))
    assert body.orders[0].order_number == "PO1"
