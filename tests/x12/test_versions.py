"""Versions between and around those that are defined: the rule of `gateway.x12.standards.versions`, row by row."""

import pytest

from gateway.x12.faults import FaultCode
from gateway.x12.report import report
from gateway.x12.standards import library, set_definition
from gateway.x12.standards.definition import Composite
from gateway.x12.standards.versions import VERSIONS, by_nearness, has_short_dates, number_of
from gateway.x12.validator import look_closely, validate
from tests.x12.samples import BODIES, GROUPS, checked, document, group, interchange, isa, judged, set_of, transaction

# GS08, the version that judges, whether that is the one named, whether dates have six digits.
RULE = [
    ("003010", "004010", False, True),
    ("003020", "004010", False, True),
    ("003030", "004010", False, True),
    ("003040", "004010", False, True),
    ("003040VICS", "004010", False, True),
    ("003050", "004010", False, True),
    ("003060UCS", "004010", False, True),
    ("003070", "004010", False, True),
    ("002040", "004010", False, True),
    ("004010", "004010", True, False),
    ("004010VICS", "004010", True, False),
    ("004010UCS", "004010", True, False),
    ("004010AIAG", "004010", True, False),
    ("004010X091A1", "004010", True, False),
    ("004020", "004010", False, False),
    ("004030VICS", "004010", False, False),
    ("004040", "004010", False, False),
    ("004050", "004010", False, False),
    ("004060", "004010", False, False),
    ("004510", "004010", False, False),
    ("004511", "005010", False, False),
    ("005010", "005010", True, False),
    ("005010VICS", "005010", True, False),
    ("005010X231A1", "005010", True, False),
    ("005020", "005010", False, False),
    ("006020UCS", "005010", False, False),
    ("006040", "005010", False, False),
    ("007010", "005010", False, False),
    ("007050", "005010", False, False),
    ("4010", "004010", False, False),
    ("5010", "005010", False, False),
    ("00501", "005010", False, False),
    ("00304", "004010", False, True),
    ("nonsense", "004010", False, False),
    ("00\u0664010", "004010", False, False),
]


@pytest.mark.parametrize(("version", "judge", "exact", "short_dates"), RULE)
def test_a_version_is_judged_by_the_nearest_and_the_result_says_so(version, judge, exact, short_dates):
    body = BODIES["850"].replace("20261120", "261120") if short_dates else BODIES["850"]
    text = document("850", body, version)
    if short_dates:
        text = text.replace("*20261121*0800*1*X", "*261121*0800*1*X")
    for verdict in (validate(set_of(text)), look_closely(set_of(text))):
        assert (verdict.version, verdict.definition.version, verdict.exact) == (version, judge, exact)
        assert verdict.judged_by == (f"{judge}, dates as YYMMDD" if short_dates else judge)
        assert verdict.faults == []
    assert checked(text).clean


@pytest.mark.parametrize(("version", "_judge", "_exact", "short_dates"), RULE)
def test_a_date_of_the_other_length_is_a_fault_in_every_version(version, _judge, _exact, short_dates):
    body = BODIES["850"] if short_dates else BODIES["850"].replace("20261120", "261120")
    [fault] = judged("850", body, version).faults
    assert (fault.code, fault.segment, fault.element) == (FaultCode.DATE, "BEG", 5)
    assert fault.fix == f"send a real date as {'YYMMDD' if short_dates else 'CCYYMMDD'}"


@pytest.mark.parametrize(("version", "_judge", "_exact", "short_dates"), RULE)
def test_the_date_of_the_group_follows_its_version(version, _judge, _exact, short_dates):
    text = interchange(group("FA", transaction("997", BODIES["997"]), version=version))
    codes = [
        [fault.code for each in checked(text.replace("*20261121*0800*1*X", f"*{date}*0800*1*X")).interchanges
         for fault in each.faults]
        for date in ("20261121", "261121", "20261131", "261131")
    ]  # fmt: skip
    wrong = [FaultCode.GROUP_DATE_LENGTH]
    assert codes == [wrong if short_dates else [], [] if short_dates else wrong, *[[FaultCode.GROUP_DATE]] * 2]


def test_without_a_version_of_the_group_the_one_of_the_interchange_counts():
    outside = isa(version="00304") + transaction("850", BODIES["850"].replace("20261120", "261120"))
    found = look_closely(set_of(outside + "IEA*0*000000001~"))
    assert (found.version, found.judged_by, found.faults) == ("003040", "004010, dates as YYMMDD", [])


@pytest.mark.parametrize(
    ("control", "group_version", "repeats", "judge"),
    [
        ("00401", "005010", False, "005010"),  # The envelope is older: nothing repeats, the group is as GS08 says.
        ("00501", "004010", True, "004010"),
        ("00204", "004010", False, "004010"),
        ("00200", "004010VICS", False, "004010"),
        ("00402", "003060", True, "004010"),
        ("99999", "005010", True, "005010"),
    ],
)
def test_envelope_and_group_may_be_of_different_versions(control, group_version, repeats, judge):
    envelope = {"version": control, "eleventh": "^" if repeats else "U"}
    body = BODIES["850"].replace("20261120", "261120") if has_short_dates(group_version) else BODIES["850"]
    text = interchange(group("PO", transaction("850", body), version=group_version), **envelope)
    text = text.replace("*20261121*0800*1*X", "*261121*0800*1*X") if has_short_dates(group_version) else text
    found = set_of(text)
    assert found.interchange.delimiters.repetition == ("^" if repeats else "")
    assert checked(text).clean
    assert validate(found).definition.version == judge


@pytest.mark.parametrize("set_id", BODIES)
def test_every_set_is_judged_in_an_old_and_in_a_new_version(set_id):
    for version in ("003060", "004030", "006030"):
        text = document(set_id, version=version)
        found = look_closely(set_of(text))
        assert found.definition is not None
        assert {fault.code for fault in found.faults} <= ({FaultCode.DATE} if version < "004010" else set())
        assert report("sample", text.encode(), validate).interchanges[0].documents[0].faults == found.faults
        assert GROUPS[set_id] == found.definition.group_id


@pytest.mark.parametrize(
    ("set_id", "version", "codes"),
    [
        ("853", "004010", [FaultCode.SET_UNSUPPORTED]),
        ("853", "003060", [FaultCode.SET_UNSUPPORTED]),
        ("837", "005010X222A1", [FaultCode.SET_UNSUPPORTED]),
    ],
)
def test_a_set_that_is_not_known_is_said_to_be_so_in_every_version(set_id, version, codes):
    verdict = validate(set_of(interchange(group("PO", transaction(set_id, "XX*1"), version=version))))
    assert ([fault.code for fault in verdict.faults], verdict.judged_by, verdict.exact) == (codes, "", False)


def test_a_set_that_the_nearest_version_lacks_is_judged_by_the_other():
    assert by_nearness("003010") == ("004010", "005010")
    choice = set_definition("999", "004010")
    assert (choice.definition.version, choice.exact, choice.judged_by) == ("005010", False, "005010")


@pytest.mark.parametrize("version", VERSIONS)
def test_only_dates_are_read_differently_before_the_century(version):
    for name in library.segment_names(version):
        old, new = library.segment(name, version, True), library.segment(name, version)
        assert (old.id, old.label, old.notes, len(old.positions)) == (new.id, new.label, new.notes, len(new.positions))
        for one, other in zip(old.positions, new.positions, strict=True):
            pairs = [(one.kind, other.kind)]
            if isinstance(one.kind, Composite):
                pairs = [(a.kind, b.kind) for a, b in zip(one.kind.components, other.kind.components, strict=True)]
            for before, now in pairs:
                assert before == now or (before.type, before.minimum, before.maximum) == ("DT", 6, 6)
                assert before.type != "DT" or before.maximum == 6


@pytest.mark.parametrize(
    ("version", "number"),
    [("", "004010"), ("X", "004010"), ("0040", "000040"), (" 005010", "005010"), ("0050101", "005010")],
)
def test_the_number_of_a_version_is_six_digits(version, number):
    assert number_of(version) == number
