"""Lines are compared with what others report of them, and reports are read as they are written."""

import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ledger.reported import Report
from gateway.tracking.order import OrderLine
from gateway.tracking.reconciling import FIGURES, PRICE, Reported, compare, same_line
from gateway.tracking.reported import ReportFormat, ReportInvalid, read_report

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
quantities = st.decimals(min_value=0, max_value=10**9, places=4)
figures = st.dictionaries(st.sampled_from(FIGURES), quantities, min_size=1)


def line(**values):
    return OrderLine("acme:buyer:PO1:1", "acme:buyer:PO1", "acme", "buyer", "1", "shipped", NOW, **values)


def read(text, how=ReportFormat.JSON_LINES):
    return list(read_report(io.StringIO(text, newline=""), "a.txt", how))


@given(figures)
def test_what_both_have_differs_in_nothing(said):
    reported = Reported()
    for name, value in said.items():
        reported.add(name, value)
    assert compare("erp", line(**said), reported, list(said)) == []


@given(figures, st.sampled_from(FIGURES), quantities.filter(bool))
def test_exactly_the_figure_that_differs_is_found_with_both_values(said, name, more):
    ours = dict.fromkeys(FIGURES, Decimal(7)) | said
    reported = Reported()
    for each, value in ours.items():
        reported.add(each, value + more if each == name else value)
    [found] = compare("wms", line(**ours), reported, FIGURES)
    assert (found.figure, found.here, found.there) == (name, ours[name], ours[name] + more)
    assert found.lacks is False


@given(st.lists(quantities, min_size=1, max_size=5), st.permutations(range(3)))
def test_rows_about_one_line_add_up_in_any_order(parts, _order):
    rows = "".join(f'{{"order_number": "PO1", "line": "00{1}", "received": {part}}}\n' for part in parts)
    report = Report(read(rows))
    assert report.of_order("PO1", "acme", "", ["1"])["1"].sums == {"received": sum(parts)}
    assert (report.strangers(), list(report.figures)) == (0, ["received"])
    report.close()


def test_a_line_that_is_over_may_be_missing_and_one_that_is_not_may_not():
    shipped = {"ordered": Decimal(10), "shipped": Decimal(10), "price": Decimal(2)}
    assert compare("erp", OrderLine("x", "x", "a", "buyer", "1", "closed", NOW, **shipped), None, FIGURES) == []
    found = compare("erp", line(**shipped), None, FIGURES)
    assert [(each.figure, each.lacks, each.reported) for each in found] == [
        ("ordered", True, False),
        ("shipped", True, False),
    ], "that the line is missing is said by its quantities, not by its price"


def test_a_price_is_compared_with_each_that_is_reported_and_left_alone_where_we_have_none():
    reported = Reported(prices={Decimal("2"), Decimal("2.50")})
    [found] = compare("erp", line(price=Decimal("2.0")), reported, [PRICE])
    assert found.there == Decimal("2.5") and not found.lacks
    assert compare("erp", line(), reported, [PRICE]) == []


def test_a_report_may_say_with_whom_and_under_which_release_an_order_is():
    head = {"order_number": "PO1", "line": "1", "shipped": 1}
    rows = [head | {"partner": "acme"}, head | {"partner": "maple"}, head | {"release": "2"}, head]
    report = Report(read("\n".join(json.dumps(each) for each in rows)))
    assert report.of_order("PO1", "acme", "1", ["1"])["1"].sums == {"shipped": 2}
    assert report.of_order("PO1", "acme", "2", ["1"])["1"].sums == {"shipped": 3}
    assert report.strangers() == 1 and list(report.unseen(5)) == [("PO1", "1")]
    report.close()


def test_a_line_that_only_the_report_has_is_a_stranger_also_in_an_order_that_is_known():
    report = Report(read("".join(f'{{"order_number": "PO1", "line": {n}, "shipped": 1}}\n' for n in (1, 2, 2, 3))))
    assert set(report.of_order("PO1", "acme", "", ["1", "4"])) == {"1", "2", "3"}
    assert (report.strangers(), list(report.unseen(1))) == (2, [("PO1", "2")])
    report.close()


def test_an_empty_cell_says_that_nothing_was_booked_and_an_empty_price_says_nothing():
    first, second = read("order_number,line,shipped,invoiced,price\nPO1,1,10,,\nPO1,2, ,1\n", ReportFormat.CSV)
    assert first.figures == {"shipped": 10, "invoiced": 0}
    assert second.figures == {"shipped": 0, "invoiced": 1}


def test_a_decimal_comes_as_it_is_written_in_either_form():
    [of_json] = read('{"order_number": "PO1", "line": 7, "price": 0.1, "received": "12.10"}')
    [of_csv] = read("order_number,line,price,received\nPO1,7,0.1,12.10\n", ReportFormat.CSV)
    assert of_json == of_csv
    assert {name: str(value) for name, value in of_csv.figures.items()} == {"price": "0.1", "received": "12.10"}


@pytest.mark.parametrize("said", ["1E999999", "-1E-999999", "NaN", "Infinity", "9" * 31, "0x10", "1,5"])
def test_what_is_no_quantity_is_refused_before_it_is_reckoned_with(said):
    with pytest.raises(ReportInvalid, match=r"a\.txt:1: received: .* write it such as 12\.5"):
        read(json.dumps({"order_number": "PO1", "line": "1", "received": said}))


@pytest.mark.parametrize(
    ("text", "how", "words"),
    [
        ("order_number,line,shipped\nPO\x001,1,1\n", ReportFormat.CSV, "order_number: "),
        (f'{{"order_number": "{"x" * 256}", "line": 1}}', ReportFormat.JSON_LINES, "longer than 255 characters"),
        ('{"order_number": "a\\u0000", "line": 1}', ReportFormat.JSON_LINES, "can't be shown"),
        ("[" * 100_000, ReportFormat.JSON_LINES, "it is no JSON object"),
        ('{"order_number": "PO1", "line": 1, "shipped": ' + "9" * 5000 + "}", ReportFormat.JSON_LINES, "no quantity"),
        ("order_number,line\nPO1,1\n", ReportFormat.CSV, "no figure stands in the head"),
        ("order_number,line,shipped\nPO1,,1\n", ReportFormat.CSV, "a.txt:2: line: it is empty"),
        ("[1]\n", ReportFormat.JSON_LINES, "a.txt:1: it is no JSON object"),
        ("", ReportFormat.CSV, "the head of the table does not name it"),
        ('order_number,line,shipped\n"' + "x" * 140_000, ReportFormat.CSV, "it is no table"),
    ],
)
def test_a_report_that_is_broken_is_refused_with_words(text, how, words):
    with pytest.raises(ReportInvalid) as raised:
        read(text, how)
    assert words in str(raised.value)


@given(st.text(), st.sampled_from(ReportFormat))
def test_whatever_stands_there_is_read_or_refused(text, how):
    try:
        assert all(each.order_number and each.line for each in read(text, how))
    except ReportInvalid as error:
        assert error.problem.advice


def test_bytes_that_are_no_utf_8_are_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes("order_number,line,shipped\nMüll,1,1\n".encode("latin-1"))
    with (tmp_path / "a.csv").open(encoding="utf-8") as text, pytest.raises(ReportInvalid, match="no UTF-8"):
        list(read_report(text, "a.csv", ReportFormat.CSV))


@pytest.mark.parametrize(
    ("number", "same"), [("0001", "1"), (" 10 ", "10"), ("0", "0"), ("A-01", "A-01"), ("00", "00")]
)
def test_leading_zeros_do_not_make_another_line(number, same):
    assert same_line(number) == same
