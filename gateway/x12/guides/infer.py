"""Drafts a guide from documents: each line with its evidence, so that a person can say which lines are rules.

The draft asks for what every document did. It never refuses one of its samples: those that break the standard in a way that
no guide may allow are left out, and named. Opens no file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from gateway.located import read
from gateway.x12.faults import Fault, FaultCode, Level
from gateway.x12.guide import Guide, load_guide
from gateway.x12.guides.drafting import draft_text
from gateway.x12.guides.evidence import Evidence
from gateway.x12.model import TransactionSet
from gateway.x12.standards import set_definition
from gateway.x12.validator import Judgment, look_closely

_WIDENED = frozenset(
    {
        FaultCode.CODE_UNKNOWN,
        FaultCode.TOO_LONG,
        FaultCode.TOO_SHORT,
        FaultCode.SEGMENT_OVER_MAXIMUM,
        FaultCode.LOOP_OVER_MAXIMUM,
    }
)
# What an agreement may tolerate, and what says nothing about the content.
_FORM = frozenset({FaultCode.TRAILING_SEPARATOR, FaultCode.SEGMENT_BLANK})


class Sample(NamedTuple):
    """One document and the name of the file it came in."""

    file: str
    transaction: TransactionSet


class LeftOut(NamedTuple):
    """A document that says nothing about the guide, and why."""

    file: str
    control_number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted guide: its YAML, the guide that it is, and which documents it rests on; None of both without documents."""

    text: str
    guide: Guide | None
    kept: tuple[Sample, ...]
    left_out: tuple[LeftOut, ...]


def infer(samples: Iterable[Sample], set_id: str, name: str) -> Draft:
    """Draft a guide of that name for the documents of one set."""
    left_out: list[LeftOut] = []
    judged: list[tuple[Sample, Judgment]] = []
    for sample in samples:
        if sample.transaction.id != set_id:
            continue
        judgment = look_closely(sample.transaction)
        reason = _refused(judgment.faults)
        if reason or judgment.tree is None:
            left_out.append(_left_out(sample, reason or "the set is not defined"))
        else:
            judged.append((sample, judgment))
    version = _version(judged)
    for sample, judgment in judged:
        if _definition(set_id, judgment.version) != _definition(set_id, version):
            left_out.append(_left_out(sample, f"it is of version {judgment.version}; draft a guide for those apart"))
    judged = [each for each in judged if _definition(set_id, each[1].version) == _definition(set_id, version)]
    while judged:
        text = _drafted(judged, set_id, version, name, left_out)
        guide = load_guide(read(text, "draft"))
        refused = [(sample, fault) for sample, judgment in judged if (fault := _refusal(guide, judgment)) is not None]
        if not refused:
            return Draft(text, guide, tuple(sample for sample, _judgment in judged), tuple(left_out))
        left_out += [_left_out(sample, _words(fault)) for sample, fault in refused]
        gone = {id(sample.transaction) for sample, _fault in refused}
        judged = [each for each in judged if id(each[0].transaction) not in gone]
    return Draft("", None, (), tuple(left_out))


def _left_out(sample: Sample, reason: str) -> LeftOut:
    return LeftOut(sample.file, sample.transaction.control_number, reason)


def _words(fault: Fault) -> str:
    return f"{fault.where}: {fault.message}"


def _refused(faults: Iterable[Fault]) -> str:
    """Return the first fault that no guide may allow; one of the envelope says nothing about what is in it."""
    return next((_words(fault) for fault in faults if about_content(fault) and fault.code not in _WIDENED), "")


def about_content(fault: Fault) -> bool:
    """Tell whether a fault is about what a document says, not about its envelope or its separators."""
    return fault.code.level in (Level.SEGMENT, Level.ELEMENT) and fault.code not in _FORM


def _refusal(guide: Guide, judgment: Judgment) -> Fault | None:
    assert judgment.transaction is not None
    found = guide.apply(judgment, judgment.transaction.segments)
    return next(filter(about_content, found.faults), None)


def _version(judged: list[tuple[Sample, Judgment]]) -> str:
    """Return the version of most documents."""
    counted = Counter(judgment.version for _sample, judgment in judged)
    return max(sorted(counted), key=counted.__getitem__) if counted else ""


def _definition(set_id: str, version: str) -> object:
    choice = set_definition(set_id, version)
    return choice.definition if choice else None


def _drafted(
    judged: list[tuple[Sample, Judgment]], set_id: str, version: str, name: str, left_out: list[LeftOut]
) -> str:
    choice = set_definition(set_id, version)
    assert choice is not None
    evidence = Evidence(choice.definition)
    for _sample, judgment in judged:
        assert judgment.tree is not None and judgment.transaction is not None
        evidence.add(judgment.tree, judgment.transaction.marks)
    files = len({sample.file for sample, _judgment in judged})
    return draft_text(evidence, [judgment for _sample, judgment in judged], name, version, files, len(left_out))
