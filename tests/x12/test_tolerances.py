"""Each deviation that an agreement may allow: a fault that rejects without its name, a note with it, and nothing else."""

import pytest

from gateway.x12.faults import FaultCode
from gateway.x12.report import report
from gateway.x12.tolerances import TOLERANCES, tolerated_codes
from gateway.x12.validator import validate
from tests.x12.samples import BODIES, document, group, interchange, replaced, transaction

GOOD = document("850")
SHORT = GOOD.replace(f"*00*{'':10}*00*{'':10}*", "*00**00**")

# Per tolerance a document that has this deviation and no other.
DEVIATIONS = {
    "trailing-separators": document("850", replaced("850", "REF*DP*038", "REF*DP*038**")),
    "unpadded-isa": SHORT,
    "standards-id": GOOD.replace("*U*00401", "*^*00401"),
    "leading-zeros": GOOD.replace("IEA*1*000000001", "IEA*1*1")
    .replace("GE*1*1~", "GE*1*01~")
    .replace("*0001~G", "*1~G"),
    "segment-count": GOOD.replace("SE*12*", "SE*11*"),
    "blank-segments": GOOD.replace("CTT*2~", "CTT*2~~"),
    "junk": f"# a comment\n{GOOD}\x1a",
    "short-group-date": GOOD.replace("*20261121*0800*1*X", "*261121*0800*1*X"),
    "unknown-segments": document("850", replaced("850", "CTT*2", "ZZZ*1\nBIG*20261121*1\nCTT*2")),
    "unknown-codes": document("850", replaced("850", "REF*DP", "REF*QQQ")),
    "out-of-order": document("850", replaced("850", "CTT*2", "CTT*2\nREF*DP*1")),
    "over-maximum": document("850", replaced("850", "CUR*BY*USD", "CUR*BY*USD\nCUR*BY*USD")),
}


def _all_faults(text: str, names: tuple[str, ...] = ()):
    codes = tolerated_codes(names)
    found = report("sample", text.encode(), lambda each: validate(each, codes), lambda _start: codes)
    faults = [fault for each in found.interchanges for fault in each.faults]
    faults += [fault for each in found.interchanges for judgment in each.documents for fault in judgment.faults]
    return found, found.faults + faults


def test_every_tolerance_has_its_document_here():
    assert list(DEVIATIONS) == list(TOLERANCES)


@pytest.mark.parametrize("name", TOLERANCES)
def test_a_deviation_rejects_without_its_name(name):
    found, faults = _all_faults(DEVIATIONS[name])
    assert not found.clean
    assert {fault.code for fault in faults} == TOLERANCES[name].codes - {FaultCode.LOOP_OVER_MAXIMUM}
    assert not any(fault.tolerated for fault in faults)


@pytest.mark.parametrize("name", TOLERANCES)
def test_a_deviation_is_a_note_with_its_name(name):
    found, notes = _all_faults(DEVIATIONS[name], (name,))
    assert found.clean
    assert {note.code for note in notes} == TOLERANCES[name].codes - {FaultCode.LOOP_OVER_MAXIMUM}
    assert all(note.tolerated for note in notes)


@pytest.mark.parametrize("name", TOLERANCES)
def test_a_deviation_is_not_allowed_by_all_the_other_names(name):
    others = tuple(other for other in TOLERANCES if other != name)
    found, _faults = _all_faults(DEVIATIONS[name], others)
    assert not found.clean


def test_too_many_loops_fall_under_the_same_name_as_too_many_segments():
    text = document("850", replaced("850", "CTT*2", "CTT*2\nCTT*2"))
    assert {fault.code for fault in _all_faults(text)[1]} == {FaultCode.LOOP_OVER_MAXIMUM}
    assert _all_faults(text, ("over-maximum",))[0].clean


def test_no_two_tolerances_speak_of_the_same_fault():
    codes = [code for row in TOLERANCES.values() for code in row.codes]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("name", TOLERANCES)
def test_each_tolerance_is_explained(name):
    assert TOLERANCES[name].name == name
    assert TOLERANCES[name].paragraph.endswith(".")


def test_a_tolerance_that_does_not_exist_is_not_passed_over():
    with pytest.raises(KeyError):
        tolerated_codes(["anything-goes"])


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("~", "~\r\n"),
        "\ufeff" + GOOD,
        "  \r\n" + GOOD + "\r\n  ",
        interchange(group("PO", transaction("850", BODIES["850"]))).replace("SE*12*", "SE*012*"),
    ],
)
def test_what_is_always_fine_needs_no_name(text):
    assert _all_faults(text)[0].clean
    assert _all_faults(text)[1] == []
