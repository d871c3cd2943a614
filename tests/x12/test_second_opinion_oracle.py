"""pyx12 as an oracle: where it judges otherwise than we do, the difference is of a class that a person has looked into.

Our samples and vectors, the files of strangers, conforming documents, mutants with one rule broken and blindly damaged ones:
200 mutants here, 20,000 with GATEWAY_PROOF=1. The classes are in ``oracles/disagreements.yaml``, each with its example.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from random import Random

import pytest

from gateway.x12.generate import Mode, Plan, generate
from gateway.x12.second_opinion import REASONS, UNEXPLAINED, Comparison, compare, opinion_on, second_opinion
from gateway.x12.second_opinion.words import words_for
from gateway.x12.standards import set_definition
from gateway.x12.validator import look_closely
from tests.conftest import ROOT
from tests.x12.oracles.documents import ALL, conforming, damaged, mutants, sets_in
from tests.x12.oracles.examples import example, reviewed
from tests.x12.samples import BODIES, document

PROOF = bool(os.environ.get("GATEWAY_PROOF"))
MUTANTS = 20_000 if PROOF else 200
DAMAGED = 10_000 if PROOF else 100
CONFORMING = 2_000 if PROOF else 60
REVIEWED = {row["class"] for row in reviewed()}

# Classes about how a fault is told, not about whether there is one: by themselves they never part the two verdicts.
WAYS_TO_TELL = {
    "cascade", "cut-short", "late", "length-of-a-moment", "lower-case", "more-than-kept", "not-judged-out-of-place",
    "other-reading", "several-things-of-one-value", "walked-on",
}  # fmt: skip


def compared(data: bytes) -> list[Comparison]:
    """What the two say of each set of a file."""
    return [compare(look_closely(each), opinion_on(each)) for each in sets_in(data)]


def check(found: Iterable[Comparison], label: str, data: bytes) -> Counter[str]:
    """Hold each disagreement against the reviewed list, and each verdict against the disagreements."""
    classes: Counter[str] = Counter()
    for each in found:
        assert not each.opinion.broke_off, f"{label}: {each.opinion.broke_off}"
        strange = [str(one) for one in each.disagreements if one.reason not in REVIEWED]
        assert not strange, f"{label}: {strange}\n{data.decode('latin-1')}"
        if each.opinion.given and not each.same_verdict:
            told = f"{label}: only one refuses the set, and nothing that differs is a reason for it"
            parting = {one.reason for one in each.disagreements} - WAYS_TO_TELL
            assert parting, f"{told}\n{data.decode('latin-1')}"
        classes.update(one.reason for one in each.disagreements)
    return classes


@pytest.mark.parametrize("row", reviewed(), ids=lambda row: row["class"])
def test_each_class_of_the_list_is_explained_and_its_example_shows_it(row):
    assert row["right"] in {"gateway", "pyx12", "both", "neither"} and len(row["why"]) > 60
    said = [str(one) for each in compared(example(row)) for one in each.disagreements]
    mark = f"[{row['class']}]"
    assert [one for one in said if one.startswith(row["says"]) and one.endswith(mark)], said
    assert not [one for one in said if one.endswith(f"[{UNEXPLAINED}]")], said


def test_the_list_and_the_program_know_the_same_classes():
    assert sorted(reason.name for reason in REASONS) == sorted(REVIEWED)
    assert not [name for name in REVIEWED if words_for(name) == words_for(UNEXPLAINED)]


@pytest.mark.parametrize("set_id", BODIES)
def test_pyx12_finds_nothing_wrong_with_our_samples(set_id):
    [opinion] = second_opinion(document(set_id).encode())
    assert opinion.accepted and opinion.judged_by == f"our {set_id} 004010"


FOLDER = ROOT / "tests" / "vectors" / "x12"
VECTORS = sorted(FOLDER.rglob("*.edi"))


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_pyx12_agrees_on_our_vectors_or_the_difference_is_known(path):
    data = path.read_bytes()
    check(compared(data), path.name, data)


def test_pyx12_agrees_on_the_files_of_strangers_or_the_difference_is_known(corpus: Path):
    judged = same = 0
    for path in sorted((corpus / "x12").rglob("*")) + sorted((corpus / "broken").rglob("*")):
        if path.is_file() and "edifact" not in path.parts:
            data = path.read_bytes()
            found = compared(data)
            check(found, path.name, data)
            judged += sum(each.opinion.given for each in found)
            same += sum(each.opinion.given and each.same_verdict for each in found)
    assert judged > 200
    assert same / judged > 0.8, f"the verdict is the same for {same} of {judged} sets"


def test_pyx12_accepts_what_conforms():
    classes: Counter[str] = Counter()
    for seed in range(CONFORMING):
        data = conforming(Random(f"oracle {seed}"))
        classes += check(compared(data), f"seed {seed}", data)
    # A conforming document has nothing wrong with it: these are about what pyx12 reads more narrowly.
    assert set(classes) <= {"next-place", "cascade", "binary-data", "nothing-but-separators"}, classes


def test_pyx12_accepts_the_fullest_document_of_each_set():
    classes: Counter[str] = Counter()
    for set_id, version in ALL:
        data = b"".join(generate(Plan(set_id, version, Mode.FULL), Random(1)))
        classes += check(compared(data), f"{set_id} {version}", data)
        uses = list(set_definition(set_id, version).definition.root.uses())
        assert len(sets_in(data)[0].segments) * 4 > len(uses), f"{set_id} {version} is not much of a test"
    assert set(classes) <= {"next-place", "cascade", "binary-data"}, classes


def test_one_broken_rule_is_seen_by_both_or_the_difference_is_known():
    judged = agreed = 0
    classes: Counter[str] = Counter()
    twice = []
    for label, data in mutants(MUTANTS):
        found = compared(data)
        here = check(found, label, data)
        classes += here
        # What only we say behind a fault of ours would be a second fault for one mistake; behind one that only pyx12 sees, it
        # is the mistake itself.
        if here["walked-on"] and max(len(each.judgment.faults) for each in found) > 1:
            twice.append(label)
        judged += len(found)
        agreed += sum(not each.disagreements for each in found)
    assert judged >= MUTANTS * 0.95
    assert agreed / judged > 0.7, classes
    assert not twice, twice


def test_blind_damage_is_seen_by_both_or_the_difference_is_known():
    judged = same = 0
    for label, data in damaged(DAMAGED):
        found = compared(data)
        check(found, label, data)
        judged += len(found)
        same += sum(each.same_verdict for each in found)
    assert judged > DAMAGED * 0.8
    assert same / judged > 0.9, f"the verdict is the same for {same} of {judged} sets"


def test_the_page_names_each_class_and_who_is_right():
    page = (ROOT / "docs" / "second-opinion.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \|.*\| ([^|]+) \|$", page, re.MULTILINE))
    right = {row["class"]: row["right"] for row in reviewed()}
    assert rows.keys() == right.keys()
    wrong = [name for name, said in rows.items() if said != right[name] and right[name] != "neither"]
    assert not wrong
