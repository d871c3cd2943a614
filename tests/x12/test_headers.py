"""What an ISA and a GS say of themselves: each wrong element has its TA105 code, and only its own."""

import pytest

from tests.x12.samples import BODIES, checked, group, interchange, isa, transaction

SET = transaction("850", BODIES["850"])
ELEMENTS = isa()[:-1].split("*")


def _codes_with(number: int, value: str, *, version: str = "00401") -> list[str]:
    """The codes of the faults of an interchange whose ISA has one other element."""
    elements = list(ELEMENTS)
    elements[12] = version
    elements[11] = "U" if version < "00402" else "^"
    elements[number] = value
    trailer = f"IEA*1*{elements[13]}~"
    [found] = checked("*".join(elements) + "~" + group("PO", SET) + trailer).interchanges
    return [fault.code.ack_code for fault in found.faults]


@pytest.mark.parametrize(
    ("number", "value", "code"),
    [
        (1, "9Z", "010"),
        (3, "9Z", "012"),
        (5, "9Z", "005"),
        (7, "", "007"),
        (6, " " * 15, "006"),
        (8, " " * 15, "008"),
        (2, "x" * 11, "011"),
        (4, "x" * 11, "013"),
        (6, "x" * 16, "006"),
        (8, "x" * 16, "008"),
        (2, "", "022"),
        (6, "SUPPLIER", "022"),
        (9, "261131", "014"),
        (9, "20261121", "014"),
        (10, "2460", "015"),
        (10, "18:04", "015"),
        (11, "^", "016"),
        (12, "0040", "017"),
        (12, "004?1", "017"),
        (13, "00000000A", "018"),
        (13, "42", "018"),
        (14, "Y", "019"),
        (15, "X", "020"),
    ],
)
def test_a_wrong_element_of_the_header_has_its_code(number, value, code):
    assert _codes_with(number, value) == [f"TA105:{code}"]


@pytest.mark.parametrize(
    ("number", "value"),
    [(1, "03"), (5, "01"), (7, "14"), (9, "240229"), (14, "1"), (15, "T"), (15, "I"), (13, "999999999")],
)
def test_other_right_values_are_right(number, value):
    assert _codes_with(number, value) == []


@pytest.mark.parametrize("version", ["00402", "00501", "00601", "0040X"])
def test_any_version_of_five_characters_will_do(version):
    assert _codes_with(12, version, version="00501") == []


def test_the_eleventh_element_is_free_from_00402_on():
    assert _codes_with(11, "U", version="00501") == []


def test_several_short_elements_are_one_fault():
    text = "ISA*00**00**ZZ*SUPPLIER*ZZ*ACMEWORKS*261121*0800*U*00401*000000001*0*P*>~"
    [found] = checked(text + group("PO", SET) + "IEA*1*000000001~").interchanges
    assert [(fault.code.ack_code, fault.message) for fault in found.faults] == [
        ("TA105:022", "ISA02, ISA04, ISA06, ISA08 are not padded to their fixed length")
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [(">~", "*~", "TA105:027"), (">~", "A~", "TA105:027"), (">~", "~", "TA105:027"), (">~", ">*", "TA105:026")],
)
def test_delimiters_that_cannot_be_told_apart_are_faults(old, new, code):
    found = checked(interchange(group("PO", SET)).replace(old, new, 1))
    assert code in [fault.code.ack_code for fault in found.interchanges[0].faults]


def _group_codes(old: str, new: str, version: str = "004010") -> list[str]:
    text = interchange(group("PO", SET, version=version))
    assert old in text
    [found] = checked(text.replace(old, new, 1)).interchanges
    return [fault.code.ack_code for fault in found.faults]


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("GS*PO*", "GS**", ["TA105:024"]),
        ("*SUPPLIER*ACMEWORKS*2026", "**ACMEWORKS*2026", ["TA105:024"]),
        ("*SUPPLIER*ACMEWORKS*2026", "*SUPPLIER**2026", ["TA105:024"]),
        ("*20261121*0800*1", "*20261131*0800*1", ["TA105:024"]),
        ("*20261121*0800*1", "*261121*0800*1", ["TA105:024"]),
        ("*20261121*0800*1", "*20261121*08*1", ["TA105:024"]),
        ("*1*X*004010", "*1*Y*004010", ["TA105:024"]),
        ("GS*PO*", "GS*QQ*", ["AK905:1"]),
        ("*X*004010", "*X*", ["AK905:2"]),
        ("*1*X*004010", "**X*004010", ["AK905:6", "AK905:4"]),
    ],
)
def test_a_wrong_element_of_a_group_has_its_code(old, new, codes):
    assert _group_codes(old, new) == codes


def test_an_old_version_may_leave_the_century_out():
    assert _group_codes("*20261121*0800*1", "*261121*0800*1", "003060") == []
