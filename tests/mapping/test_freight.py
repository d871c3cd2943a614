"""Freight and warehouse documents in the words of those who move goods: what a message says of a real-looking document."""

import json
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway.canonical.load_tender_response import LoadTenderResponse
from gateway.canonical.message import BY_SET
from gateway.mapping.coverage import coverage
from gateway.x12.hierarchy import nest
from tests.conftest import ROOT
from tests.mapping.documents import again, base, body_of, judged, written
from tests.mapping.generate import SetMaker
from tests.support.x12 import interchange

SETS = ("214", "204", "990", "210", "940", "943", "944", "945")
# Of a compound unit two units are kept: nobody ships in a product of three.
LEFT_OUT = {("MEA", 4), ("QTY", 3)}


def sample(set_id):
    return json.loads((ROOT / "mappings" / "base" / f"{set_id}.expected.json").read_text())["body"]


def message(set_id, text, group):
    return body_of(base(set_id), judged(interchange(text, set_id=set_id, group=group).encode()))


def model(set_id, **body):
    return BY_SET[set_id].model.model_validate(body)


@pytest.mark.parametrize("version", ["004010", "005010"])
@pytest.mark.parametrize("set_id", SETS)
@given(seed=st.integers(0, 2**32 - 1), most=st.integers(0, 40))
def test_whatever_a_valid_document_says_is_read(set_id, version, seed, most):
    mapping = base(set_id, version)
    judgment = written(mapping, SetMaker(Random(seed), mapping.plan.definition, most).tree())
    segments = judgment.transaction.segments
    unread: Counter = coverage(mapping.plan, nest(judgment.tree), judgment.uses, segments, ">").unread
    assert [place for place in unread if place[1:] not in LEFT_OUT] == []


# Statuses


def test_a_status_says_what_happened_where_and_why():
    text = "B10*PRO1*SHP1*NFRT\nLX*1\nAT7*SD*AI***20261204*0610*ET\nMS1*Sudbury*ON*CA\nMS2*NFRT*44192*TL"
    [milestone] = message("214", text, "QM").lines[0].milestones
    assert (milestone.status, milestone.reason) == ("delayed", "mechanical_breakdown")
    assert (milestone.date.isoformat(), milestone.time, milestone.zone) == ("2026-12-04", "06:10", "ET")
    assert milestone.place.city == "Sudbury"
    assert milestone.equipment[0].number == "44192"


def test_an_appointment_is_no_status():
    [milestone] = message("214", "B10**SHP1*NFRT\nLX*1\nAT7***AB*NA*20261205*0900*ET", "QM").lines[0].milestones
    assert milestone.status is None
    assert (milestone.appointment, milestone.appointment_reason) == ("delivery_appointment", "normal_appointment")


def test_the_carriers_number_stands_in_where_the_shippers_is_missing():
    row = BY_SET["214"]
    assert row.document_number(message("214", "B10*PRO1*SHP1*NFRT", "QM")) == "SHP1"
    assert row.document_number(message("214", "B10*PRO1**NFRT", "QM")) == "PRO1"


@pytest.mark.parametrize("set_id", ["214", "204", "990"])
def test_the_orders_that_freight_is_about_are_found_in_its_references_and_details(set_id):
    row, body = BY_SET[set_id], sample(set_id)
    expected = [] if set_id == "990" else ["PO-2026-0457"]
    assert row.order_numbers(row.model.model_validate(body)) == expected


# Tenders


def test_a_stop_has_a_window():
    text = (
        "B2**NFRT**SHP1**PP\nB2A*00*LT\nS5*1*LD\nG62*37*20261203*I*0800*ET\nG62*38*20261203*K*1600*ET"
        "\nN1*SF*Maple\nS5*2*UL\nG62*54*20261205"
    )
    tender = message("204", text, "SM")
    first, second = tender.stops
    assert (first.reason, second.reason) == ("load", "unload")
    assert [(date.kind, date.time_kind, date.time) for date in first.dates] == [
        ("ship_not_before", "earliest_pickup", "08:00"),
        ("ship_no_later", "latest_pickup", "16:00"),
    ]
    assert again(base("204"), tender)[1] == tender


@pytest.mark.parametrize(
    ("code", "answer"), [("A", "accepted"), ("D", "declined"), ("E", "declined"), ("C", "counter_proposal")]
)
def test_a_carrier_accepts_or_declines(code, answer):
    assert message("990", f"B1*NFRT*SHP1*20261202*{code}", "GF").answer == answer


def test_a_tender_without_a_number_has_none():
    tender = message("204", "B2**NFRT****PP\nB2A*00\nS5*1*LD", "SM")
    assert BY_SET["204"].document_number(tender) is None


def test_an_answer_that_names_neither_tender_nor_carrier_is_refused():
    assert model("990", carrier="NFRT").tender_number is None
    with pytest.raises(ValidationError, match="name the tender that is answered"):
        LoadTenderResponse.model_validate({"answer": "accepted"})


# Numbers


def test_a_number_of_too_few_digits_gets_zeros_before_it():
    equipment = [{"number": "7", "tare_weight": "45", "tare_kind": "A", "weight_allowance": "-5"}]
    written = base("990").from_canonical(model("990", tender_number="SHP1", equipment=equipment))
    [segment] = [segment for segment in written if segment[0] == "N7"]
    assert (segment[5], segment[6]) == ("045", "-05")


# Warehouses


def test_a_shipping_advice_says_what_was_ordered_what_was_shipped_and_what_is_missing():
    text = "W06*F*ORD8801*20260723\nN1*ST*Store 118*92*0118\nLX*1\nW12*CP*60*55*5*EA**VN*SKU-1*LOT7"
    [line] = message("945", text, "SW").lines
    [item] = line.items
    assert (item.status, item.ordered, item.shipped, item.difference) == ("partial_no_backorder", 60, 55, 5)
    assert (item.lot, item.item_ids[0].value) == ("LOT7", "SKU-1")


def test_what_a_warehouse_received_damaged_and_short_stands_with_the_item():
    text = (
        "W17*F*20260726*REC5501*XFER7701\nN1*WH*Reno\nW07*38*EA**VN*SKU-1***LOT7\nW13*2*EA*01*LOT7\nW13*1*EA*02\nW14*38"
    )
    [item] = message("944", text, "RE").lines
    assert (item.received.value, item.lot) == (38, "LOT7")
    assert [(found.condition, found.quantity.value) for found in item.exceptions] == [("damaged", 2), ("short", 1)]


@pytest.mark.parametrize(
    ("set_id", "number", "orders"),
    [
        ("940", "DO-40021", ["PO-2026-0457"]),
        ("945", "DO-40021", ["PO-2026-0457"]),
        ("943", "TR-7701", ["PO-2026-0457"]),
        ("944", "REC-5501", ["PO-2026-0457"]),
        ("210", "FI-90210", ["PO-2026-0457"]),
    ],
)
def test_each_document_has_a_number_and_the_orders_that_it_names(set_id, number, orders):
    row = BY_SET[set_id]
    body = row.model.model_validate(sample(set_id))
    assert (row.document_number(body), row.order_numbers(body)) == (number, orders)


def test_the_shipment_stands_in_where_a_warehouse_names_no_order_of_the_depositor():
    body = message("945", "W06*F**20260723*SHP1\nN1*ST*Store 118\nLX*1", "SW")
    assert BY_SET["945"].document_number(body) == "SHP1"
