"""What canonical messages say about orders: the samples of the base profiles, and what partners write beside them."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from gateway.canonical.message import MESSAGE_TYPES
from gateway.pipeline.thread.saying import SAYING, said_by
from gateway.tracking.thread.statement import Kind, LineSaid, Reply

BASE = Path(__file__).parents[3] / "mappings" / "base"


def sample(name):
    row = MESSAGE_TYPES[name]
    data = json.loads((BASE / f"{row.set_id}.expected.json").read_text())
    return row.model.model_validate(data["body"])


def said(name, body):
    return said_by(name, MESSAGE_TYPES[name].model.model_validate(body))


@pytest.mark.parametrize("name", sorted(SAYING))
def test_every_sample_says_something_that_a_ledger_can_keep(name):
    sayings = said_by(name, sample(name))
    assert sayings
    for each in sayings:
        assert each.order_number or each.via
        assert json.loads(json.dumps(each.head)) == each.head
        assert [LineSaid.from_data(json.loads(json.dumps(line.to_data()))) for line in each.lines] == each.lines


def test_what_is_about_no_order_says_nothing():
    assert said_by("inventory_advice", sample("inventory_advice")) == []


def test_an_order_says_what_is_wanted_when_and_where():
    [order] = said(
        "purchase_order",
        {
            "order_number": "PO1",
            "release": "7",
            "currency": {"role": "buyer", "currency": "USD"},
            "dates": [{"kind": "delivery_requested", "date": "2026-12-01"}],
            "parties": [{"role": "ship_to", "name": "North", "ids": [{"kind": "assigned_by_buyer", "value": "0042"}]}],
            "lines": [{"quantity": {"value": "40", "unit": "each"}, "unit_price": {"amount": "12.75"},
                       "item_ids": [{"kind": "buyer_part", "value": "B-1"}]}],
        },
    )  # fmt: skip
    assert (order.kind, order.release, order.head) == (Kind.ORDERED, "7", {"currency": "USD", "plant": "0042"})
    [line] = order.lines
    assert (line.line, line.quantity, line.unit, line.price) == ("1", 40, "each", Decimal("12.75"))
    assert (str(line.on), line.items) == ("2026-12-01", (("buyer_part", "B-1"),))


def test_an_order_that_is_taken_back_names_its_lines():
    [order] = said("purchase_order", {"order_number": "PO1", "purpose": "cancellation", "lines": [{"number": "1"}]})
    assert (order.kind, [line.line for line in order.lines]) == (Kind.CANCELLED, ["1"])


@pytest.mark.parametrize(
    ("status", "reply"),
    [
        ("accepted", Reply.ACCEPTED),
        ("accepted_price_changed", Reply.CHANGED),
        ("backordered", Reply.BACKORDERED),
        ("part_shipped_rest_backordered", Reply.BACKORDERED),
        ("rejected_not_on_contract", Reply.REJECTED),
        ("deleted", Reply.REJECTED),
        ("on_hold", Reply.PENDING),
    ],
)
def test_each_status_of_a_line_is_a_reply(status, reply):
    body = {"order_number": "PO1", "lines": [{"number": "1", "statuses": [{"status": status, "quantity": "5"}]}]}
    [answer] = said("order_acknowledgment", body)
    assert [(line.reply, line.quantity) for line in answer.lines] == [(reply, 5)]


@pytest.mark.parametrize(
    ("kind", "reply"),
    [
        ("accepted", "accepted"),
        ("rejected_with_detail", "rejected"),
        ("with_exceptions_only", "accepted"),
        ("hold_status", None),
    ],
)
def test_an_acknowledgment_without_lines_answers_all_of_them(kind, reply):
    [answer] = said("order_acknowledgment", {"order_number": "PO1", "acknowledgment_type": kind})
    assert answer.head.get("reply") == reply


def test_a_ship_notice_gives_each_order_what_is_meant_for_it():
    item = {"item_ids": [{"kind": "buyer_part", "value": "B-1"}], "shipped": {"value": "5", "unit": "each"}}
    body = {
        "shipment_number": "S1",
        "shipped_on": "2026-12-01",
        "dates": [{"kind": "estimated_delivery", "date": "2026-12-03"}],
        "shipments": [{"orders": [{"order_number": "PO1", "packages": [{"kind": "P", "items": [item]}]},
                                  {"order_number": "PO2", "items": [item | {"order_line": "3"}]}]}],
    }  # fmt: skip
    first, second = said("ship_notice", body)
    assert [(each.order_number, each.number, each.lines[0].line) for each in (first, second)] == [
        ("PO1", "S1", None),
        ("PO2", "S1", "3"),
    ]
    assert first.head == {"shipped_on": "2026-12-01", "expected_on": "2026-12-03"}


def test_an_invoice_for_several_orders_is_said_order_by_order_and_its_sums_to_none():
    line = {"quantity": {"value": "1", "unit": "each"}, "unit_price": {"amount": "10"}}
    other = line | {"references": [{"kind": "purchase_order", "value": "PO2"}]}
    body = {"invoice_number": "I1", "order_number": "PO1", "lines": [line, other], "totals": {"total": "20"}}
    first, second = said("invoice", body)
    assert (first.order_number, second.order_number, first.head, second.head) == ("PO1", "PO2", {}, {})


def test_a_credit_memo_takes_something_back():
    body = {
        "invoice_number": "C1",
        "invoice_type": "credit_memo",
        "order_number": "PO1",
        "replaces": "I1",
        "totals": {"total": "-20"},
    }
    [credit] = said("invoice", body)
    assert (credit.kind, credit.head) == (Kind.ADJUSTED, {"invoice": "I1", "total": "20"})


def test_an_adjustment_of_the_buyer_means_the_opposite_of_the_same_words_of_the_seller():
    body = {"adjustment_number": "A1", "adjusted_on": "2026-12-01", "handling": "remittance_only", "amount": "30",
            "credit_or_debit": "debit", "invoice_number": "I1"}  # fmt: skip
    [debit] = said("credit_debit_adjustment", body)
    assert (debit.via, debit.head["total"], debit.negated().head["total"]) == ((Kind.INVOICED, "I1"), "-30", "30")
