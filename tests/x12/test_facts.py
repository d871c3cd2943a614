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

# What the tables lack: sets that were added later, from two public grammars that agree on each of them in 004010, and from
# one of the two in 005010. Only we have these rows, and we have them for all of these names.
BEYOND: dict[str, tuple[str, ...]] = {
    "sets": ("812", "842", "863"),
    "segments": (
        "BCD", "BNR", "BTR", "CDD", "CID", "N11", "NCA", "NCD", "PSD", "RC", "SHD", "SPS", "STA", "TMD", "TSP",
    ),
    "elements": (
        "424", "427", "475", "477", "609", "614", "886", "887", "888", "937", "938", "939", "940", "942", "943", "944",
        "945", "949", "950", "1167", "1228", "1312", "1313",
    ),
}  # fmt: skip
# Rows that begin with version and name of one of these, by kind of row; 005010 got the binary data of the 842 as well.
_NAMED = {
    "sets": "sets",
    "uses": "sets",
    "segments": "segments",
    "lengths": "segments",
    "notes": "segments",
    "elements": "elements",
}
BEYOND_005010 = {"segments": ("BIN",), "elements": ("784", "785")}

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


def _beyond(kind: str, row: Row) -> bool:
    named = _NAMED.get(kind, "")
    later = BEYOND_005010.get(named, ()) if row[0] == "005010" else ()
    return row[1] in (*BEYOND.get(named, ()), *later)


@pytest.mark.parametrize("kind", KINDS)
def test_our_definitions_are_those_of_the_tables(kind, folder):
    theirs, ours = set(facts(kind, folder)), {row for row in definitions(kind) if not _beyond(kind, row)}
    meant = [each for each in REVIEWED if each.kind == kind]
    unlike = [row for row in sorted(theirs ^ ours) if not any(_begins(row, each.place) for each in meant)]
    assert [(row, "tables" if row in theirs else "ours") for row in unlike] == []


@pytest.mark.parametrize("difference", REVIEWED, ids=lambda each: " ".join((each.kind, *each.place)))
def test_what_differs_on_purpose_still_differs(difference, folder):
    theirs, ours = set(facts(difference.kind, folder)), set(definitions(difference.kind))
    counted = [sum(_begins(row, difference.place) for row in rows) for rows in (theirs - ours, ours - theirs)]
    assert counted == [difference.theirs, difference.ours]
    assert len(difference.reason) > 20


@pytest.mark.parametrize("kind", BEYOND)
def test_what_goes_beyond_the_tables_is_ours_alone(kind, folder):
    named = {row[:2] for row in definitions(kind) if _beyond(kind, row)}
    both = {(version, name) for version in ("004010", "005010") for name in BEYOND[kind]}
    assert named == both | {("005010", name) for name in BEYOND_005010.get(kind, ())}
    assert named.isdisjoint(row[:2] for row in facts(kind, folder))


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_something_to_compare_and_nothing_is_said_twice(kind, folder):
    for rows in (facts(kind, folder), definitions(kind)):
        assert len(rows) >= _LEAST[kind]
        assert [row for row, times in Counter(rows).items() if times > 1] == []


def test_every_table_is_compared(folder):
    used = {"transaction_sets", "segments_004010", "segments_005010", "elements", "composites", "syntax_notes", "codes"}
    assert {path.stem for path in folder.glob("*.tsv")} == used | {"segment_names"}, "names are worded by us"
