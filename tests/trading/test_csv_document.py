"""Whatever bytes come as CSV: a document or faults with line and fix, and rows that fold into the lists that were agreed."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.canonical.message import BY_SET
from gateway.canonical.values import Part
from gateway.trading.csv_document import document_of
from gateway.trading.csv_layout import CsvText, layout_of
from gateway.trading.csv_table import marked, unmarked
from gateway.trading.csv_writing import CsvUnwritable, csv_of
from tests.support import csv

ROWS = {"855": csv.ACKNOWLEDGMENT, "856": csv.SHIP_NOTICE, "810": csv.INVOICE}
LAYOUTS = {
    "855": layout_of(CsvText.model_validate(csv.ACKNOWLEDGMENT_LAYOUT), BY_SET["855"]),
    "856": layout_of(CsvText.model_validate(csv.SHIP_NOTICE_LAYOUT), BY_SET["856"]),
    "810": layout_of(CsvText.model_validate(csv.INVOICE_LAYOUT), BY_SET["810"]),
}


def _judge(data, set_id):
    return document_of(data, LAYOUTS[set_id], BY_SET[set_id])


@given(
    set_id=st.sampled_from(sorted(ROWS)), cut=st.integers(0, 700), end=st.integers(0, 60), put=st.binary(max_size=30)
)
@example(set_id="855", cut=0, end=0, put=b'"')
def test_any_bytes_are_a_document_or_faults_that_say_what_to_do(set_id, cut, end, put):
    whole = ROWS[set_id].encode()
    found = _judge(whole[:cut] + put + whole[cut + end :], set_id)
    if isinstance(found, Part):
        assert BY_SET[set_id].model.model_validate(found.model_dump(exclude_unset=True)) == found
        return
    assert found
    assert all(fault.line >= 1 and fault.message and fault.fix for fault in found)


@given(st.data())
def test_the_order_of_the_columns_plays_no_part(data):
    for set_id, text in ROWS.items():
        mark = LAYOUTS[set_id].delimiter
        rows = [line.replace('"as usual; by truck"', "").split(mark) for line in text.splitlines()]
        order = data.draw(st.permutations(range(len(rows[0]))))
        mixed = "\n".join(mark.join(row[index] for index in order) for row in rows)
        assert _judge(mixed.encode(), set_id) == _judge(text.encode(), set_id)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 99)), min_size=1, max_size=12))
def test_rows_that_say_the_same_of_a_line_are_one_line_with_all_that_each_says(said):
    head = csv.ACKNOWLEDGMENT.splitlines()[0]
    rows = [f"PO1;;all;{line};1;2;B-{line};;OK;{quantity};;" for line, quantity in said]
    body = _judge("\n".join([head, *rows]).encode(), "855")
    assert isinstance(body, Part)
    for line in body.lines:
        wanted = [quantity for number, quantity in said if str(number) == line.number]
        assert [status.quantity for status in line.statuses] == wanted
    assert {line.number for line in body.lines} == {str(number) for number, _ in said}
    assert len(body.lines) == len({number for number, _ in said})


@pytest.mark.parametrize("set_id", sorted(ROWS))
def test_what_is_read_is_written_and_read_again_as_the_same(set_id):
    body = _judge(ROWS[set_id].encode(), set_id)
    assert isinstance(body, Part)
    written = csv_of(body, LAYOUTS[set_id])
    assert _judge(written, set_id) == body
    assert csv_of(_judge(written, set_id), LAYOUTS[set_id]) == written


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=30))
@example("=1+2")
@example("'=1+2")
@example("-")
def test_a_text_comes_back_as_it_was_and_is_no_formula_on_the_way(text):
    cell = marked(text)
    assert unmarked(cell) == text
    assert not cell.startswith(("=", "+", "-", "@"))
    layout = layout_of(CsvText(columns={"Order": "order_number", "Kind": "acknowledgment_type"}), BY_SET["855"])
    body = BY_SET["855"].model.model_validate({"order_number": text.strip() or "x", "acknowledgment_type": "rejected"})
    assert document_of(csv_of(body, layout), layout, BY_SET["855"]) == body


def _changed(**line):
    body = _judge(ROWS["855"].encode(), "855").model_dump(mode="json", exclude_unset=True)
    body["lines"][0] |= line
    return BY_SET["855"].model.model_validate(body)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            {"quantity": {"value": "10", "unit": "case"}},
            "lines[].quantity.unit is 'case' where 'each' was agreed for all",
        ),
        ({"statuses": [{"status": "backordered"}]}, "column Status: no code was agreed for 'backordered'"),
    ],
)
def test_what_would_be_understood_wrongly_is_not_written(line, words):
    with pytest.raises(CsvUnwritable) as caught:
        csv_of(_changed(**line), LAYOUTS["855"])
    assert any(words in each for each in caught.value.faults), caught.value.faults


def test_ids_are_found_by_their_kind_wherever_they_stand():
    ids = [
        {"kind": "supplier_part", "value": "V-1"},
        {"kind": "gtin_12", "value": "1"},
        {"kind": "buyer_part", "value": "B-1"},
    ]
    first = csv_of(_changed(item_ids=ids), LAYOUTS["855"]).decode().splitlines()[1].split(";")
    assert first[6:8] == ["B-1", "V-1"]
