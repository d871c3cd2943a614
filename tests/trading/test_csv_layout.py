"""What is agreed about CSV is checked when the file is loaded: each path leads somewhere, and the lists fit one another."""

import pytest

from gateway.canonical.message import BY_SET
from gateway.trading.csv_layout import CsvText, layout_of
from gateway.trading.csv_places import place_of
from tests.trading.files import agreement, problems_of

PARTNER = """\
partner: acme
name: ACME
identities: [{qualifier: ZZ, id: ACME}]
agreements:
  - {document: "855", direction: inbound, role: buyer, csv: {CSV}}
"""

MISTAKES = [
    ("columns: {Order: order_nr}", "column 'Order': there is no 'order_nr' for 'order_nr'; there are purpose"),
    (
        "columns: {Line: lines.number}",
        "'lines' in 'lines.number' is a list; write [] (one for each row) or [0] behind it",
    ),
    ("columns: {Order: 'order_number[]'}", "'order_number[]' in 'order_number[]' is no list"),
    (
        "columns: {Line: 'lines[].quantity'}",
        "holds other fields; name the one that is meant, such as lines[].quantity.value",
    ),
    ("columns: {Order: order_number.value}", "goes on behind a value that holds nothing else"),
    ("columns: {Order: 'order number'}", "is no path; write one such as lines[].quantity.value"),
    ("columns: {A: order_number, B: order_number}", "'order_number' is given twice; keep one of the two"),
    ("columns: {A: order_number}, constants: {order_number: x}", "'order_number' is given twice"),
    ("columns: {A: 'lines[].number', B: 'parties[].name'}", "lines[] and parties[] can't both be one for each row"),
    ("columns: {A: order_number}, constants: {'lines[].number': x}", "no column goes where 'lines[].number' is"),
    ("columns: {A: order_number}, dates: YYYY-DD", "write YYYY, MM and DD once each, such as DD.MM.YYYY"),
    ("columns: {A: order_number}, dates: YYYY-MM-DD-DD", "write YYYY, MM and DD once each"),
    ("columns: {A: order_number}, delimiter: ':'", "delimiter"),
    ("columns: {}", "columns"),
]


@pytest.mark.parametrize(("said", "words"), MISTAKES)
def test_a_mistake_in_a_layout_is_told_with_its_line(said, words):
    problems = problems_of({"partners/acme.yaml": PARTNER.replace("CSV", said)})
    assert any(words in each for each in problems), problems
    assert all(each.startswith("partners/acme.yaml:5") for each in problems)


def test_csv_is_only_for_what_has_a_message():
    layout = "csv: {columns: {Order: order_number}}"
    problems = problems_of({"partners/acme.yaml": PARTNER.replace("csv: {CSV}", layout).replace('"855"', '"997"')})
    assert any("csv is only for documents that have a canonical message" in each for each in problems), problems


def test_for_csv_that_we_send_no_acknowledgment_is_waited_for():
    found = agreement("csv: {columns: {Order: order_number}}", document="850", direction="outbound")
    assert found.acknowledgment.expected is False


def test_a_layout_that_says_nothing_else_is_read_as_usual():
    found = agreement("csv: {columns: {Order: order_number, Line: 'lines[].number'}}", document="855").csv
    assert found is not None
    assert (found.delimiter, found.text.decimal, found.text.dates, found.text.charset) == (
        ",",
        ".",
        "YYYY-MM-DD",
        "utf-8",
    )
    assert found.levels == ((), ("lines", None))
    assert found.files == ("855*.csv", "order_acknowledgment*.csv")
    assert agreement(document="855").csv is None


def test_lists_within_lists_are_levels_from_the_document_down_to_the_row():
    columns = {"o": "shipments[0].orders[].order_number", "p": "shipments[0].orders[].items[].number"}
    found = layout_of(CsvText(columns=columns), BY_SET["856"])
    orders = ("shipments", 0, "orders", None)
    assert found.levels == ((), orders, (*orders, "items", None))


@pytest.mark.parametrize(
    ("set_id", "path", "kind"),
    [
        ("810", "totals.total", "number"),
        ("810", "terms[0].discount_days", "number"),
        ("810", "invoiced_on", "day"),
        ("810", "custom.plant", "text"),
        ("855", "notes[0].text[0]", "text"),
        ("856", "shipped_at", "text"),
        ("856", "shipments[0].orders[].packages[].packages[].items[].item_ids[1].value", "text"),
    ],
)
def test_a_path_says_what_stands_there(set_id, path, kind):
    assert place_of(BY_SET[set_id].model, path).kind == kind
