"""Business numbers that must be unique beyond one document, as the engine finds them in one file."""

from datetime import timedelta

import pytest

from gateway.x12.faults import FaultCode
from gateway.x12.report import report
from gateway.x12.validator import validate
from tests.x12.samples import group, interchange, replaced, transaction
from tests.x12.test_guide_rules import guide_of, mistakes_of

NUMBERS = ("PO-000001", "PO-000002", "PO-000003")


def _orders(*numbers: str, control: int = 1, usage: str = "P") -> str:
    """One interchange of orders under these numbers."""
    sets = [
        transaction("850", replaced("850", "*PO-77*", f"*{number}*"), f"{count:04d}")
        for count, number in enumerate(numbers, 1)
    ]
    made = interchange(group("PO", *sets)).replace("000000001", f"{control:09d}")
    return made.replace("*0*P*", f"*0*{usage}*")


def _faults(text: str, *rules: str) -> list[list[tuple[str, str]]]:
    """Return, for each document, where its faults stand and what they say."""
    guide = guide_of(*rules)
    found = report(
        "f",
        text.encode(),
        lambda transaction: guide.apply(validate(transaction), transaction.segments),
        guides=lambda _name: guide,
        guide_of=lambda _transaction: guide,
    )
    assert found.readable
    return [
        [(fault.where, fault.message) for fault in judgment.faults]
        for each in found.interchanges
        for judgment in each.documents
    ]


@pytest.mark.parametrize("unique", ["file", "30d", "always"])
def test_the_second_document_of_a_file_with_a_number_is_told_where_the_first_one_is(unique):
    text = _orders(*NUMBERS[:2], control=1) + _orders(NUMBERS[2], NUMBERS[1], control=2)
    *others, [(where, message)] = _faults(text, f"BEG03: {{unique: {unique}}}")
    assert others == [[], [], []]
    assert where == "850 ST02=0002 seg 2 BEG[1]/03"
    assert message == (
        "'PO-000002' in BEG03 (purchase order number) came before with the same content in this file: ISA13 000000001,"
        " GS06 1, ST02 0002"
    )


def test_within_one_document_only_that_document_counts():
    assert _faults(_orders(NUMBERS[0], NUMBERS[0]), "BEG03: {unique: true}") == [[], []]


def test_a_rule_that_looks_beyond_the_document_looks_into_it_too():
    twice = replaced("850", "PO1*2*", "PO1*1*")
    text = interchange(group("PO", transaction("850", twice)))
    [[(where, message)]] = _faults(text, "PO101: {unique: 30d}")
    assert where.startswith("850 ST02=0001 seg ") and "stands in segment" in message


def test_a_test_document_and_a_real_one_may_have_one_number():
    text = _orders(NUMBERS[0], control=1, usage="T") + _orders(NUMBERS[0], control=2)
    assert _faults(text, "BEG03: {unique: file}") == [[], []]


def test_a_faulty_document_does_not_take_its_number_from_the_right_one():
    wrong = _orders(NUMBERS[0], control=1).replace("PO1*1*40*EA*", "PO1*1*40*QQ*")
    found = _faults(wrong + _orders(NUMBERS[0], control=2), "BEG03: {unique: file}")
    assert [len(faults) for faults in found] == [1, 0]


def test_a_condition_says_which_documents_count():
    rule = "BEG03: {unique: file, when: BEG01 = 00}"
    text = _orders(NUMBERS[0], NUMBERS[0]).replace("BEG*00*", "BEG*05*")
    assert _faults(text, rule) == [[], []]
    both = _orders(NUMBERS[0], control=1) + text.replace("000000001", "000000002")
    assert _faults(both, rule) == [[], [], []]


def test_a_set_number_that_comes_twice_is_one_fault_and_not_two():
    text = _orders(NUMBERS[0], NUMBERS[0]).replace("ST*850*0002", "ST*850*0001").replace("*0002~", "*0001~")
    guide = guide_of("BEG03: {unique: file}")
    found = report("f", text.encode(), validate, guide_of=lambda _transaction: guide)
    [_first, second] = found.interchanges[0].documents
    assert [fault.code for fault in second.faults] == [FaultCode.SET_REPEATED]
    assert not found.interchanges[0].judged.groups[0].judgments[1].accepted


def test_the_answer_to_the_group_says_it_too():
    guide = guide_of("BEG03: {unique: file}")
    found = report("f", _orders(NUMBERS[0], NUMBERS[0]).encode(), validate, guide_of=lambda _transaction: guide)
    [answered] = found.interchanges[0].judged.groups
    assert [judgment.accepted for judgment in answered.judgments] == [True, False]
    assert answered.verdict == "P"


def test_how_far_back_a_number_counts_is_read_from_the_rule():
    within = {
        name: guide_of(f"BEG03: {{unique: {name}}}").rules[0].text.unique_within for name in ("file", "90d", "always")
    }
    assert within == {"file": timedelta(), "90d": timedelta(days=90), "always": timedelta.max}


@pytest.mark.parametrize("wrong", ["0d", "90", "90 days", "-1d", "99999d", "sometimes"])
def test_what_is_no_window_is_refused_with_its_line(wrong):
    [(line, key, _reason), *_others] = mistakes_of(f"BEG03: {{unique: '{wrong}'}}")
    assert line == 5 and "unique" in key
