"""The place of each segment: what is out of place is one fault, and what follows it is read as if it had been right."""

import pytest

from gateway.x12.faults import FaultCode
from gateway.x12.standards import set_definition
from gateway.x12.standards.definition import Loop
from gateway.x12.validator import look_closely
from gateway.x12.walker import Walker, grow
from tests.x12.samples import BODIES, document, faults_in, judged, replaced, set_of

N1 = "N1*ST*North Plant*92*0042"
CURRENCY = "CUR*BY*USD\n"


@pytest.mark.parametrize(
    ("set_id", "old", "new", "fault"),
    [
        # unknown, or of another set
        ("850", "REF*DP*038", "ZZZ*DP*038", (4, "ZZZ", 0, "AK304:1")),
        ("850", "REF*DP*038", "REF*DP*038\nref*DP*038", (5, "ref", 0, "AK304:1")),
        ("850", "REF*DP*038", "REF*DP*038\nBIG*20261121*1", (5, "BIG", 0, "AK304:6")),
        # unexpected: its loop was not opened
        ("850", N1, "", (5, "N3", 0, "AK304:2")),
        ("855", "PO1*1*40*EA*12.75*PE*BP*B-1007", "", (3, "ACK", 0, "AK304:2")),
        ("997", "AK2*850*0001", "", (3, "AK3", 0, "AK304:2")),
        # missing
        ("850", "BEG*00*SA*PO-77**20261120", "", (2, "BEG", 0, "AK304:3")),
        ("855", "BAK*00*AD*PO-77*20261121", "", (2, "BAK", 0, "AK304:3")),
        ("810", "TDS*51000", "", (5, "TDS", 0, "AK304:3")),
        ("997", "AK5*R*5", "", (6, "AK5", 0, "AK304:3")),
        ("997", "AK9*R*1*1*0", "", (7, "AK9", 0, "AK304:3")),
        # too often
        ("850", CURRENCY, 2 * CURRENCY, (4, "CUR", 0, "AK304:5")),
        ("850", "N4*Springfield", "N3*2\nN3*3\nN4*Springfield", (8, "N3", 0, "AK304:5")),
        ("856", "BSN*00", "BSN*00*SHP0*20261121*0915\nBSN*00", (3, "BSN", 0, "AK304:5")),
        ("997", "AK5*R*5", "AK5*R*5\nAK5*R*5", (7, "AK5", 0, "AK304:5")),
        # out of order
        ("850", "N1*ST", "CTP*RS*RTL*5\nCUR*BY*USD\nN1*ST", (6, "CUR", 0, "AK304:7")),
        ("850", "PO1*1", "N2*Annex\nPO1*1", (8, "N2", 0, "AK304:7")),
    ],
)
@pytest.mark.parametrize("version", ["004010", "005010"])
def test_one_thing_out_of_place_is_one_fault(set_id, old, new, fault, version):
    assert faults_in(set_id, replaced(set_id, old, new), version) == [fault]


def test_a_loop_over_its_maximum_is_a_fault_of_each_repetition_too_many():
    loops = "".join(f"N1*ST*Plant {number}\nN3*Road {number}\n" for number in range(202))
    found = faults_in("850", replaced("850", N1, loops + N1))
    assert found == [(5 + 2 * 200, "N1", 0, "AK304:4"), (5 + 2 * 201, "N1", 0, "AK304:4"), (409, "N1", 0, "AK304:4")]


def test_one_segment_too_many_is_not_taken_for_one_of_a_later_place():
    """After ten TXI of a line an eleventh could be one of the whole invoice, but the total stands before those."""
    line = "IT1*1*40*EA*12.75*PE*BP*B-1007"
    taxes = "TXI*ST*1\n"
    assert faults_in("810", replaced("810", line, f"{line}\n{taxes * 10}{line}")) == []
    assert faults_in("810", replaced("810", line, f"{line}\n{taxes * 12}{line}")) == [
        (15, "TXI", 0, "AK304:5"),
        (16, "TXI", 0, "AK304:5"),
    ]


def test_a_mandatory_segment_is_missed_once_a_repetition():
    body = replaced("997", "AK5*R*5", "AK2*850*0002\nAK5*A")
    assert faults_in("997", body) == [(6, "AK5", 0, "AK304:3")]


def test_nothing_is_missing_behind_the_end_of_a_cut_set():
    text = document("850")
    cut = text[: text.index("CUR")]
    assert [fault.code for fault in look_closely(set_of(cut)).faults] == [FaultCode.SET_UNCLOSED]


def test_a_fault_says_the_loop_in_which_it_stands():
    [fault] = judged("855", replaced("855", "ACK*IA", "ZZZ*1\nACK*IA")).faults
    assert (fault.loop, fault.where) == ("PO1", "855 ST02=0001 seg 4 PO1>ZZZ")


def test_an_unexpected_segment_names_what_would_open_its_loop():
    [fault] = judged("855", replaced("855", "PO1*1*40*EA*12.75*PE*BP*B-1007\n", "")).faults
    assert fault.fix == "send PO1 or SLN before it"


def test_segments_are_numbered_within_their_loop():
    [first] = judged("850", replaced("850", "PO1*1*40*EA", "PO1*1*40*QQ")).faults
    [second] = judged("850", replaced("850", "PO1*2*5*CA", "PO1*2*5*QQ")).faults
    assert (first.occurrence, second.occurrence) == (1, 2)


def test_a_loop_that_was_not_opened_counts_like_any_other():
    unopened, second = judged("850", replaced("850", N1, "").replace("PO1*1", "N1*QQQ*Annex\nPO1*1")).faults
    assert (unopened.segment, unopened.code) == ("N3", FaultCode.SEGMENT_UNEXPECTED)
    assert (second.segment, second.occurrence) == ("N1", 2)


@pytest.mark.parametrize("set_id", BODIES)
def test_a_segment_that_is_left_out_or_said_twice_is_one_fault_at_most(set_id):
    lines = [line.strip() for line in BODIES[set_id].strip().splitlines()]
    for index, line in enumerate(lines):
        for times in (0, 2):
            if line.startswith("HL*"):
                continue  # What hangs below a level that is left out is out of place itself.
            found = judged(set_id, "\n".join([*lines[:index], *[line] * times, *lines[index + 1 :]])).faults
            assert len(found) <= 1, (line, times, [fault.message for fault in found])


# The tree


def test_the_tree_holds_every_segment_at_its_place():
    tree = judged("850").tree
    assert [line["PO1"][0][1] for line in tree["PO1"]] == ["1", "2"]
    [party] = tree["N1"]
    assert list(party) == ["N1", "N3", "N4"]
    assert party["N4"] == [["N4", "Springfield", "IL", "62701", "US"]]
    assert tree["BEG"][0][3] == "PO-77"


def test_a_late_segment_is_kept_where_it_belongs():
    tree = judged("850", replaced("850", "N1*ST", "CTP*RS*RTL*5\nREF*IA*77\nN1*ST")).tree
    assert [segment[1] for segment in tree["REF"]] == ["DP", "IA"]


def test_segments_of_a_loop_that_was_not_opened_are_kept_in_one():
    tree = judged("850", replaced("850", N1 + "\n", "")).tree
    assert list(tree["N1"][0]) == ["N3", "N4"]


@pytest.mark.parametrize("set_id", BODIES)
def test_the_tree_of_known_places_is_the_tree_of_the_walk(set_id):
    found = judged(set_id)
    assert grow(found.uses, found.transaction.segments) == found.tree


def _flat(node: dict) -> list[list[str]]:
    """Every segment of a tree."""
    return [
        segment
        for items in node.values()
        for item in items
        for segment in (_flat(item) if isinstance(item, dict) else [item])
    ]


@pytest.mark.parametrize("set_id", BODIES)
def test_nothing_is_lost_or_told_twice_in_the_tree(set_id):
    found = judged(set_id)
    assert sorted(_flat(found.tree)) == sorted(found.transaction.segments)


def test_loops_side_by_side_are_told_apart():
    definition = set_definition("850", "004010").definition
    names = [item.name for item in definition.root.items if isinstance(item, Loop)]
    assert len(names) == len(set(names))


def test_names_that_senders_make_up_are_not_remembered():
    walker = Walker(set_definition("850", "004010").definition)
    root = walker.definition.root
    for number in range(100):
        assert walker.ahead(root, 0, f"Z{number}") == ()
    assert not walker._ahead
    assert walker.within("ZZZ") == []
    assert len(walker.within("N1")) > 1


@pytest.mark.parametrize("bounded", [("LM",), ("N1",), ("LM", "N1")])
def test_ls01_says_which_of_two_bounded_loops_side_by_side_is_meant(bounded):
    inside = {"LM": "LM*ZZ\nLQ*ZZ*A-1", "N1": "N1*ST*North Plant*92*0042"}
    loops = "\n".join(f"LS*{name}\n{inside[name]}\nLE*{name}" for name in bounded)
    body = f"BCT*PC\nLIN*1*VP*V-7\nCTP*RS*CON*12.75*1*EA\n{loops}\nLIN*2*VP*V-8"
    assert faults_in("832", body, "005010") == []
    places = {use.loop.path for use in judged("832", body, "005010").uses if use is not None}
    wanted = {"LM": "LIN>CTP>LS#1>LM", "N1": "LIN>CTP>LS#2>N1"}
    assert {wanted[name] for name in bounded} == {path for path in places if ">LS#" in path and path.count(">") == 3}
