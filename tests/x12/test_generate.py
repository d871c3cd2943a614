"""What is generated keeps the standard: every set, both versions, any seed. The validator is asked, fast and slow."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.x12.delimiters import Delimiters
from gateway.x12.generate import Mode, Plan, generate
from gateway.x12.generate.choosing import choose, holds
from gateway.x12.generate.document import main_loop
from gateway.x12.model import TransactionSet, element
from gateway.x12.reader import read
from gateway.x12.report import report
from gateway.x12.standards import available, library, set_definition
from gateway.x12.standards.definition import Composite, SyntaxNote
from gateway.x12.validator import look_closely, validate
from tests.x12.test_guide_rules import guide_of

SETS = [(set_id, version) for version in library.VERSIONS for set_id in available(version)]


def made(plan: Plan, seed: int = 1) -> bytes:
    return b"".join(generate(plan, Random(seed)))


def faults_of(data: bytes, judge=look_closely) -> list:
    """Every fault of a file, and why it can't be read further."""
    found = report("generated", data, judge)
    inner = [fault for each in found.interchanges for judgment in each.documents for fault in judgment.faults]
    return [*found.faults, *(fault for each in found.interchanges for fault in each.faults), *inner, *found.problem]


def sets_in(data: bytes) -> list[TransactionSet]:
    return [part for part in read(data) if isinstance(part, TransactionSet)]


def segments_of(data: bytes, name: str) -> list[list[str]]:
    return [segment for each in sets_in(data) for segment in each.segments if segment[0] == name]


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(("set_id", "version"), SETS)
def test_what_is_generated_has_no_fault(set_id, version, mode):
    for seed in range(2):
        assert faults_of(made(Plan(set_id, version, mode), seed)) == []


@given(st.sampled_from(SETS), st.integers(0, 1 << 64), st.sampled_from([Mode.SOME, Mode.SOME, Mode.FULL]))
def test_whatever_the_seed_it_has_no_fault(which, seed, mode):
    assert faults_of(made(Plan(*which, mode), seed)) == []


@pytest.mark.parametrize(("set_id", "version"), SETS)
def test_full_has_every_place_of_the_set_and_minimal_only_what_is_asked_for(set_id, version):
    definition = set_definition(set_id, version).definition
    [full] = sets_in(made(Plan(set_id, version, Mode.FULL)))
    assert set(look_closely(full).uses) == set(definition.root.uses())
    [least] = sets_in(made(Plan(set_id, version, Mode.MINIMAL)))
    for use in look_closely(least).uses:
        around = use.loop
        while use.required and around.parent is not None:
            use, around = around, around.parent
        assert use.required


@pytest.mark.parametrize("version", library.VERSIONS)
def test_full_has_every_element_but_those_that_others_exclude(version):
    missing = Counter()
    for set_id in available(version):
        seen = {}
        for seed in range(2):
            for segment in sets_in(made(Plan(set_id, version, Mode.FULL), seed))[0].segments:
                seen.setdefault(segment[0], set()).update(n for n, value in enumerate(segment) if value)
        for name, present in seen.items():
            segment = library.segment(name, version)
            excluded = {number for note in segment.notes if note.kind == "E" for number in note.positions}
            # What goes with an excluded element may have to be left out with it.
            excluded |= {n for note in segment.notes if set(note.positions) & excluded for n in note.positions}
            missing.update(
                f"{name}{n:02d}" for n in range(1, len(segment.positions) + 1) if n not in present | excluded
            )
    # The hash total of a set whose lines have no quantity; the parent of a level that is the only one of its set.
    assert not missing - Counter({"CTT02": 99, "HL02": 1}), missing


@pytest.mark.parametrize("mode", Mode)
def test_a_seed_says_all(mode):
    plan = Plan("850", "005010", mode)
    assert made(plan, 7) == made(plan, 7)
    assert made(plan, 7) != made(plan, 8)


@pytest.mark.parametrize(
    ("set_id", "name"), [("850", "PO1"), ("855", "PO1"), ("810", "IT1"), ("856", "HL"), ("830", "LIN"), ("997", "AK2")]
)
@pytest.mark.parametrize("mode", Mode)
def test_a_set_has_as_many_lines_as_were_asked_for(set_id, name, mode):
    data = made(Plan(set_id, "004010", mode, lines=23))
    assert faults_of(data) == []
    assert main_loop(set_definition(set_id, "004010").definition).trigger.name == name
    uses = look_closely(sets_in(data)[0]).uses
    assert sum(use.name == name and use.index == 0 for use in uses) >= 23
    for totals in segments_of(data, "CTT"):
        assert totals[1] == "23"


def test_lines_stop_at_what_the_set_allows():
    plan = Plan("990", "004010", Mode.MINIMAL, lines=2000)
    assert len(segments_of(made(plan), "S5")) == 999


def test_levels_count_name_what_is_above_and_say_whether_any_hang_below():
    levels = segments_of(made(Plan("856", lines=60)), "HL")
    assert [level[1] for level in levels] == [str(number) for number in range(1, 61)]
    parents = [element(level, 2) for level in levels]
    assert all(not parent or int(parent) < number for number, parent in enumerate(parents, 1))
    assert [level[4] for level in levels] == ["1" if level[1] in parents else "0" for level in levels]
    assert len({level[3] for level in levels}) > 2


@pytest.mark.parametrize("size", [10_000, 400_000])
def test_a_file_is_filled_to_the_size_that_was_asked_for(size):
    pieces = list(generate(Plan("850", size=size), Random(3)))
    data = b"".join(pieces)
    assert faults_of(data, validate) == []
    assert size <= len(data) < size + 60_000
    assert max(map(len, pieces)) < 40_000


def test_a_long_file_has_several_groups_and_interchanges_each_with_numbers_of_its_own(monkeypatch):
    monkeypatch.setattr("gateway.x12.generate.stream.SETS_IN_GROUP", 3)
    monkeypatch.setattr("gateway.x12.generate.stream.GROUPS_IN_INTERCHANGE", 2)
    data = made(Plan("997", mode=Mode.MINIMAL, sets=14))
    found = report("x", data, validate)
    assert found.clean
    assert [each.start.control_number for each in found.interchanges] == ["000000001", "000000002", "000000003"]
    assert [len(each.documents) for each in found.interchanges] == [6, 6, 2]
    assert [len(group.judgments) for each in found.interchanges for group in each.judged.groups] == [3, 3, 3, 3, 2]


def test_a_large_set_is_written_in_pieces():
    stream = generate(Plan("850", lines=90_000), Random(1))
    first = [next(stream) for _ in range(20)]
    assert first[0].startswith(b"ISA*") and all(len(piece) < 40_000 for piece in first)


@pytest.mark.parametrize(
    "marks", [Delimiters("|", ":", "'"), Delimiters("\x1d", "\x1f", "\x1c", "\x1e"), Delimiters("+", "<", "\n")]
)
@pytest.mark.parametrize(("set_id", "version"), [("850", "004010"), ("850", "005010"), ("999", "005010")])
def test_any_delimiters_will_do(set_id, version, marks):
    for seed in range(5):
        assert faults_of(made(Plan(set_id, version, delimiters=marks), seed)) == []


def test_binary_data_have_the_length_that_is_announced():
    data = made(Plan("214", mode=Mode.FULL, sets=20))
    assert faults_of(data) == []
    found = segments_of(data, "BIN")
    assert found and all(int(segment[1]) == len(segment[2]) for segment in found)
    assert any("~" in segment[2] or "*" in segment[2] for segment in found)


def test_a_bounded_loop_ends_with_the_name_with_which_it_began():
    data = made(Plan("850", mode=Mode.FULL))
    assert [s[1] for s in segments_of(data, "LS")] == [s[1] for s in segments_of(data, "LE")]


def test_line_breaks_are_for_people_and_change_nothing():
    plain, broken = made(Plan("850")), made(Plan("850", newline=True))
    assert broken.replace(b"~\n", b"~") == plain
    assert faults_of(broken) == []


def test_an_industry_suffix_and_a_version_between_are_written_as_they_were_asked_for():
    for version in ("004010VICS", "004030", "003020"):
        data = made(Plan("850", version))
        assert f"*X*{version}~".encode() in data
        assert faults_of(data) == []


def test_a_set_that_is_not_defined_is_refused():
    with pytest.raises(ValueError, match="set 123 is not defined"):
        generate(Plan("123"), Random(1))


# Choosing elements


def test_the_hash_total_is_the_sum_of_the_quantities():
    data = made(Plan("850", mode=Mode.FULL, lines=1))
    [line], [totals] = segments_of(data, "PO1"), segments_of(data, "CTT")
    assert int(totals[2]) == int(line[2].replace(".", "").lstrip("-"))


@pytest.mark.parametrize(("set_id", "place"), [("850", "PO1/02"), ("810", "IT1/02"), ("855", "PO1/02")])
def test_a_guide_finds_the_totals_right(set_id, place):
    guide = guide_of(f"CTT01: {{total: count({place[:3]})}}", f"CTT02: {{total: hash({place})}}", set_id=set_id)
    for seed in range(5):
        [transaction] = sets_in(made(Plan(set_id, mode=Mode.FULL, lines=30), seed))
        assert guide.apply(look_closely(transaction), transaction.segments).accepted


@pytest.mark.parametrize(
    ("note", "good", "bad"),
    [
        ("P", [(), (2, 3, 4)], [(2,), (3, 4)]),
        ("R", [(2,), (3, 4)], [()]),
        ("E", [(), (3,)], [(2, 3), (2, 3, 4)]),
        ("C", [(), (3,), (3, 4), (2, 3, 4)], [(2,), (2, 3)]),
        ("L", [(), (3,), (2, 4), (2, 3, 4)], [(2,)]),
    ],
)
def test_syntax_notes_are_read_as_x12_means_them(note, good, bad):
    made_note = SyntaxNote(note, (2, 3, 4))
    assert all(holds(made_note, present) for present in good)
    assert not any(holds(made_note, present) for present in bad)


@pytest.mark.parametrize("version", library.VERSIONS)
@given(seed=st.integers(0, 1 << 32))
def test_elements_are_chosen_so_that_every_note_holds(version, seed):
    chance = Random(seed)
    name = chance.choice(sorted(library.segment_names(version)))
    segment = library.segment(name, version)
    kinds = [(segment.positions, segment.notes)]
    kinds += [(p.kind.components, p.kind.notes) for p in segment.positions if isinstance(p.kind, Composite)]
    for positions, notes in kinds:
        for mode in Mode:
            chosen = choose(chance, positions, notes, mode)
            assert chosen and all(holds(note, chosen) for note in notes)
            assert {n for n, position in enumerate(positions, 1) if position.required} <= chosen


def test_notes_that_nothing_satisfies_are_a_mistake_that_is_said():
    positions = library.segment("REF", "004010").positions[:3]
    notes = (SyntaxNote("C", (1, 2)), SyntaxNote("E", (1, 2)))
    with pytest.raises(ValueError, match="C0102 E0102"):
        choose(Random(1), positions, notes, Mode.SOME)


# Acknowledgments


@given(st.sampled_from(["997", "999"]), st.sampled_from(Mode), st.integers(0, 1 << 32))
def test_the_counts_of_an_acknowledgment_agree_with_its_verdicts(set_id, mode, seed):
    [transaction] = sets_in(made(Plan(set_id, "005010", mode), seed))
    said = [segment[1] for segment in transaction.segments if segment[0] in ("AK5", "IK5")]
    [group] = [segment for segment in transaction.segments if segment[0] == "AK9"]
    verdict, included, received, accepted = group[1], *map(int, group[2:5])
    assert included == received
    if said:
        assert (received, accepted) == (len(said), sum(each in "AE" for each in said))
    assert (accepted == received) == (verdict in "AE") and (accepted == 0) == (verdict == "R")
    assert verdict != "A" or len(group) == 5, "an accepted group has no faults"
    assert (verdict == "E") == (bool(said) and accepted == received and "E" in said)
