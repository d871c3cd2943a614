"""What a partner's guide adds to the standard: it narrows and it widens, and every fault names its line."""

import pytest

from gateway.errors import ConfigurationError
from gateway.located import read
from gateway.x12.faults import FaultCode
from gateway.x12.guide import Guide, load_guide, rules_of
from gateway.x12.validator import MAX_FAULTS, Judgment
from tests.x12.samples import judged, places, replaced


def _guide(*rules: str, set_id: str = "850") -> Guide:
    head = f"guide: acme/{set_id}\nset: '{set_id}'\nversion: '004010'\nrules:\n"
    return load_guide(read(head + "".join(f"  {rule}\n" for rule in rules), "acme.guide.yaml"))


def _applied(guide: Guide, body: str | None = None) -> Judgment:
    found = judged(guide.set_id, body)
    return guide.apply(found, found.transaction.segments)


def _faults(*rules: str, body: str | None = None, set_id: str = "850") -> list[tuple[int, str, int, str]]:
    return places(_applied(_guide(*rules, set_id=set_id), body).faults)


@pytest.mark.parametrize(
    "rule",
    [
        "BEG01: {codes: ['00']}",
        "CUR: {require: true}",
        "N1[01=ST]: {require: true, max_use: 1}",
        "N1[01=BY]/N4: {require: true}",  # There is no such party, so nothing of it is missing.
        "PO1/PID: {max_use: 5}",
        "PO1/06: {codes: [BP, VP]}",
        "PO1/07: {length: 4..10}",
        "REF: {forbid: false}",
        "TXI: {forbid: true}",
        "BEG03: {length: 5, require: true}",
    ],
)
def test_a_document_that_keeps_to_a_rule_is_left_alone(rule):
    assert _faults(rule) == []


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("BEG02: {codes: [NE]}", (2, "BEG", 2, "AK403:7")),
        ("BEG03: {length: 8}", (2, "BEG", 3, "AK403:4")),
        ("BEG03: {length: 1..3}", (2, "BEG", 3, "AK403:5")),
        ("BEG04: {require: true}", (2, "BEG", 4, "AK403:1")),
        ("BEG03: {forbid: true}", (2, "BEG", 3, "AK403:7")),
        ("CUR: {forbid: true}", (3, "CUR", 0, "AK304:2")),
        ("DTM: {require: true}", (1, "DTM", 0, "AK304:3")),
        ("N1[01=BY]: {require: true}", (1, "N1", 0, "AK304:3")),
        ("N1[01=ST]: {forbid: true}", (5, "N1", 0, "AK304:2")),
        ("N1/PER: {require: true}", (5, "PER", 0, "AK304:3")),
        ("PO1[01=1]/PID: {forbid: true}", (9, "PID", 0, "AK304:2")),
        ("PO1: {max_use: 1}", (10, "PO1", 0, "AK304:4")),
        ("PO1/08: {codes: [BP]}", (8, "PO1", 8, "AK403:7")),
        ("PO1/04: {length: 1}", (8, "PO1", 4, "AK403:5")),
    ],
)
def test_a_broken_rule_is_one_fault(rule, fault):
    assert _faults(rule) == [fault]


def test_a_fault_of_a_guide_names_its_rule_and_line():
    [fault] = _applied(_guide("BEG02: {codes: [NE, RL], note: 'we order standalone only'}")).faults
    assert fault.rule == "guide acme/850 line 5"
    assert (
        fault.message
        == "'SA' in BEG02 (kind of order) is not a code that the guide allows here; we order standalone only"
    )
    assert fault.fix == "send one of NE, RL"
    assert fault.code is FaultCode.CODE_NOT_IN_GUIDE
    assert (fault.element_number, fault.value) == ("92", "SA")


def test_a_guide_may_widen_a_code_list():
    body = replaced("850", "REF*DP", "REF*QQQ")
    assert _faults("BEG01: {codes: ['00']}", body=body) == [(4, "REF", 1, "AK403:7")]
    assert _faults("REF01: {codes: [QQQ, DP]}", body=body) == []


def test_a_guide_may_widen_a_length():
    body = replaced("850", "PO-77", "P" * 30)
    assert _faults("BEG03: {length: 1..40}", body=body) == []
    assert _faults("BEG03: {length: 1..25}", body=body) == [(2, "BEG", 3, "AK403:5")]


def test_a_guide_may_widen_a_maximum():
    body = replaced("850", "CUR*BY*USD", "CUR*BY*USD\nCUR*BY*USD")
    assert _faults("TXI: {forbid: true}", body=body) == [(4, "CUR", 0, "AK304:5")]
    assert _faults("CUR: {max_use: 2}", body=body) == []


def test_one_cause_is_one_fault_of_the_standard_and_the_guide():
    assert _faults("BEG03: {require: true}", body=replaced("850", "*PO-77*", "**")) == [(2, "BEG", 3, "AK403:1")]
    assert _faults("BEG: {require: true}", body=replaced("850", "BEG*00*SA*PO-77**20261120", "")) == [
        (2, "BEG", 0, "AK304:3")
    ]
    assert _faults("BEG01: {codes: ['00']}", body=replaced("850", "BEG*00", "BEG*QQ")) == [(2, "BEG", 1, "AK403:7")]


def test_a_rule_about_a_level_is_heard_at_that_level():
    assert _faults("HL[03=P]/MAN: {require: true}", set_id="856") == []
    assert _faults("HL[03=I]/MAN: {require: true}", set_id="856") == [(10, "MAN", 0, "AK304:3")]
    assert _faults("HL[03=O]/HL[03=I]: {require: true}", set_id="856") == [(6, "HL", 0, "AK304:3")]


def test_a_rule_about_a_component_is_heard_at_that_component():
    body = replaced("850", "REF*DP*038", "REF*DP*038**IA>77")
    assert _faults("REF04-2: {length: 4}", body=body) == [(4, "REF", 4, "AK403:4")]
    assert _faults("REF04-1: {codes: [IA]}", body=body) == []


def test_faults_that_were_not_kept_are_looked_for_again():
    body = replaced("850", "CTT*2", "REF*QQQ*1\n" * (MAX_FAULTS + 20) + "CTT*2")
    other = _applied(_guide("TXI: {forbid: true}"), body)
    assert (len(other.faults), other.more_faults, other.accepted) == (MAX_FAULTS, 20, False)
    widened = _applied(_guide("PO1/REF01: {codes: [QQQ]}"), body)
    assert (widened.faults, widened.more_faults, widened.accepted) == ([], 0, True)


def test_a_set_that_is_not_defined_is_left_as_it_is():
    found = judged("850")
    bare = found.verdict_only()
    assert _guide("BEG01: {codes: ['07']}").apply(bare, []) is bare


def test_a_rule_for_what_the_set_may_lack_is_dropped():
    assert _guide("G62?/01: {require: true}").rules == ()


def test_rules_come_in_the_order_of_the_file():
    guide = _guide("CUR: {require: true}", "BEG01: {codes: ['00']}")
    assert [path for path, _rule in rules_of(guide)] == ["CUR", "BEG01"]
    assert [rule.line for rule in guide.rules] == [5, 6]


def test_every_mistake_of_a_guide_is_told_at_once_with_its_line():
    with pytest.raises(ConfigurationError) as raised:
        _guide(
            "ZZZ01: {require: true}",
            "BEG03: {max_use: 2}",
            "CUR: {codes: [A]}",
            "PO1/06..08: {require: true}",
            "REF: {require: true, forbid: true}",
            "BEG05: {length: 9..2}",
        )
    found = [(problem.line, problem.reason) for problem in raised.value.problems]
    assert [line for line, _reason in found] == [5, 6, 7, 8, 9, 10]
    assert "max_use is for segments and loops" in found[1][1]
    assert "codes is for elements" in found[2][1]
    assert "a rule is about one element" in found[3][1]
    assert "required and forbidden" in found[4][1]
    assert "10 or 2..10" in found[5][1]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("guide: a\nset: '850'\nversion: '004010'\nrule: {}\n", "rule"),
        ("guide: a\nset: 85\nversion: '004010'\n", "set"),
        ("guide: a\nset: '853'\nversion: '004010'\n", "set"),
        ("guide: a\nset: '850'\n", "version"),
        ("guide: a\nset: '850'\nversion: '004010'\nrules:\n  BEG01: {length: long}\n", "rules"),
        ("guide: a\nset: '850'\nversion: '004010'\nrules:\n  CUR: {max_use: 0}\n", "rules"),
        ("", "guide"),
    ],
)
def test_a_guide_of_a_wrong_shape_is_refused_with_its_key(text, key):
    with pytest.raises(ConfigurationError) as raised:
        load_guide(read(text, "acme.guide.yaml"))
    assert any(key in problem.key for problem in raised.value.problems)
    assert all(problem.file == "acme.guide.yaml" for problem in raised.value.problems)
