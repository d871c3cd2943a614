"""The second opinion itself: which map judges, what becomes of what pyx12 says, and how the command shows where both differ."""

import json
import socket

import pytest
from typer.testing import CliRunner

from gateway.cli import command_line
from gateway.x12.faults import FaultCode
from gateway.x12.second_opinion import compare, maps, opinion_on, second_opinion
from gateway.x12.second_opinion.telling import lines
from gateway.x12.standards import VERSIONS, available, set_definition
from gateway.x12.validator import validate
from tests.x12.samples import document, group, interchange, replaced, set_of, transaction

REMITTANCE = """
    BPR*I*100*C*CHK************20261120
    TRN*1*12345*1512345678
    DTM*405*20261120
    N1*PR*Payer
    N3*1 Mill Road
    N4*Springfield*IL*62701
    N1*PE*Payee*XX*1234567893
    LX*1
    CLP*A1*1*100*100**12*B1*11*1
    NM1*QC*1*Doe*Jane****MI*X1
    DTM*232*20261101"""


def remarks(set_id: str, body: str | None = None, version: str = "004010") -> list[str]:
    """What pyx12 says of one set."""
    return [str(one) for one in opinion_on(set_of(document(set_id, body, version))).remarks]


def remittance(body: str = REMITTANCE) -> bytes:
    """An 835 of health care, which only pyx12 knows."""
    made = group("HP", transaction("835", body), version="004010X091A1")
    return interchange(made).encode()


def test_a_map_is_made_of_each_definition_that_we_have():
    for version in VERSIONS:
        for set_id in available(version):
            start = maps.our_map(set_definition(set_id, version).definition)
            assert start.node.id == "ST" and start.node.get_path() == start.path


def test_a_map_is_made_once():
    definition = set_definition("850", "004010").definition
    assert maps.our_map(definition) is maps.our_map(definition)


def test_no_file_and_no_socket_is_opened_for_a_map_of_ours(monkeypatch):
    def refuse(*_args, **_more):
        raise AssertionError("something was opened")

    definition = set_definition("862", "004010").definition
    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr(socket, "socket", refuse)
    maps.our_map.cache_clear()
    assert maps.our_map(definition).node.id == "ST"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("BEG*00*SA", "BEG*QQ*SA", "AK403:7 code-not-valid seg 2 BEG/01"),
        ("BEG*00*SA", "BEG**SA", "AK403:1 mandatory-element-missing seg 2 BEG/01"),
        ("20261120", "20260229", "AK403:8 date-invalid seg 2 BEG/05"),
        ("PO1*1*40*", "PO1*1*4O*", "AK403:6 character-not-allowed seg 8 PO1/02"),
        ("PO1*1*40*EA", "PO1*1**EA", "AK403:2 conditional-element-missing seg 8 PO1"),
        ("REF*DP*038", "QQQ*DP*038", "AK304:1 segment-unknown seg 4 QQQ"),
        ("N3*1 Mill Road", "N3*1*2*3", "AK403:3 too-many-elements seg 6 N3/03"),
        ("CTT*2", "CTT*2\nCTT*2", "AK304:4 loop-over-maximum seg 12 CTT"),
        ("N4*Springfield", "N4*Springfield\nCUR*BY*USD\nN4*Springfield", "AK304:1 segment-unknown seg 8 CUR"),
        ("CUR*BY*USD", "CUR*BY*USD\nCUR*BY*USD", "AK304:5 segment-over-maximum seg 4 CUR"),
    ],
)
def test_what_pyx12_finds_is_said_in_our_codes_and_places(old, new, said):
    assert said in remarks("850", replaced("850", old, new))


def test_a_missing_segment_is_named_where_it_was_due():
    body = replaced("850", "BEG*00*SA*PO-77**20261120\n", "")
    assert remarks("850", body) == ["AK304:3 mandatory-segment-missing seg 2 BEG"]


def test_a_wrong_code_in_a_first_element_makes_nothing_else_wrong():
    """PyX12 by its own maps would find no place for the segment, nor for those behind it."""
    assert remarks("850", replaced("850", "N1*ST", "N1*QQQ")) == ["AK403:7 code-not-valid seg 5 N1/01"]


def test_each_repetition_is_judged():
    body = replaced("850", "REF*DP*038", "REF*DP*038**BM>1^QQQQ>2")
    assert "AK403:7 code-not-valid seg 4 REF/04-1" in remarks("850", body, "005010")


def test_too_many_components_are_said_and_break_nothing():
    body = replaced("850", "REF*DP*038", "REF*DP*038**BM>1>BM>1>BM>1>BM>1>X")
    assert remarks("850", body) == ["AK403:13 too-many-components seg 4 REF/04"]


def test_a_set_of_health_care_is_judged_by_the_map_that_pyx12_has():
    [opinion] = second_opinion(remittance())
    assert opinion.shipped and opinion.judged_by == "835.4010.X091.A1.xml"
    assert opinion.accepted, [one.words for one in opinion.remarks]


def test_a_fault_in_a_set_of_health_care_is_found():
    [opinion] = second_opinion(remittance(REMITTANCE.replace("CHK************20261120", "CHK************20261320")))
    assert [(one.code, one.position, one.element) for one in opinion.remarks] == [(FaultCode.DATE, 2, 16)]


def test_where_pyx12_itself_fails_that_is_said_and_is_no_verdict_of_acceptance():
    body = """
        BHT*0022*11*1*20261120*0800
        HL*1**20*1
        NM1*PR*2*A*****PI*1
        HL*2*1*21*1
        NM1*1P*2*B*****SV*1
        HL*3*2*22*0
        NM1*IL*1*C*D****MI*1
        DTP*307*RD8*1-2-3"""
    made = group("HB", transaction("271", body), version="004010X092A1")
    one = set_of(interchange(made))
    found = compare(validate(one), opinion_on(one))
    assert found.opinion.broke_off.startswith("segment 9: ") and not found.opinion.accepted
    assert any("pyx12 broke off at segment 9" in line for line in lines(found))


def test_a_set_in_the_wrong_group_is_not_judged_by_the_map_of_another():
    made = group("HP", transaction("837", REMITTANCE), version="004010X091A1")
    [opinion] = second_opinion(interchange(made).encode())
    assert not opinion.given and not opinion.accepted


def test_without_any_map_there_is_no_opinion_and_no_disagreement():
    one = set_of(document("850").replace("ST*850", "ST*841"))
    found = compare(validate(one), opinion_on(one))
    assert not found.opinion.given and not found.disagreements
    assert "none, pyx12 has no map" in next(lines(found))


def test_a_guide_of_its_own_is_preferred_for_a_set_that_we_define_too():
    made = group("RA", transaction("820", "BPR*I*100*C*CHK"), version="004010X061A1")
    [opinion] = second_opinion(interchange(made).encode())
    assert opinion.shipped and opinion.judged_by == "820.4010.X061.A1.xml"


def run(tmp_path, text: str, *more: str):
    path = tmp_path / "one.edi"
    path.write_text(text)
    return CliRunner().invoke(command_line(), ["check", str(path), *more], env={"COLUMNS": "300"})


def test_the_command_says_that_both_accept_a_good_file(tmp_path):
    answer = run(tmp_path, document("850"), "--second-opinion")
    assert answer.exit_code == 0
    assert "second opinion on 850 0001 (pyx12, by our 850 004010): both accept it" in answer.output


def test_the_command_says_where_the_two_differ_and_why_and_keeps_its_exit_code(tmp_path):
    text = document("850").replace("North Plant", "North Plant ")
    plain, asked = run(tmp_path, text), run(tmp_path, text, "--second-opinion")
    assert plain.exit_code == asked.exit_code == 0
    assert "this gateway accepts it, pyx12 refuses it" in asked.output
    assert "only pyx12: seg 5 N1/02  AK403:6 character-not-allowed" in asked.output
    assert "Why (trailing-blank): a value ends with a blank" in asked.output
    assert asked.output.startswith(plain.output)


def test_the_exit_code_of_a_file_with_faults_stays_too(tmp_path):
    answer = run(tmp_path, document("850").replace("BEG*00", "BEG*QQ"), "--second-opinion")
    assert answer.exit_code == 1 and "both refuse it" in answer.output


def test_programs_get_the_same(tmp_path):
    answer = run(tmp_path, document("850").replace("North Plant", "North Plant "), "--second-opinion", "--json")
    [said] = json.loads(answer.output)["second_opinion"]
    assert said["accepted"] is False and said["judged_by"] == "our 850 004010"
    [one] = said["disagreements"]
    assert (one["who"], one["class"], one["position"], one["element"]) == ("pyx12", "trailing-blank", 5, 2)
    assert "second_opinion" not in json.loads(run(tmp_path, document("850"), "--json").output)
