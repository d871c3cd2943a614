"""The fast path says the same as the readable validator, of good documents and of damaged ones, and sees most good ones."""

from collections.abc import Iterable, Iterator
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.x12.delimiters import Delimiters
from gateway.x12.elements import SegmentJudge
from gateway.x12.fast import FastSet
from gateway.x12.model import TransactionSet
from gateway.x12.patterns import segment_pattern
from gateway.x12.reader import read
from gateway.x12.standards import library, set_definition
from gateway.x12.standards.definition import Composite, Element, Position, Segment
from gateway.x12.validator import look_closely
from tests.x12.mutations import damaged
from tests.x12.samples import BODIES, GROUPS, document, isa, set_of

SETS = [(set_id, version) for set_id in BODIES for version in ("004010", "005010")]


def _marks(transaction: TransactionSet) -> Delimiters:
    return transaction.interchange.delimiters


def fast_path(transaction: TransactionSet) -> FastSet:
    """A fast path of its own for the definition of one set."""
    definition = set_definition(transaction.id, transaction.version).definition
    return FastSet(definition, _marks(transaction))


def agree(transaction: TransactionSet, path: FastSet | None = None) -> bool:
    """Check that both ways say the same of one set; return whether the fast one saw that it is good."""
    slow = look_closely(transaction)
    uses = (path or fast_path(transaction)).uses_of(transaction)
    if uses is None:
        return False
    assert slow.faults == []
    assert slow.uses == uses
    return True


@pytest.mark.parametrize(("set_id", "version"), SETS)
def test_a_good_document_is_seen_at_once(set_id, version):
    assert agree(set_of(document(set_id, version=version)))


@pytest.mark.parametrize(("set_id", "version"), SETS)
def test_white_space_between_segments_does_not_matter(set_id, version):
    text = document(set_id, version=version)
    assert agree(set_of(text.replace("~", "~\n")))
    assert agree(set_of(text.replace("~", "\r\n")))


PATHS = {
    (set_id, version): FastSet(
        set_definition(set_id, version).definition, Delimiters(repetition="^" if version == "005010" else "")
    )
    for set_id, version in SETS
}


def _as_set(segments: list[list[str]], set_id: str, version: str) -> TransactionSet | None:
    newer = {"version": "00501", "eleventh": "^"} if version == "005010" else {}
    head = isa(**newer) + f"GS*{GROUPS[set_id]}*A*B*20261121*0800*1*X*{version}~"
    text = head + "".join("*".join(segment) + "~" for segment in segments) + "GE*1*1~IEA*1*000000001~"
    found = [part for part in read(text.encode()) if isinstance(part, TransactionSet)]
    return found[0] if found and found[0].id == set_id else None


@pytest.mark.parametrize(("set_id", "version"), SETS)
@given(data=st.data())
def test_both_ways_say_the_same_of_a_damaged_document(set_id, version, data):
    segments = data.draw(damaged(set_of(document(set_id, version=version)).segments))
    transaction = _as_set(segments, set_id, version)
    if transaction is not None:
        agree(transaction, PATHS[set_id, version])


ODD = st.sampled_from(["1", "2", "4", "01", "", "A"])
FLAGS = st.sampled_from(["*0", "*1", ""])


@st.composite
def _levels(draw: st.DrawFn) -> list[str]:
    """HL segments, most of whose numbers are right."""
    written = []
    for number, code in zip(range(1, draw(st.integers(1, 4)) + 1), "SOPI", strict=False):
        parent = str(draw(st.integers(0, number - 1)) or "")
        numbers = [draw(ODD) if draw(st.integers(0, 3)) == 3 else good for good in (str(number), parent)]
        written.append(f"HL*{numbers[0]}*{numbers[1]}*{code}{draw(FLAGS)}")
    return written


@given(_levels())
def test_both_ways_say_the_same_of_any_levels_and_good_ones_are_seen_at_once(levels):
    segments = [each.split("*") for each in ["ST*856*0001", "BSN*00*SHP1*20261121*0915*0001", *levels]]
    transaction = _as_set([*segments, ["SE", str(len(segments) + 1), "0001"]], "856", "004010")
    assert agree(transaction, PATHS["856", "004010"]) == (not look_closely(transaction).faults)


OLD = {set_id: FastSet(set_definition(set_id, "003060").definition, Delimiters()) for set_id in BODIES}


@pytest.mark.parametrize("set_id", BODIES)
@given(data=st.data())
def test_both_ways_say_the_same_of_a_damaged_document_of_an_old_version(set_id, data):
    segments = data.draw(damaged(set_of(document(set_id)).segments))
    shorter = data.draw(st.booleans())
    segments = [[value[2:] if shorter and value[:4] == "2026" else value for value in each] for each in segments]
    transaction = _as_set(segments, set_id, "003060")
    if transaction is not None:
        agree(transaction, OLD[set_id])


def test_a_good_document_of_an_old_version_is_seen_at_once():
    text = document("850", BODIES["850"].replace("20261120", "261120"), "003060")
    assert agree(set_of(text))
    assert not agree(set_of(document("850", version="003060")))


# Segments one by one: every definition, any values


def _good(kind: Element | Composite) -> str:
    """A right value."""
    if isinstance(kind, Composite):
        return ">".join(_good(place.kind) for place in kind.components)
    if kind.codes:
        return min(kind.codes)
    digits = "1" * kind.minimum
    letter = digits if kind.type[0] in "NR" else "A" * kind.minimum
    return {"DT": "20260228"[-kind.maximum :], "TM": "0800"}.get(kind.type, letter)


MARKS = {"004010": Delimiters(), "005010": Delimiters(repetition="^")}


def _match(segment: Segment, version: str):
    marks = MARKS[version]
    return segment_pattern(segment, marks.element, marks.component, marks.repetition)


def _subsets(numbers: Iterable[int]) -> Iterator[set[int]]:
    known = list(numbers)
    return (set(some) for size in range(len(known) + 1) for some in combinations(known, size))


@pytest.mark.parametrize("version", library.VERSIONS)
def test_the_pattern_of_a_segment_knows_every_syntax_note_and_every_mandatory_element(version):
    """For each note each choice of its elements: the pattern matches exactly the good ones."""
    for name in sorted(library.segment_names(version)):
        segment = library.segment(name, version)
        match, judge = _match(segment, version), SegmentJudge(segment)
        must = {number for number, position in enumerate(segment.positions, 1) if position.required}
        for asked in [*(set(note.positions) for note in segment.notes), must, {len(segment.positions)}]:
            for some in _subsets(asked):
                present = some if asked == must else must | some
                values = [_good(p.kind) if n in present else "" for n, p in enumerate(segment.positions, 1)]
                fields = [name, *values[: max(present, default=0)]]
                faults = judge.findings(fields, MARKS[version])
                if match is not None and all(_plain(segment.positions[number - 1]) for number in present):
                    assert bool(match("*".join(fields))) == (not faults), (fields, faults)


def _plain(position: Position) -> bool:
    """Whether the fast path may not leave such a value to a closer look."""
    return isinstance(position.kind, Element) and position.kind.type != "B"


@st.composite
def _segments(draw: st.DrawFn, version: str) -> list[str]:
    """A segment of the version with some of its elements present, most of them right."""
    name = draw(st.sampled_from(sorted(library.segment_names(version) - {"ISA", "GS", "GE", "IEA", "TA1", "ST", "SE"})))
    odd = st.sampled_from(
        ["", "-1", "1.5", ".5", "x" * 40, "20240229", "A>B", "A^B", "1>2^3", ">", "é", " ", "1E2", "QQQ"]
    )
    fields = [name]
    for position in library.segment(name, version).positions:
        choice = draw(st.integers(0, 9))
        good = choice < 7 if position.required else choice < 4
        fields.append(_good(position.kind) if good else draw(odd) if choice == 9 else "")
    while len(fields) > 1 and not fields[-1] and draw(st.integers(0, 9)):
        fields.pop()
    return fields


@pytest.mark.parametrize("version", library.VERSIONS)
@given(data=st.data())
def test_the_pattern_of_any_segment_lets_nothing_pass_that_has_a_fault(version, data):
    fields = data.draw(_segments(version))
    segment = library.segment(fields[0], version)
    match = _match(segment, version)
    if match is not None and match("*".join(fields)):
        assert SegmentJudge(segment).findings(fields, MARKS[version]) == []
