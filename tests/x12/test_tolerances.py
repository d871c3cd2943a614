"""Each deviation that an agreement may allow: a fault that rejects without its name, a note with it, and nothing else."""

from pathlib import Path

import pytest

from gateway.x12.faults import FaultCode
from gateway.x12.report import FileReport, report
from gateway.x12.tolerances import TOLERANCES, tolerated_codes
from gateway.x12.validator import look_closely, validate
from tests.mapping.documents import base
from tests.x12.samples import BODIES, document, group, interchange, set_of, transaction

FOLDER = Path(__file__).parents[1] / "vectors" / "x12" / "tolerances"
GOOD = document("850")
NEWER = document("850", version="005010")

# Codes of a tolerance that its vector cannot have beside the others, each with a document that has it.
BESIDE = {FaultCode.REPETITION_SEPARATOR: NEWER.replace("*^*00501", "*>*00501")}

# More documents a name, which deviate in the same way somewhere else.
MORE = [
    ("leading-zeros", GOOD.replace("IEA*1*000000001", "IEA*1*01")),
    ("unpadded-isa", GOOD.replace("SUPPLIER       ", "SUPPLIER")),
    ("blank-segments", GOOD.replace("~", "~\n").replace("CTT*2~\n", "CTT*2~\n~ \r\n")),
    ("blank-segments", GOOD.replace("CTT*2~", "CTT*2~~~~")),
    ("blank-segments", GOOD.replace("GE*1*1~", "GE*1*1~~")),
    ("blank-segments", GOOD.replace("~", "\n").replace("CTT*2\n", "CTT*2\n\n")),
    ("line-breaks", GOOD.replace("Hex bolt", "Hex \nbolt")),
    ("line-breaks", GOOD.replace("CTT*2~", "CTT*2\r\n~")),
    ("line-breaks", GOOD.replace("SE*12", "S\r\nE*12")),
    ("line-breaks", GOOD.replace("GS*PO", "G\nS*PO")),
    ("line-breaks", GOOD.replace("GE*1*1~", "GE*1\n*1~").replace("IEA*1", "I\nEA*1")),
    ("line-breaks", GOOD.replace("*261121*0800*U", "*261121*08\r\n00*U")),
    ("line-breaks", GOOD.replace("~", "\n").replace("Hex bolt", "Hex\r bolt")),
    ("lower-case", GOOD.replace("ST*850*", "st*850*").replace("GS*PO", "gs*PO").replace("IEA*", "iea*")),
    ("lower-case", GOOD.replace("PID*F", "pid*f")),
    ("lower-case", GOOD.replace("ISA*", "isa*").replace("*ZZ*", "*zz*").replace("*U*", "*u*")),
    ("lower-case", GOOD.replace("GS*PO", "GS*po").replace("*X*004010", "*x*004010")),
    ("lower-case", NEWER.replace("REF*DP*038", "REF*DP*038**dp>1>IA>2")),
    ("utf-8", GOOD.replace("North Plant", "日本工場")),
    ("utf-8", GOOD.replace("1 Mill Road", "1 Mill Road Łódź").replace("*", "§").replace("~", "¬")),
    ("junk", f"{GOOD}IEA*1*1~"),
    ("junk", f"{GOOD}\x00"),
    ("junk", f"{GOOD}some words{GOOD.replace('000000001', '000000002')}"),
    ("short-group-date", document("997", version="003060")),
    ("unknown-codes", GOOD.replace("*EA*", "*Q9*")),
    ("out-of-order", GOOD.replace("CUR*BY*USD~REF*DP*038~", "REF*DP*038~CUR*BY*USD~")),
]


def vector(name: str) -> str:
    return (FOLDER / name / "input.edi").read_bytes().decode()


def _all_faults(text: str, names: tuple[str, ...] = ()):
    codes = tolerated_codes(names)
    found = report("sample", text.encode(), lambda each: validate(each, codes), lambda _start: codes)
    return found, _told(found)


def _told(found: FileReport):
    faults = [fault for each in found.interchanges for fault in each.faults]
    faults += [fault for each in found.interchanges for judgment in each.documents for fault in judgment.faults]
    return found.faults + faults


def _good_codes(name: str) -> set[FaultCode]:
    return set(TOLERANCES[name].codes) - BESIDE.keys()


def test_every_tolerance_has_its_vector_and_every_vector_its_tolerance():
    assert sorted(path.parent.name for path in FOLDER.glob("*/input.edi")) == sorted(TOLERANCES)


@pytest.mark.parametrize("name", TOLERANCES)
def test_a_deviation_rejects_without_its_name(name):
    found, faults = _all_faults(vector(name))
    assert not found.clean
    assert {fault.code for fault in faults} == _good_codes(name)
    assert not any(fault.tolerated for fault in faults)
    told = [f"{fault.where}  {fault.code.ack_code}  {fault.code.slug}  {fault.message}" for fault in faults]
    assert told == (FOLDER / name / "faults.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", TOLERANCES)
def test_a_deviation_is_a_note_with_its_name_and_the_document_is_accepted(name):
    found, notes = _all_faults(vector(name), (name,))
    assert found.clean
    assert {note.code for note in notes} == _good_codes(name)
    assert all(note.tolerated for note in notes)
    [each] = found.interchanges
    assert (each.judged.verdict, [group.verdict for group in each.judged.groups]) == ("A", ["A"])


@pytest.mark.parametrize("name", TOLERANCES)
def test_a_deviation_is_not_allowed_by_all_the_other_names(name):
    others = tuple(other for other in TOLERANCES if other != name)
    found, _faults = _all_faults(vector(name), others)
    assert not found.clean


@pytest.mark.parametrize(("code", "text"), BESIDE.items())
def test_what_the_vector_cannot_have_is_tolerated_by_the_same_name(code, text):
    [name] = [row.name for row in TOLERANCES.values() if code in row.codes]
    assert {fault.code for fault in _all_faults(text)[1]} == {code}
    assert _all_faults(text, (name,))[0].clean
    assert not _all_faults(text, tuple(other for other in TOLERANCES if other != name))[0].clean


@pytest.mark.parametrize(("name", "text"), MORE)
def test_a_deviation_of_the_same_kind_elsewhere_has_the_same_name(name, text):
    assert text not in (GOOD, NEWER)
    strict, faults = _all_faults(text)
    assert not strict.clean
    assert {fault.code for fault in faults} <= TOLERANCES[name].codes
    tolerant, notes = _all_faults(text, (name,))
    assert tolerant.clean
    assert [(note.code, note.offset, note.value) for note in notes] == [
        (fault.code, fault.offset, fault.value) for fault in faults
    ]


def _canonical(text: str, *names: str):
    """What the base profile makes of the 850 in ``text``."""
    judgment = validate(set_of(text), tolerated_codes(names))
    assert judgment.accepted
    assert judgment.tree is not None
    return base("850", judgment.version).to_canonical(judgment.tree, judgment.transaction.marks.component)[0]


# What a translation has of what is tolerated; without a line here it is the same as that of a good document.
DIFFERENT = {
    "utf-8": (lambda body: [each.text for each in body.lines[0].descriptions], ["Hex bolt 5 µm “A”"]),
    "unknown-codes": (lambda body: [(each.kind, each.value) for each in body.references], [("QQQ", "038")]),
    "out-of-order": (lambda body: [each.value for each in body.references], ["038", "77"]),
}


@pytest.mark.parametrize("name", TOLERANCES)
def test_what_is_tolerated_is_translated(name):
    body, good = _canonical(vector(name), name), _canonical(GOOD)
    if name in DIFFERENT:
        read, expected = DIFFERENT[name]
        assert read(body) == expected != read(good)
    else:
        assert body == good


IN_LOWER_CASE = [
    "ST*",
    "BEG*00*SA",
    "CUR*BY",
    "REF*DP",
    "N1*ST",
    "N3*",
    "N4*",
    "*EA*12.75*PE*BP*",
    "*VP*",
    "PID*F",
    "SE*12",
]


@pytest.mark.parametrize("names", [[each] for each in IN_LOWER_CASE] + [IN_LOWER_CASE])
def test_lower_case_reads_as_if_it_had_been_capitals(names):
    text = GOOD
    for name in names:
        assert name in text
        text = text.replace(name, name.lower(), 1)
    assert text != GOOD
    assert _canonical(text, "lower-case") == _canonical(GOOD)


@pytest.mark.parametrize("width", [20, 40, 79, 80, 81, 132])
def test_a_wrapped_file_reads_as_if_it_had_not_been_wrapped(width):
    text = GOOD[:106] + GOOD[106:].replace("SUPPLIER", "SUPPLIERS")
    head = 3 if width > 20 else 106  # ISA itself stays whole, and so does its end.
    wrapped = text[:head] + "\r\n".join(text[at : at + width] for at in range(head, len(text), width))
    assert not _all_faults(wrapped)[0].clean
    assert _all_faults(wrapped, ("line-breaks",))[0].clean
    assert _canonical(wrapped, "line-breaks") == _canonical(GOOD)


def test_what_is_put_right_is_judged_the_same_a_second_time():
    codes = tolerated_codes(["lower-case"])
    found = set_of(vector("lower-case"))
    first = look_closely(found, codes)
    assert [fault.tolerated for fault in first.faults] == [True] * 4
    assert first.tree["N1"][0]["N1"][0][:2] == ["N1", "ST"]
    assert look_closely(found, codes).faults == validate(found, codes).faults == first.faults
    assert found.as_sent()[4][:2] == ["n1", "st"]


def test_nothing_is_put_right_that_is_not_tolerated():
    found = look_closely(set_of(vector("lower-case")))
    assert found.tree["N1"][0]["N1"][0][:2] == ["n1", "st"]


def test_each_component_and_repetition_in_lower_case_is_put_right():
    text = NEWER.replace("REF*DP*038", "REF*DP*038**dp>ab>ia>cd")
    found = validate(set_of(text), tolerated_codes(["lower-case"]))
    assert found.tree["REF"][0][4] == "DP>ab>IA>cd"
    assert [(note.element, note.component, note.value) for note in found.faults] == [(4, 1, "dp"), (4, 3, "ia")]


def test_a_broken_line_does_not_hide_what_else_is_wrong():
    text = GOOD.replace("*EA*", "*Q\nQ*").replace("North Plant", "North\nPlant")
    strict, faults = _all_faults(text)
    assert not strict.clean
    assert [(fault.segment, fault.element, fault.code, fault.value) for fault in faults] == [
        ("N1", 2, FaultCode.LINE_BREAK, "NorthPlant"),
        ("PO1", 3, FaultCode.LINE_BREAK, "QQ"),
        ("PO1", 3, FaultCode.CODE_UNKNOWN, "QQ"),
    ]
    assert not _all_faults(text, ("line-breaks",))[0].clean


def test_line_breaks_in_binary_data_are_data():
    text = interchange(group("PO", "ST*850*0001~BIN*4*a\r\nb~SE*3*0001~"))
    found = set_of(text)
    assert found.breaks() == []
    assert found.segments[1] == ["BIN", "4", "a\r\nb"]


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
        GOOD.replace("~", "~ \t\r\n  "),
        "\ufeff" + GOOD,
        "\ufeff" + GOOD + "\r\n\ufeff" + GOOD.replace("000000001", "000000002"),
        "  \r\n" + GOOD + "\r\n  ",
        GOOD.replace("North Plant", "Señor Müller, Gruyère"),
        interchange(group("PO", transaction("850", BODIES["850"]))).replace("SE*12*", "SE*012*"),
    ],
)
def test_what_is_always_fine_needs_no_name(text):
    assert _all_faults(text)[0].clean
    assert _all_faults(text)[1] == []
