"""One thing wrong with the structure of a set is one fault, whatever follows it: a lost, doubled, misspelt or swapped segment."""

import pytest

from gateway.x12.faults import FaultCode
from gateway.x12.resync import MOST_TRIALS
from gateway.x12.validator import look_closely
from tests.x12.samples import BODIES, document, judged, set_of

# Sets whose loops have much in common with one another, so that a segment may belong to several.
RICH = {
    "810": """
        BIG*20261121*INV1*20261120*PO-77
        REF*DP*038
        N1*RE*Supplier Inc.*92*77
        N3*1 Mill Road
        N4*Springfield*IL*62701*US
        ITD*01*3*2**10**30
        DTM*011*20261120
        FOB*CC
        IT1*1*40*EA*12.75*PE*BP*B-1007
        CTP**RTL*15.5
        PAM****1*510
        PID*F****Hex bolt
        MEA**WT*5*LB
        REF*PK*1
        PER*IC*Ann*TE*5551234
        DTM*011*20261120
        SAC*C*D240***500
        IT1*2*5*CA*3*PE*BP*B-1008
        PID*F****Nut
        DTM*011*20261120
        TDS*51000
        TXI*ST*5
        CAD*M****UPS
        AMT*1*5
        SAC*C*D240***500
        CTT*2""",
    "850": """
        BEG*00*SA*PO-77**20261120
        CUR*BY*USD
        REF*DP*038
        PER*IC*Ann*TE*5551234
        SAC*C*D240***500
        ITD*01*3*2**10**30
        DTM*002*20261201
        PID*F****All of it
        TD5**2*UPSN
        N9*AH*1
        MSG*Handle with care
        N1*ST*North Plant*92*0042
        N3*1 Mill Road
        N4*Springfield*IL*62701*US
        PO1*1*40*EA*12.75*PE*BP*B-1007
        CTP**RTL*15.5
        PID*F****Hex bolt
        REF*PK*1
        SAC*C*D240***500
        DTM*002*20261201
        TD5**2*UPSN
        SCH*40*EA***002*20261201
        N9*AH*2
        MSG*Keep dry
        N1*ST*Annex*92*0043
        N3*2 Mill Road
        PO1*2*5*CA*3*PE*BP*B-1008
        PID*F****Nut
        DTM*002*20261201
        SCH*5*CA***002*20261201
        CTT*2""",
    "856": BODIES["856"],
    "855": """
        BAK*00*AD*PO-77*20261121
        REF*DP*038
        N1*ST*North Plant*92*0042
        N3*1 Mill Road
        PO1*1*40*EA*12.75*PE*BP*B-1007
        PID*F****Hex bolt
        ACK*IA*40*EA*068*20261205
        DTM*002*20261201
        PO1*2*40*EA*12.75*PE*BP*B-1008
        PID*F****Nut
        ACK*IA*40*EA*068*20261205
        CTT*2""",
}
LINES = {set_id: [line.strip() for line in body.strip().splitlines()] for set_id, body in RICH.items()}
EACH = [(set_id, at) for set_id, lines in LINES.items() for at, line in enumerate(lines) if not line.startswith("HL")]
VERSIONS = ["004010", "005010"]


def _faults(set_id: str, lines: list[str], version: str = "004010"):
    body = "\n".join(lines)
    return judged(set_id, body.replace("MSG*", "MTX**") if version == "005010" else body, version).faults


def _shown(faults) -> list[str]:
    return [f"{fault.where} {fault.code.slug}" for fault in faults]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("set_id", RICH)
def test_these_documents_are_good(set_id, version):
    assert _shown(_faults(set_id, LINES[set_id], version)) == []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("set_id", "at"), EACH)
def test_a_lost_or_doubled_segment_is_one_fault_at_most(set_id, at, version):
    lines = LINES[set_id]
    for times in (0, 2):
        found = _faults(set_id, [*lines[:at], *[lines[at]] * times, *lines[at + 1 :]], version)
        assert len(found) <= 1, _shown(found)


@pytest.mark.parametrize("name", ["ZZZ", "BHT"])
@pytest.mark.parametrize(("set_id", "at"), EACH)
def test_a_misspelt_identifier_is_one_fault_wherever_it_stands(set_id, at, name):
    lines = LINES[set_id]
    [fault] = _faults(set_id, [*lines[:at], name + lines[at][lines[at].index("*") :], *lines[at + 1 :]])
    assert (fault.segment, fault.position) == (name, at + 2)


@pytest.mark.parametrize(("set_id", "at"), EACH)
def test_a_segment_that_is_of_no_set_changes_nothing_around_it(set_id, at):
    lines = LINES[set_id]
    [fault] = _faults(set_id, [*lines[:at], "ZZZ*1", *lines[at:]])
    assert (fault.segment, fault.position, fault.code) == ("ZZZ", at + 2, FaultCode.SEGMENT_UNKNOWN)


@pytest.mark.parametrize(("set_id", "at"), [(set_id, at) for set_id, at in EACH if at + 1 < len(LINES[set_id])])
def test_two_segments_that_changed_places_are_one_fault_at_most(set_id, at):
    lines = LINES[set_id]
    if lines[at + 1].startswith("HL"):
        return  # What hangs below which level has changed.
    found = _faults(set_id, [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]])
    assert len(found) <= 1, _shown(found)


@pytest.mark.parametrize(
    ("set_id", "line", "to", "fault"),
    [
        ("850", "CTT*2", 1, (2, "CTT", "AK304:2")),  # Far from its place.
        ("850", "BEG*00*SA*PO-77**20261120", 5, (7, "BEG", "AK304:7")),  # Late, and so not missing.
        ("810", "TDS*51000", 3, (5, "TDS", "AK304:7")),  # Early, and so not missing.
        ("855", "BAK*00*AD*PO-77*20261121", 2, (4, "BAK", "AK304:7")),
    ],
)
def test_a_segment_somewhere_else_is_one_fault_and_nothing_is_missing(set_id, line, to, fault):
    lines = [each for each in LINES[set_id] if each != line]
    lines.insert(to if to > 1 else 0, line)
    faults = _faults(set_id, lines)
    assert (faults[0].position, faults[0].segment, faults[0].code.ack_code) == (
        lines.index(line) + 2,
        fault[1],
        fault[2],
    )
    assert len(faults) == 1 or line.startswith("CTT"), _shown(faults)


def test_a_lost_line_is_told_at_its_first_segment():
    lines = [line for line in LINES["810"] if not line.startswith("IT1*2")]
    [fault] = _faults("810", lines)
    assert (fault.segment, fault.position) == ("PID", 19)
    lines = [line for line in LINES["810"] if not line.startswith("IT1*1")]
    [fault] = _faults("810", lines)
    assert (fault.code, fault.segment, fault.position) == (FaultCode.SEGMENT_UNEXPECTED, "CTP", 10)
    assert fault.fix == "send IT1 before it"


def test_a_segment_of_a_lost_loop_is_kept_in_a_loop_of_its_own():
    lines = [line for line in LINES["850"] if not line.startswith("PO1*1")]
    tree = judged("850", "\n".join(lines)).tree
    first, second = tree["PO1"]
    assert {"CTP", "PID", "SCH", "N1"} <= first.keys()
    assert "PO1" not in first
    assert next(iter(second)) == "PO1"


def test_a_missing_segment_is_told_where_the_misspelt_one_is_let_pass():
    lines = ["ZZZ*00", *LINES["850"][1:]]
    found = look_closely(set_of(document("850", "\n".join(lines))), {FaultCode.SEGMENT_UNKNOWN})
    assert [(fault.segment, fault.code, fault.tolerated) for fault in found.faults] == [
        ("ZZZ", FaultCode.SEGMENT_UNKNOWN, True),
        ("BEG", FaultCode.SEGMENT_MISSING, False),
    ]


def test_two_things_wrong_are_two_faults():
    lines = [line for line in LINES["850"] if not line.startswith("N1*ST*North")]
    lines.remove("BEG*00*SA*PO-77**20261120")
    assert [(fault.segment, fault.code.wire) for fault in _faults("850", lines)] == [("BEG", "3"), ("N3", "2")]


def test_a_set_of_nothing_but_faults_is_still_read_in_time():
    lines = [each for line in LINES["850"] for each in (line, "HL*1")] * (MOST_TRIALS // 10)
    found = judged("850", "\n".join(lines))
    assert len(found.faults) + found.more_faults > MOST_TRIALS


def test_a_loop_of_the_same_name_further_on_is_meant_where_the_nearer_one_is_full():
    """The 832 has two LS loops side by side; without the LE of the first, the second LS opens the second one all the same."""
    body = "\n".join(["BCT*PC", "LIN**BP*1", "CTP**LPR*1", "LS*LM", "LM*AX", "LQ*0*A", "LS*N1", "N1*ST*NAME", "LE*N1"])
    found = [(fault.position, fault.segment, fault.code) for fault in judged("832", body, "005010").faults]
    assert found == [(8, "LE", FaultCode.SEGMENT_MISSING)]
