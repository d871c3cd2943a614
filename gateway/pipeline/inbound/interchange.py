"""Cuts a transmission into portions that are stored in one commit each: at most so many documents of one interchange."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.pipeline.inbound.judge import Origin, agreement_of, judge_set, numbers_of, origin_of, partner_tolerances
from gateway.pipeline.ports import Configuration
from gateway.tracking.document import Document
from gateway.tracking.transmission import Transmission
from gateway.trading.agreement import Agreement
from gateway.x12.envelope import JudgedGroup, JudgedInterchange, JudgedSet, examine
from gateway.x12.explanation import explain_envelope, explain_junk
from gateway.x12.faults import Fault, FaultCode
from gateway.x12.guides.numbers import Numbers
from gateway.x12.model import InterchangeStart, TransactionSet
from gateway.x12.reader import read
from gateway.x12.report import noted
from gateway.x12.validator import MAX_FAULTS, Judgment


@dataclass(slots=True)
class ReadSet:
    """One set on its way to becoming a document. ``ordinal`` counts the sets of the transmission from 1."""

    ordinal: int
    transaction: TransactionSet
    judgment: Judgment
    agreement: Agreement | None
    numbers: Numbers | None = None  # Those that must be unique beyond the document.

    @property
    def digest(self) -> str:
        """SHA-256 of its elements: what tells a true copy from other content under the same numbers.

        Line breaks and the choice of delimiters are not content: a sender that wraps its lines anew sends the same document.
        """
        marks = self.transaction.interchange.delimiters
        body = "\x1e".join(piece.strip("\r\n") for piece in self.transaction.pieces)
        body = body.replace(marks.element, "\x1d").replace(marks.component, "\x1f")
        return hashlib.sha256(body.encode("latin-1", "replace")).hexdigest()


@dataclass(slots=True)
class Copies:
    """How many sets of an interchange came before, over all its portions; and the acknowledgments that those got."""

    sets: int = 0
    copies: int = 0
    of_group: Counter[tuple[str, str]] = field(default_factory=Counter)
    answers: dict[str, None] = field(default_factory=dict)

    def note(self, document: Document, first: Document | None) -> None:
        """Count a set; ``first`` is the document that it is a true copy of."""
        self.sets += 1
        if first is not None:
            self.copies += 1
            self.of_group[document.group_id, document.group_number] += 1
            if first.answers is not None:
                self.answers[first.answers] = None

    def fill(self, group: JudgedGroup) -> bool:
        """Whether a group holds nothing but copies."""
        copies = self.of_group[group.start.functional_id, group.start.control_number]
        return copies > 0 and copies == len(group.judgments)

    @property
    def are_all(self) -> bool:
        """Whether the interchange holds nothing but copies."""
        return 0 < self.sets == self.copies


@dataclass(slots=True)
class Envelopes:
    """What is wrong with the envelopes of a transmission and between them, explained, over all its portions.

    ``sent`` holds the segments of the envelope that is being read, by their offset.
    """

    told: list[dict[str, Any]] = field(default_factory=list)
    sent: dict[int, Sequence[str]] = field(default_factory=dict)
    junk: dict[int, str] = field(default_factory=dict)

    def tell(self, faults: Iterable[Fault], judged: JudgedInterchange) -> list[dict[str, Any]]:
        """Explain faults of an interchange or its groups, and keep them with the transmission."""
        explained = self.explained(faults, judged)
        self._keep(explained)
        return explained

    def explained(self, faults: Iterable[Fault], judged: JudgedInterchange) -> list[dict[str, Any]]:
        """Explain faults of an interchange or its groups, as the ledger keeps them."""
        return [told.as_dict() for told in explain_envelope(faults, judged, self.sent)]

    def tell_junk(self, fault: Fault) -> None:
        """Keep what stands outside of every interchange."""
        self._keep([explain_junk(fault, self.junk.pop(fault.offset, "")).as_dict()])

    def _keep(self, explained: list[dict[str, Any]]) -> None:
        self.told.extend(explained[: max(0, MAX_FAULTS - len(self.told))])


@dataclass(slots=True)
class Portion:
    """Some sets of one interchange, and in its last portion the interchange with its verdict.

    ``earlier`` are the ordinals of accepted sets of portions before: they become due with the last one.
    """

    transmission: Transmission
    start: InterchangeStart | None
    origin: Origin
    sets: list[ReadSet] = field(default_factory=list)
    judged: JudgedInterchange | None = None
    earlier: list[int] = field(default_factory=list)
    copies: Copies = field(default_factory=Copies)
    faults: list[Fault] = field(default_factory=list)
    envelopes: Envelopes = field(default_factory=Envelopes)


def document_id(transmission: Transmission, ordinal: int) -> str:
    """Return the id of the n-th document of a transmission."""
    return f"{transmission.id}-{ordinal}"


def portions(
    transmission: Transmission,
    chunks: Iterable[bytes],
    configuration: Configuration,
    at_once: int,
    envelopes: Envelopes,
) -> Iterator[Portion]:
    """Read and judge ``chunks``; raises X12Error where they can't be read further."""
    return _Cutter(transmission, configuration, at_once, envelopes).cut(chunks)


class _Cutter:
    def __init__(
        self, transmission: Transmission, configuration: Configuration, at_once: int, envelopes: Envelopes
    ) -> None:
        self.transmission = transmission
        self.configuration = configuration
        self.at_once = at_once
        self.ordinal = 0
        self.origin = Origin(None)
        self.envelopes = envelopes
        self.portion = self._portion(None)

    def cut(self, chunks: Iterable[bytes]) -> Iterator[Portion]:
        # The examiner asks for judgment and tolerances of what it reads; by then `origin` is that of its interchange.
        sent: dict[int, Sequence[str]] = {}
        parts = noted(read(chunks), sent, self.envelopes.junk)
        for item in examine(parts, self._judge, self._tolerances):
            match item:
                case InterchangeStart():
                    self.portion = self._portion(item, faults=self.portion.faults)
                case JudgedSet():
                    yield from self._set(item)
                case JudgedInterchange():
                    self.portion.judged = item
                    faults = [*item.faults, *(fault for group in item.groups for fault in group.faults)]
                    kept = {fault.offset: sent[fault.offset] for fault in faults if fault.offset in sent}
                    self.portion.envelopes = replace(self.envelopes, sent=kept)
                    sent.clear()
                    self.portion.envelopes.tell(faults, item)
                    yield self.portion
                    self.portion = self._portion(None)
                case Fault():
                    self.portion.faults.append(item)
                    self.envelopes.tell_junk(item)
        if self.portion.faults:
            yield self.portion

    def _portion(self, start: InterchangeStart | None, **more: Any) -> Portion:
        return Portion(self.transmission, start, self.origin, envelopes=self.envelopes, **more)

    def _tolerances(self, start: InterchangeStart) -> Collection[FaultCode]:
        self.origin = origin_of(start, self.transmission, self.configuration)
        return partner_tolerances(self.origin.partner)

    def _judge(self, transaction: TransactionSet) -> Judgment:
        return judge_set(transaction, agreement_of(self.origin.partner, transaction), self.configuration)

    def _set(self, item: JudgedSet) -> Iterator[Portion]:
        if len(self.portion.sets) >= self.at_once:
            full = self.portion
            accepted = [each.ordinal for each in full.sets if each.judgment.accepted]
            earlier = full.earlier + accepted
            self.portion = self._portion(full.start, earlier=earlier, copies=full.copies)
            yield full
        self.ordinal += 1
        agreement = agreement_of(self.origin.partner, item.transaction)
        numbers = numbers_of(item.judgment, agreement, self.configuration)
        self.portion.sets.append(ReadSet(self.ordinal, item.transaction, item.judgment, agreement, numbers))
