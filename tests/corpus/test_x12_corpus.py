"""X12 of strangers: 250 files that other people wrote, good and broken, held against what others say of them.

``PROVENANCE.tsv`` of the corpus says of each file what it is and which counts and numbers of its envelope are wrong; that was
found by a program that is not ours.
"""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import X12Error
from gateway.x12.acknowledgment import GROUP_ID, answers_needed, read_functional_acknowledgment
from gateway.x12.delimiters import Delimiters
from gateway.x12.envelope import JudgedInterchange, examine
from gateway.x12.fast import FastSet
from gateway.x12.model import Part, TransactionSet
from gateway.x12.reader import read
from gateway.x12.report import report
from gateway.x12.validator import look_closely, validate
from tests.conftest import corpus_folder
from tests.x12.answers import ECHOED, answer, codes
from tests.x12.corpus_reasons import NOT_CLEAN
from tests.x12.mutations import damaged

if corpus_folder() is None:
    pytest.skip("no corpus here: set GATEWAY_CORPUS to a folder with x12/ in it", allow_module_level=True)

CORE = {"810", "850", "855", "856", "997"}

# How the other program says what is wrong with an envelope, and the code under which we say so.
ENVELOPE = {
    "SE01=": "AK502:4",
    "SE02!=": "AK502:3",
    "GE01=": "AK905:5",
    "GE02!=": "AK905:4",
    "IEA01=": "TA105:021",
    "IEA02!=": "TA105:001",
    "IEA02~": "TA105:001",
    "no-SE": "AK502:2",
    "ST-no-SE": "AK502:2",
    "no-GE": "AK905:3",
    "GS-no-GE": "AK905:3",
    "no-IEA": "TA105:023",
}

# Where we see something else than the other program, and why we are content with that.
SEEN_OTHERWISE = {
    "gozer__x12.no.line.break.no.delim.txt": "no terminator at all, so G is taken for one: what is missing is a guess",
    "irobayna-stupidedi__004010-PR855-fail-2.edi": "a line break within ISA10: it took the rest of the line for ISA11",
    "EDI.Net__x12.850.issue135.edi": "ISA16 is missing and the tilde ends the segments; it took the line break for that",
    "OBOE__justTA1TestCase.edi": "nothing but a TA1: we let IEA01 count it or not, as half of the senders do",
}


class Sample(NamedTuple):
    """One file and what is known of it."""

    name: str
    data: bytes
    kind: str
    label: str
    note: str


@pytest.fixture(scope="module")
def samples(corpus: Path) -> list[Sample]:
    with (corpus / "PROVENANCE.tsv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = [
        Sample(row["file"], (corpus / row["file"]).read_bytes(), row["kind"], row["label"], row["note"] or "")
        for row in rows
        if "x12" in Path(row["file"]).parts
    ]
    assert len(found) > 200
    return found


def _parts(data: bytes, size: int) -> tuple[list[Part], str]:
    """Read in chunks; return what came before an error, and the error."""
    found: list[Part] = []
    try:
        for part in read(data[at : at + size] for at in range(0, len(data), size)):
            found.append(part)
    except X12Error as error:
        return found, error.detail
    return found, ""


def _sets(sample: Sample) -> Iterator[TransactionSet]:
    return (part for part in _parts(sample.data, 1 << 16)[0] if isinstance(part, TransactionSet))


def _codes(sample: Sample) -> set[str]:
    return {text.rpartition(" ")[2] for text in codes(report(sample.name, sample.data, validate))}


def test_every_file_is_read_to_its_last_byte_or_refused_in_words(samples):
    wrong = {}
    for sample in samples:
        parts, problem = _parts(sample.data, 1 << 16)
        ends = [part.offset + part.length for part in parts]
        begins = [part.offset for part in parts]
        if begins[1:] != ends[:-1] or (not problem and ends[-1] != len(sample.data)):
            wrong[sample.name] = "bytes are lost"
        elif problem and not problem.endswith("."):
            wrong[sample.name] = problem
    assert wrong == {}


def test_only_files_that_their_publisher_calls_broken_cannot_be_read(samples):
    refused = {sample.name: sample.label for sample in samples if _parts(sample.data, 1 << 16)[1]}
    assert {name for name, label in refused.items() if label == "valid"} == set()


def test_chunks_of_an_odd_size_change_nothing(samples):
    wrong = [sample.name for sample in samples if _parts(sample.data, 61) != _parts(sample.data, 1 << 16)]
    assert wrong == []


def test_good_files_are_clean_or_the_reason_is_known(samples):
    good = [sample for sample in samples if sample.label == "valid" and CORE & set(sample.kind.split("+"))]
    found = {sample.name: sorted(_codes(sample)) for sample in good}
    told = {Path(name).name: wrong for name, wrong in found.items() if wrong}
    assert told == {name: sorted(wrong) for name, (wrong, _reason) in NOT_CLEAN.items()}
    assert len(good) - len(told) > 25


def test_nothing_that_its_publisher_calls_broken_is_clean(samples):
    declared = [sample for sample in samples if sample.label == "broken (declared)"]
    assert [sample.name for sample in declared if report(sample.name, sample.data, validate).clean] == []
    assert len(declared) > 50


def test_a_wrong_envelope_is_seen_by_us_as_by_others(samples):
    wrong = {}
    assert SEEN_OTHERWISE.keys() <= {Path(sample.name).name for sample in samples}
    for sample in samples:
        if _parts(sample.data, 1 << 16)[1] or Path(sample.name).name in SEEN_OTHERWISE:
            continue
        told = sample.note.partition("envelope: ")[2].partition(" | ")[0]
        expected = {code for sign, code in ENVELOPE.items() if any(word.startswith(sign) for word in told.split("; "))}
        found = _codes(sample) & set(ENVELOPE.values())
        if found != expected:
            wrong[sample.name] = (sorted(expected), sorted(found))
    assert wrong == {}


def test_the_fast_path_says_the_same_and_sees_most_good_sets(samples):
    good = seen = 0
    paths: dict[tuple[object, Delimiters], FastSet] = {}
    for sample in samples:
        for transaction in _sets(sample):
            slow, marks = look_closely(transaction), transaction.interchange.delimiters
            assert validate(transaction).faults == slow.faults, sample.name
            if slow.definition is None or any(len(mark) > 1 for mark in marks.all()):
                continue
            path = paths.setdefault((slow.definition, marks), FastSet(slow.definition, marks))
            uses = path.uses_of(transaction)
            good += not slow.faults
            if uses is not None:
                seen += 1
                assert (slow.faults, slow.uses) == ([], uses), sample.name
    assert good > 100
    assert seen > 0.8 * good


@pytest.fixture(scope="module")
def good_sets(samples: list[Sample]) -> list[tuple[TransactionSet, FastSet]]:
    """Good sets of a handy size, each with the fast path for its kind and delimiters."""
    found = []
    for sample in samples:
        for transaction in _sets(sample):
            definition, marks = look_closely(transaction).definition, transaction.interchange.delimiters
            if definition is not None and all(len(mark) == 1 for mark in marks.all()) and len(transaction.pieces) < 100:
                path = FastSet(definition, marks)
                if path.uses_of(transaction) is not None:
                    found.append((transaction, path))
    return found


@given(data=st.data())
def test_the_fast_path_says_the_same_of_damaged_documents_of_strangers(good_sets, data):
    transaction, path = data.draw(st.sampled_from(good_sets))
    marks = transaction.interchange.delimiters
    segments = data.draw(damaged(transaction.segments))
    changed = replace(transaction, pieces=[marks.element.join(segment) for segment in segments], _segments=None)
    uses = path.uses_of(changed)
    if uses is not None:
        slow = look_closely(changed)
        assert (slow.faults, slow.uses) == ([], uses)


@pytest.mark.parametrize("set_id", ["997", "999"])
def test_whatever_we_answer_is_right_and_says_what_we_found(samples, set_id):
    wrong, answered = {}, 0
    for sample in samples:
        for judged in examine(_parts(sample.data, 1 << 16)[0], validate):
            if isinstance(judged, JudgedInterchange):
                answered += 1
                data = answer(judged, set_id)
                faults = [code for code in codes(report(sample.name, data, validate)) if not ECHOED.search(code)]
                if faults or _verdicts(data) != _found(judged):
                    wrong[sample.name] = (faults, _verdicts(data), _found(judged))
    assert wrong == {}
    assert answered > 200


def _verdicts(data: bytes) -> list[tuple[str, list[bool]]]:
    """What an answer says of each group and of its sets."""
    sets = [part for part in read(data) if isinstance(part, TransactionSet)]
    assert all(part.group is not None and part.group.functional_id == GROUP_ID for part in sets)
    responses = [read_functional_acknowledgment(part.segments) for part in sets]
    return sorted((each.verdict, [told.accepted for told in each.sets]) for each in responses)


def _found(judged: JudgedInterchange) -> list[tuple[str, list[bool]]]:
    return sorted(
        (group.verdict, [judgment.accepted and not group.rejected for judgment in group.judgments])
        for group in answers_needed(judged.groups)
    )
