"""What an agreement says, what it inherits, and what holds when nobody says anything."""

from dataclasses import fields
from datetime import date, timedelta

import pytest

from gateway.errors import ConfigurationError
from gateway.tracking.calendar import Span
from gateway.tracking.thread.deadlines import DeadlineTerms
from gateway.trading.agreement import Acknowledgment, Agreement, AgreementText, Retry, Terms
from gateway.trading.loader import load_directory
from gateway.trading.overdue import Overdue
from gateway.x12.faults import FaultCode
from tests.trading.files import OWN, agreement


def test_an_agreement_that_says_nothing_has_the_usual_terms():
    found = agreement()
    assert (found.partner, found.document, found.direction, found.role) == ("acme", "850", "inbound", "seller")
    assert (found.version, found.profile, found.guide, found.transport) == ("004010", "base/850", None, None)
    assert found.style.delimiters.all() == ("*", ">", "~", "^")
    assert (found.style.newline, found.style.charset, found.style.replacement) == (False, "ascii", "")
    assert found.control_numbers == (1, 999_999_999)
    assert (found.usage, found.test_to_erp, found.erp) == ("P", False, "main")
    assert (found.duplicate_window, found.tolerate, found.promises) == (timedelta(days=30), frozenset(), {})
    assert (found.ordered_by, found.totals) == ("none", "note")
    assert (found.acknowledgment, found.retry) == (Acknowledgment(), Retry())
    assert found.key == "acme/850/inbound"


# Each term with a value that is not the usual one, and what an agreement then holds.
TERMS = [
    ("version: '005010'", "version", "005010"),
    ("guide: acme/850", "guide", "acme/850"),
    ("profile: acme/850", "profile", "acme/850"),
    ("transport: folder", "transport", "folder"),
    ("delimiters: {segment: LF, newline: yes}", "style", None),
    ("charset: utf-8", "style", None),
    ("characters: basic", "characters", "basic"),
    ("replacement: ' '", "style", None),
    ("csv: {columns: {Order: order_number}}", "csv", None),
    ("match: {against: order}", "match", None),
    ("control_numbers: {first: 5, last: 9}", "control_numbers", (5, 9)),
    ("usage: test", "usage", "T"),
    ("test_to_erp: yes", "test_to_erp", True),
    ("acknowledgment: {send: '999', ta1: never, within: 90m}", "acknowledgment", None),
    ("duplicate_window: 7d", "duplicate_window", timedelta(days=7)),
    ("tolerate: [trailing-separators]", "tolerate", frozenset({FaultCode.TRAILING_SEPARATOR})),
    ("promises: {'855': 24h}", "promises", {"855": timedelta(hours=24)}),
    ("overdue: {escalate_within: 8h}", "overdue", Overdue(True, timedelta(hours=8))),
    (
        "deadlines: {ship_notice_before: 1d, invoice_within: 3 working days, warn_before: 8 working hours}",
        "deadlines",
        DeadlineTerms(Span(timedelta(days=1)), Span(working_days=3), warn_before=Span(working_hours=8)),
    ),
    ("match: {quantity_over: 5}", "match", None),
    ("missing_within: 4h", "missing_within", timedelta(hours=4)),
    ("erp: west", "erp", "west"),
    ("ordered_by: order", "ordered_by", "order"),
    ("totals: refuse", "totals", "refuse"),
    ("retry: {attempts: 3, longest: 1h}", "retry", Retry(3, timedelta(seconds=2), timedelta(hours=1))),
]


@pytest.mark.parametrize(("term", "name", "value"), TERMS)
def test_a_term_of_the_agreement_holds(term, name, value):
    found = getattr(agreement(term), name)
    assert found != getattr(agreement(), name)
    if value is not None:
        assert found == value


@pytest.mark.parametrize(("term", "name", "value"), [row for row in TERMS if row[1] not in ("guide", "profile", "csv")])
def test_a_term_is_inherited_from_the_partner_and_from_us(term, name, value):
    said = getattr(agreement(term), name)
    assert getattr(agreement(defaults=term), name) == said
    assert getattr(agreement(own=term), name) == said


def test_every_term_that_a_file_may_say_is_in_this_table():
    said = {row[0].partition(":")[0] for row in TERMS}
    assert said == set(AgreementText.model_fields) - {"document", "direction", "role"}
    assert set(Terms.model_fields) == said - {"guide", "profile", "csv"}
    settled = {row[1] for row in TERMS} | {"partner", "document", "direction", "role", "index"}
    assert settled == {field.name for field in fields(Agreement)}


def test_the_nearest_level_wins():
    found = agreement(
        "erp: west", defaults="erp: east, usage: test", own="erp: north, usage: production, totals: refuse"
    )
    assert (found.erp, found.usage, found.totals) == ("west", "T", "refuse")


def test_acknowledgment_retry_and_delimiters_are_inherited_key_by_key():
    found = agreement(
        "acknowledgment: {send: '999'}, delimiters: {element: '|'}, retry: {attempts: 2}",
        defaults="acknowledgment: {send: none, ta1: always}, delimiters: {element: '+', component: ':'}",
        own="acknowledgment: {within: 1h, expected: no}, retry: {attempts: 9, first: 9s}",
    )
    assert found.acknowledgment == Acknowledgment("999", "always", expected=False, within=timedelta(hours=1))
    assert found.style.delimiters.all() == ("|", ":", "~", "^")
    assert found.retry == Retry(2, timedelta(seconds=9))


def test_yes_and_no_overrule_what_is_inherited():
    assert agreement("test_to_erp: no", defaults="test_to_erp: yes").test_to_erp is False


def test_line_feeds_can_be_written_as_words():
    for text in ("LF", "'\\n'", '"\\n"'):
        assert agreement(f"delimiters: {{segment: {text}}}").style.delimiters.segment == "\n"


def test_envelopes_are_judged_by_the_tolerances_of_the_partner_or_else_by_ours():
    files = {
        "partners/own.yaml": OWN + "defaults: {tolerate: [junk]}\n",
        "partners/acme.yaml": "partner: acme\nname: ACME\nidentities: [{qualifier: ZZ, id: ACME}]\n",
        "partners/bolt.yaml": "partner: bolt\nname: Bolt\nidentities: [{qualifier: ZZ, id: BOLT}]\n"
        "defaults: {tolerate: [unpadded-isa], erp: west}\n",
    }
    partners = load_directory(files).partners
    assert partners["acme"].text.defaults.tolerate == ("junk",)
    assert partners["bolt"].text.defaults.tolerate == ("unpadded-isa",)
    assert partners["bolt"].text.defaults.erp == "west"


def test_a_key_opens_until_the_end_of_its_last_day():
    digest = "ab" * 32
    files = {
        "partners/own.yaml": OWN,
        "partners/acme.yaml": "partner: acme\nname: ACME\nidentities: [{qualifier: ZZ, id: ACME}]\n"
        f"api_keys: [{{name: old, sha256: {digest}, expires: 2027-03-31}}]\n",
    }
    directory = load_directory(files)
    found = directory.find_by_key_hash(digest, date(2027, 3, 31))
    assert found is not None and (found[0].id, found[1]) == ("acme", "old")
    assert directory.find_by_key_hash(digest, date(2027, 4, 1)) is None
    assert directory.find_by_key_hash("cd" * 32, date(2027, 3, 31)) is None


def test_we_know_our_own_ids_and_send_under_the_first():
    own = "name: Our Works\nidentities: [{qualifier: '01', id: '12', group: OURGS}, {qualifier: ZZ, id: OURWORKS}]\n"
    directory = load_directory({"partners/own.yaml": own})
    assert directory.is_own(("ZZ", "OURWORKS")) and directory.is_own(("01", "12"))
    assert not directory.is_own(("01", "OURWORKS"))
    assert (directory.own_identity.key, directory.own_identity.application) == (("01", "12"), "OURGS")


def test_a_range_of_numbers_that_one_agreement_names_holds_for_its_partner():
    """Interchanges and acknowledgments of all agreements take their numbers from one sequence."""
    files = {
        "partners/own.yaml": OWN,
        "partners/acme.yaml": "partner: acme\nname: ACME\nidentities: [{qualifier: ZZ, id: ACME}]\nagreements:\n"
        "  - {document: '855', direction: inbound, role: buyer}\n"
        "  - {document: '850', direction: outbound, role: buyer, control_numbers: {first: 5, last: 9}}\n",
    }
    agreements = load_directory(files).partners["acme"].agreements.values()
    assert [each.control_numbers for each in agreements] == [(5, 9), (5, 9)]


@pytest.mark.parametrize("name", ["basic", "extended"])
def test_characters_and_tolerances_may_not_contradict_each_other(name):
    with pytest.raises(ConfigurationError) as raised:
        agreement(f"characters: {name}, tolerate: [utf-8]")
    assert f"characters: {name} and tolerate: [utf-8] contradict each other" in str(raised.value)
    assert agreement("characters: utf-8, tolerate: [utf-8]").characters == "utf-8"
