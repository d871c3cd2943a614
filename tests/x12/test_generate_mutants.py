"""Of a document in which one rule is broken the validator says exactly that, at that place, and nothing else.

A few hundred mutants here; 20,000 with GATEWAY_PROOF=1.
"""

import os
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.x12.faults import FaultCode, Level
from gateway.x12.generate import Mode, Plan, generate
from gateway.x12.generate.mutants import BY_GUIDE, RULES, Expected, Mutant, mutate
from gateway.x12.model import TransactionSet
from gateway.x12.reader import read
from gateway.x12.report import report
from gateway.x12.standards import available, library, set_definition
from gateway.x12.validator import look_closely, validate
from tests.x12.samples import BODIES, document
from tests.x12.test_guide_rules import guide_of

SETS = [(set_id, version) for version in library.VERSIONS for set_id in available(version)]
MODES = [Mode.SOME] * 6 + [Mode.MINIMAL, Mode.FULL]
EACH = 340 if os.environ.get("GATEWAY_PROOF") else 8  # Mutants a rule.
TRIES = 60  # Documents that may have no place for a rule before one has.


def _having(name: str) -> list[tuple[str, str]]:
    return [which for which in SETS if name in set_definition(*which).definition.segment_ids]


# Rules that only some sets have a place for.
WHERE = {
    "binary-length-wrong": _having("BIN"),
    "level-number-wrong": _having("HL"),
    "parent-unknown": _having("HL"),
    "children-flag-wrong": _having("HL"),
    "level-code-unknown": _having("HL"),
    "repetition-separator-equal": [which for which in SETS if which[1] == "005010"],
    "line-count-wrong": _having("CTT"),
    "hash-total-wrong": [which for which in _having("CTT") if which[0] in ("810", "850", "855", "860", "865")],
}


def document_of(chance: Random, where: list[tuple[str, str]]) -> bytes:
    """A conforming document of one of some sets, with one or two of them in it."""
    plan = Plan(*chance.choice(where), chance.choice(MODES), sets=chance.randint(1, 2), newline=chance.random() < 0.3)
    return b"".join(generate(plan, chance))


def said(data: bytes) -> Counter:
    """What the validator says of a file, in the terms of what is expected."""
    found = report("mutant", data, validate)
    assert not found.problem
    faults = [*found.faults, *(fault for each in found.interchanges for fault in each.faults)]
    for each in found.interchanges:
        for judgment in each.documents:
            assert not judgment.more_faults
            faults += judgment.faults
    return Counter(
        Expected(fault.code, fault.segment, fault.position, fault.element, fault.component, fault.repetition)
        for fault in faults
    )


def check(mutant: Mutant, seed: int) -> None:
    """Hold what is said against what is expected."""
    found = said(mutant.data)
    told = f"{mutant.rule}, seed {seed}: {', '.join(map(str, found))} for {', '.join(map(str, mutant.faults))}"
    assert found == Counter(mutant.faults), f"{told}\n{mutant.data.decode('latin-1')}"


@pytest.mark.parametrize("rule", RULES)
def test_a_broken_rule_is_said_once_and_where_it_is(rule):
    where = WHERE.get(rule, SETS)
    made = tries = seed = 0
    while made < EACH:
        seed += 1
        chance = Random(f"{rule} {seed}")
        mutant = mutate(document_of(chance, where), chance, rule)
        tries += 1
        if mutant is None:
            assert tries < TRIES * EACH, f"no document has a place for {rule}"
            continue
        assert mutant.rule == rule
        check(mutant, seed)
        made += 1


@given(st.integers(0, 1 << 64))
def test_whatever_is_broken_nothing_else_is_said(seed):
    chance = Random(seed)
    mutant = mutate(document_of(chance, SETS), chance)
    assert mutant is not None
    check(mutant, seed)


@pytest.mark.parametrize("set_id", BODIES)
def test_documents_written_by_hand_can_be_broken_too(set_id):
    version = "005010" if set_id == "999" else "004010"
    rules = set()
    for seed in range(40):
        mutant = mutate(document(set_id, version=version).encode(), Random(seed))
        check(mutant, seed)
        rules.add(mutant.rule)
    assert len(rules) > 15


def test_the_rules_reach_every_code_of_the_standard():
    """Codes of guides and of what a mutant of ours cannot bring about aside."""
    chance, codes = Random(1), set()
    for rule in RULES:
        for _ in range(TRIES):
            mutant = mutate(document_of(chance, WHERE.get(rule, SETS)), chance, rule)
            if mutant is not None:
                codes |= {fault.code for fault in mutant.faults}
                break
    wire = {(code.level, code.wire) for code in codes}
    segments = {code for level, code in wire if level is Level.SEGMENT}
    elements = {code for level, code in wire if level is Level.ELEMENT}
    sets = {code for level, code in wire if level is Level.SET}
    groups = {code for level, code in wire if level is Level.GROUP}
    assert segments == {"1", "2", "3", "4", "5", "6", "7"}
    assert elements == {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "12", "13"}
    assert sets == {"1", "2", "3", "4", "6", "7", "18", "23"}
    assert groups == {"1", "3", "4", "5", "6", "19"}


@pytest.mark.parametrize("rule", BY_GUIDE)
def test_a_total_is_wrong_under_a_guide_and_only_there(rule):
    made = 0
    for seed in range(EACH * 10):
        chance = Random(f"{rule} {seed}")
        mutant = mutate(document_of(chance, WHERE[rule]), chance, rule)
        if mutant is None:
            continue
        assert said(mutant.data) == Counter()
        sets = [part for part in read(mutant.data) if isinstance(part, TransactionSet)]
        told = Counter()
        for transaction in sets:
            judged = look_closely(transaction)
            guide = guide_of(mutant.guide, set_id=judged.set_id, version=judged.definition.version)
            told += Counter(
                Expected(fault.code, fault.segment, fault.position, fault.element)
                for fault in guide.apply(judged, transaction.segments).faults
            )
        assert told == Counter(mutant.faults), (seed, mutant.guide)
        made += 1
    assert made >= EACH


def test_what_only_a_guide_forbids_is_broken_when_it_is_asked_for():
    chance = Random(3)
    assert not {mutate(document("850").encode(), chance).rule for _ in range(300)} & BY_GUIDE.keys()
    assert mutate(document("850").encode(), chance, "hash-total-wrong").guide == "CTT02: {total: hash(PO1/02)}"


def test_a_seed_says_all():
    data = document("850").encode()
    assert mutate(data, Random(5)) == mutate(data, Random(5))
    assert len({mutate(data, Random(seed)) for seed in range(10)}) > 5


def test_only_one_set_of_several_is_broken():
    data = b"".join(generate(Plan("850", sets=5), Random(2)))
    mutant = mutate(data, Random(2), "code-unknown")
    [each] = report("x", mutant.data, validate).interchanges
    assert [judgment.accepted for judgment in each.documents].count(False) == 1


def test_a_rule_that_can_not_be_broken_gives_nothing():
    assert mutate(document("997").encode(), Random(1), "date-wrong") is None


def test_a_document_with_faults_of_its_own_is_refused():
    with pytest.raises(ValueError, match="only a document without faults"):
        mutate(document("850").replace("BEG*00", "BEG*QQ").encode(), Random(1))


def test_what_is_expected_reads_as_a_place():
    assert str(Expected(FaultCode.CODE_UNKNOWN, "BEG", 2, 1)) == "AK403:7 code-not-valid seg 2 BEG/01"
    assert (
        str(Expected(FaultCode.ELEMENT_MISSING, "AK4", 6, 1, 1)) == "AK403:1 mandatory-element-missing seg 6 AK4/01-1"
    )
    assert str(Expected(FaultCode.JUNK)) == "junk-between-interchanges"
