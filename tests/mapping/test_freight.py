"""Freight and warehouse documents in the words of those who move goods: what a message says of a real-looking document."""

import json

import pytest
from pydantic import ValidationError

from gateway.canonical.load_tender_response import LoadTenderResponse
from gateway.canonical.message import BY_SET
from tests.conftest import ROOT
from tests.mapping.documents import again, base, body_of, judged
from tests.support.x12 import interchange


def sample(set_id):
    return json.loads((ROOT / "mappings" / "base" / f"{set_id}.expected.json").read_text())["body"]


def message(set_id, text, group):
    return body_of(base(set_id), judged(interchange(text, set_id=set_id, group=group).encode()))


def model(set_id, **body):
    return BY_SET[set_id].model.model_validate(body)


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
