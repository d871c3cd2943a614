"""Our definitions row by row beside the facts tables (`tests.x12.facts`); part of ``make proof`` and where the tables are.

Whatever differs is a mistake of ours, a mistake of the tables, or meant: then it stands below with its reason.
"""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.x12.facts import KINDS, Row, definitions, facts, facts_folder


class Difference(NamedTuple):
    """Rows that differ on purpose: those that begin with ``place``, how many only they have and how many only we have."""

    kind: str
    place: Row
    theirs: int
    ours: int
    reason: str


_UNUSED = "no segment of any set that we define holds element 521, so its list would be read by nobody"

REVIEWED = [
    Difference("codes", ("004010", "521"), 54, 0, _UNUSED),
    Difference("codes", ("005010", "521"), 57, 0, _UNUSED),
    Difference(
        "codes",
        ("005010", "98", "RE"),
        0,
        1,
        "the tables have RE (remit to) in 004010 only, from one source; invoices in 005010 name it as well",
    ),
]

_LEAST = {
    "sets": 51,
    "uses": 3600,
    "segments": 4100,
    "lengths": 4100,
    "elements": 1100,
    "composites": 60,
    "notes": 1000,
    "codes": 30000,
}


@pytest.fixture(scope="module")
def folder() -> Path:
    found = facts_folder()
    if found is None:
        pytest.skip("no facts tables here: set GATEWAY_FACTS to a folder with x12/ in it")
    return found


def _begins(row: Row, place: Row) -> bool:
    return row[: len(place)] == place


@pytest.mark.parametrize("kind", KINDS)
def test_our_definitions_are_those_of_the_tables(kind, folder):
    theirs, ours = set(facts(kind, folder)), set(definitions(kind))
    meant = [each for each in REVIEWED if each.kind == kind]
    unlike = [row for row in sorted(theirs ^ ours) if not any(_begins(row, each.place) for each in meant)]
    assert [(row, "tables" if row in theirs else "ours") for row in unlike] == []


@pytest.mark.parametrize("difference", REVIEWED, ids=lambda each: " ".join((each.kind, *each.place)))
def test_what_differs_on_purpose_still_differs(difference, folder):
    theirs, ours = set(facts(difference.kind, folder)), set(definitions(difference.kind))
    counted = [sum(_begins(row, difference.place) for row in rows) for rows in (theirs - ours, ours - theirs)]
    assert counted == [difference.theirs, difference.ours]
    assert len(difference.reason) > 20


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_something_to_compare_and_nothing_is_said_twice(kind, folder):
    for rows in (facts(kind, folder), definitions(kind)):
        assert len(rows) >= _LEAST[kind]
        assert [row for row, times in Counter(rows).items() if times > 1] == []


def test_every_table_is_compared(folder):
    used = {"transaction_sets", "segments_004010", "segments_005010", "elements", "composites", "syntax_notes", "codes"}
    assert {path.stem for path in folder.glob("*.tsv")} == used | {"segment_names"}, "names are worded by us"
