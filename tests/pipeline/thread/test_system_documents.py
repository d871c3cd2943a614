"""What documents of warehouses, laboratories and carriers say: the same statements as the systems' own doors."""

import copy
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from gateway.canonical.message import MESSAGE_TYPES
from gateway.pipeline.thread.saying import said_by
from gateway.tracking.thread.statement import Kind, Purpose

BASE = Path(__file__).parents[3] / "mappings" / "base"


def sample(name):
    return json.loads((BASE / f"{MESSAGE_TYPES[name].set_id}.expected.json").read_text())["body"]


def said(name, body):
    return said_by(name, MESSAGE_TYPES[name].model.model_validate(body))


def test_a_receiving_advice_says_what_came_and_what_is_refused_of_each_order():
    first, second = said("receiving_advice", sample("receiving_advice"))
    assert (first.order_number, first.release) == ("PO-2026-0457", "12")
    assert (first.kind, first.number) == (Kind.RECEIVED, "RA-7781")
    assert first.head == {"shipment": "SHP-4711"}
    line, returned = first.lines
    assert (returned.quantity, returned.refused) == (0, 20)
    assert (line.line, line.quantity, line.unit, line.lot) == ("1", 54, "each", "L-2026-11")
    assert line.refused == 6, "3 damaged, 1 of bad quality, 2 sent back"
    assert ("buyer_part", "B-1007") in line.items and line.on == date(2026, 12, 14)
    assert (second.order_number, second.release) == ("PO-2026-0460", "")


def test_a_line_of_a_receiving_advice_names_its_order_among_its_ids_where_the_heading_names_several():
    body = sample("receiving_advice")
    body["orders"].append({"order_number": "PO-9"})
    assert [each.order_number for each in said("receiving_advice", body)] == ["PO-2026-0457", "PO-2026-0460"]


def test_what_is_short_is_not_refused_and_a_correction_replaces():
    body = {
        "receipt_number": "R1", "receipt_type": "dock", "purpose": "replacement", "orders": [{"order_number": "PO1"}],
        "lines": [{"received": {"value": "9", "unit": "each"}, "disputed": [{"value": "1", "condition": "short"}],
                   "items": [{"item_ids": [{"kind": "buyer_part", "value": "B-1"}]}]}],
    }  # fmt: skip
    [advice] = said("receiving_advice", body)
    assert (advice.purpose, advice.lines[0].quantity, advice.lines[0].refused) == (Purpose.REPLACEMENT, 9, None)


def test_a_warehouse_says_what_it_received_for_whoever_has_the_orders():
    first, second = said("stock_transfer_receipt", sample("stock_transfer_receipt"))
    assert (first.order_number, first.number, first.anyone) == ("PO-2026-0457", "REC-5501", True)
    [line] = first.lines
    assert (line.quantity, line.lot, line.refused, line.on) == (38, "LOT-A77", 2, date(2026, 12, 5))
    assert first.head == {"shipment": "SHP-55121"}
    assert second.order_number == "TR-7701", "a line without an order of its own is of the depositor's"


def test_a_nonconformance_report_keeps_back_what_does_not_conform():
    holds = said("nonconformance_report", sample("nonconformance_report"))
    lines = [line for hold in holds for line in hold.lines]
    assert {hold.kind for hold in holds} == {Kind.HELD} and {hold.number for hold in holds} == {"NCR-4471"}
    assert any((line.quantity, line.unit) == (3, "each") for line in lines)
    assert all(line.line or line.items or line.lot for line in lines)


def test_a_report_without_an_order_means_lots_and_nothing_where_it_names_none():
    item = {
        "kind": "item", "nonconformances": [{"attribute": "NC"}],
        "item_ids": [{"kind": "buyer_part", "value": "B-1"}, {"kind": "lot", "value": "L1"}],
    }  # fmt: skip
    body = {"report_number": "N1", "reported_on": "2026-11-21", "levels": [item]}
    [hold] = said("nonconformance_report", body)
    assert (hold.order_number, hold.anyone, hold.lines[0].lot) == ("", True, "L1")
    del item["item_ids"][1]
    assert said("nonconformance_report", body) == []


@pytest.mark.parametrize(("value", "held"), [("339.9", True), ("340", False), ("420", False), ("420.1", True)])
def test_results_outside_of_their_limits_keep_the_lot_back_and_others_pass_it(value, held):
    body = copy.deepcopy(sample("test_results"))
    body["lines"][0]["tests"][0]["measurements"][0]["value"] = value
    [each] = said("test_results", body)
    [line] = each.lines
    assert (each.order_number, line.line, line.lot) == ("PO-2026-0457", "2", "L-2231")
    if held:
        assert (each.kind, each.head) == (Kind.HELD, {"awaits": "test_results"})
        assert line.words == f"TS {Decimal(value):f} outside of its limits"
    else:
        assert (each.kind, line.words) == (Kind.PASSED, None)


MEASURED = {"kind": "HD", "value": "50", "minimum": "60", "maximum": "70"}


@pytest.mark.parametrize(
    "where", ["measurements", "tests/measurements", "tests/statistics", "tests/methods", "tests/periods"]
)
def test_a_value_outside_of_its_limits_is_seen_wherever_it_stands(where):
    test = {"kind": "hardness"}
    value = {"statistic": "19", **MEASURED} if where.endswith("statistics") else MEASURED
    if where.endswith(("methods", "periods")):
        test[where.removeprefix("tests/")] = [{"kind": "01", "measurements": [value]}]
        if where.endswith("methods"):
            test["methods"] = [{"measurements": [value]}]
    elif where != "measurements":
        test[where.removeprefix("tests/")] = [value]
    item = {"item_ids": [{"kind": "lot", "value": "L1"}], "tests": [test]}
    if where == "measurements":
        item["measurements"] = [value]
    body = {"reported_on": "2026-11-21", "report_number": "C1", "lines": [item]}
    [hold] = said("test_results", body)
    assert (hold.kind, hold.anyone, hold.lines[0].lot) == (Kind.HELD, True, "L1")


def test_what_is_measured_of_all_of_it_counts_for_each_item_and_a_tree_for_the_lot_above():
    lot = {"kind": "item", "item_ids": [{"kind": "lot", "value": "L1"}]}
    good = {"kind": "TS", "value": "350", "minimum": "340"}
    tree = {**lot, "levels": [{"kind": "component", "measurements": [good]}]}
    body = {"reported_on": "2026-11-21", "report_number": "C1", "levels": [tree]}
    [passed] = said("test_results", body)
    assert (passed.kind, [line.lot for line in passed.lines]) == (Kind.PASSED, ["L1"])
    [hold] = said("test_results", body | {"measurements": [MEASURED]})
    assert (hold.kind, [line.lot for line in hold.lines]) == (Kind.HELD, ["L1"])
    tree["levels"].append({"kind": "component", "measurements": [MEASURED]})
    assert [each.kind for each in said("test_results", body)] == [Kind.HELD]


@pytest.mark.parametrize(
    ("item", "changes"),
    [
        ({"measurements": [{"kind": "TS", "value": "350"}]}, {}),  # No limit stands beside it.
        ({"measurements": [{"kind": "TS", "minimum": "340"}]}, {}),  # Nothing was measured.
        ({"measurements": [{"kind": "TS", "value": "350", "minimum": "340"}], "tests": [{"answer": "N"}]}, {}),
        ({"measurements": [{"kind": "TS", "value": "350", "minimum": "340"}]}, {"purpose": "cancellation"}),
        ({"measurements": [MEASURED]}, {"purpose": "cancellation"}),
    ],
)
def test_what_proves_nothing_passes_nothing_and_what_is_taken_back_says_nothing(item, changes):
    line = {"item_ids": [{"kind": "lot", "value": "L1"}], **item}
    body = {"reported_on": "2026-11-21", "report_number": "C1", "lines": [line]} | changes
    assert said("test_results", body) == []


def test_a_lot_that_passed_one_test_and_failed_another_did_not_pass():
    lot = {"item_ids": [{"kind": "lot", "value": "L1"}]}
    good = {**lot, "measurements": [{"kind": "TS", "value": "350", "minimum": "340"}]}
    body = {"reported_on": "2026-11-21", "report_number": "C1", "lines": [good, {**lot, "measurements": [MEASURED]}]}
    assert [each.kind for each in said("test_results", body)] == [Kind.HELD]


def test_a_shipment_status_says_when_the_shipment_of_the_ship_notice_is_expected():
    [moved] = said("shipment_status", sample("shipment_status"))
    assert (moved.kind, moved.via, moved.anyone) == (Kind.MOVED, (Kind.SHIPPED, "ASN-55120"), True)
    assert (moved.head["expected_on"], moved.head["milestone"]) == ("2026-12-05", "delayed")


def test_an_estimate_counts_more_than_an_appointment_and_the_last_one_counts():
    body = sample("shipment_status")
    body["references"] = []
    body["lines"][0]["milestones"] += [
        {"status": "estimated_delivery", "date": day} for day in ("2026-12-09", "2026-12-08")
    ]
    [moved] = said("shipment_status", body)
    assert (moved.via, moved.head["expected_on"]) == ((Kind.SHIPPED, "SHP-55120"), "2026-12-08")


def test_a_status_of_a_shipment_that_only_the_carrier_knows_says_nothing_of_orders():
    assert said("shipment_status", {"carrier": "NFRT", "carrier_reference": "PRO1"}) == []
