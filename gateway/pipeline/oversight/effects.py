"""Replay with a declared effect: what would happen to each document, what may not, and doing it.

Nothing leaves the house a second time unless the effect says so. A selection that an effect does not fit as a whole is refused in
words, so that nobody sends by accident what he did not mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.errors import LifecycleError
from gateway.pipeline.inbound.repeat import repeat
from gateway.pipeline.oversight.replay import replay
from gateway.pipeline.ports import Stamps, UnitOfWork
from gateway.pipeline.records import note_event
from gateway.pipeline.task import StepName, Task
from gateway.tracking.document import DOCUMENT_LIFE, Document, DocumentEvent, DocumentState
from gateway.tracking.transmission import TRANSMISSION_LIFE, Transmission, TransmissionEvent, TransmissionState

AT_MOST = 10_000


class Effect(StrEnum):
    """What a replay does outside of the house, and that is all it does there."""

    CONTINUE = "continue"
    RECOMPUTE = "recompute"
    ERP_SAME_KEY = "erp-same-key"
    ERP_NEW_KEY = "erp-new-key"
    PARTNER = "partner"
    ACKNOWLEDGMENTS = "acknowledgments"


WORDS: dict[Effect, str] = {
    Effect.CONTINUE: "what waits for a person goes on from where it stopped",
    Effect.RECOMPUTE: "judged and translated anew; nothing leaves the house",
    Effect.ERP_SAME_KEY: "handed to the ERP again under the same key, which an ERP that has it ignores",
    Effect.ERP_NEW_KEY: "handed to the ERP again under a new key: the ERP takes it for another one",
    Effect.PARTNER: "the same bytes go to the partner again, under the same numbers",
    Effect.ACKNOWLEDGMENTS: "our acknowledgments go to the partner again, byte for byte",
}
_ABROAD = (Effect.ERP_SAME_KEY, Effect.ERP_NEW_KEY, Effect.PARTNER)


@dataclass(frozen=True, slots=True)
class Batch:
    """One replay: its id stands on every event that follows from it."""

    id: str
    effect: Effect
    reason: str


@dataclass(slots=True)
class Plan:
    """What a replay would do: ``possible`` are the documents that it fits, ``refused`` says why not and how often."""

    effect: Effect
    possible: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    _usages: Counter[str] = field(default_factory=Counter)

    def note(self, document: Document | None, refusal: str) -> None:
        """Count one document."""
        if document is None or refusal:
            self.refused[refusal or "it is not known"] += 1
            return
        self.possible.append(document.id)
        self._usages["test" if document.test else "production"] += 1

    def conclude(self) -> None:
        """Say what is to be known before it is done."""
        count = len(self.possible)
        if self.effect == Effect.ERP_NEW_KEY and count:
            self.warnings.append(f"the ERP gets {count} documents as new ones: it books them twice unless it is told")
        if self.effect == Effect.PARTNER and count:
            self.warnings.append(f"{count} documents go out under numbers that the partner knows: it may refuse them")

    @property
    def unsafe(self) -> str:
        """Why it may not be done as a whole, in words; empty when it may."""
        if self.effect in _ABROAD and len(self._usages) > 1:
            shown = " and ".join(f"{count} {name}" for name, count in sorted(self._usages.items()))
            return f"it mixes {shown} documents. Choose one kind with a narrower filter."
        if self.refused:
            shown = "; ".join(f"{count} of them: {why}" for why, count in self.refused.most_common(5))
            return f"{self.effect} does not fit {self.refused.total()} documents ({shown}). Narrow the filter, or add --skip."
        return ""


def preview(uow: UnitOfWork, effect: Effect, subjects: Iterable[str]) -> Plan:
    """Say what a replay of some documents would do; nothing is changed."""
    plan = Plan(effect)
    for subject in subjects:
        document = uow.find(Document, subject)
        plan.note(document, refusal(uow, document, effect) if document is not None else "")
    plan.conclude()
    return plan


def refusal(uow: UnitOfWork, document: Document, effect: Effect) -> str:
    """Return why an effect does not fit a document, or nothing."""
    return _REFUSALS[effect](document) or _purged(uow, document, effect)


def _not_parked(document: Document) -> str:
    if document.state in (DocumentState.PARKED, DocumentState.REJECTED, DocumentState.SET_ASIDE):
        return ""
    if document.state == DocumentState.DELIVERED:
        return "the ERP has it; declare erp-same-key or erp-new-key to hand it over again"
    if document.state == DocumentState.SENT:
        return "the partner has it; declare partner to send it again"
    return f"it is {document.state}, so nobody has to help it on"


def _not_recomputable(document: Document) -> str:
    if document.direction != "inbound":
        return "it went out: what was sent is not written anew"
    if not document.delimiters:
        return "it came as canonical JSON, so there is nothing to translate"
    known = (DocumentState.DELIVERED, DocumentState.TRANSLATED, DocumentState.PARKED, DocumentState.SET_ASIDE)
    return "" if document.state in known else f"it is {document.state}: declare continue where it waits for a person"


def _not_delivered(document: Document) -> str:
    if document.direction != "inbound":
        return "it came from the ERP and is not handed back to it"
    if document.state == DocumentState.DELIVERED and document.canonical is not None:
        return ""
    return f"it is {document.state} and was never with the ERP; declare continue"


def _not_under_same_key(document: Document) -> str:
    changed = document.delivered is not None and document.delivered != document.canonical
    if not _not_delivered(document) and changed:
        return "it was recomputed, and the ERP has other content under its key; declare erp-new-key"
    return _not_delivered(document)


def _not_sent(document: Document) -> str:
    if document.direction != "outbound":
        return "it came from the partner and is not sent back to it"
    if document.sent_in is None:
        return f"it is {document.state} and was never written; declare continue"
    return ""


def _not_answered(document: Document) -> str:
    if document.direction != "inbound":
        return "it went out: the partner acknowledges it, not we"
    return "" if document.answers is not None else "no acknowledgment was written for it"


_REFUSALS = {
    Effect.CONTINUE: _not_parked,
    Effect.RECOMPUTE: _not_recomputable,
    Effect.ERP_SAME_KEY: _not_under_same_key,
    Effect.ERP_NEW_KEY: _not_delivered,
    Effect.PARTNER: _not_sent,
    Effect.ACKNOWLEDGMENTS: _not_answered,
}


def _purged(uow: UnitOfWork, document: Document, effect: Effect) -> str:
    """Say so where the bytes that are needed were purged."""
    names = {
        Effect.PARTNER: document.sent_in,
        Effect.ACKNOWLEDGMENTS: document.answers,
    }
    found = uow.find(Transmission, names.get(effect, document.transmission_id) or "")
    if found is None or found.purged_at is None:
        return ""
    return f"its bytes were purged on {found.purged_at:%Y-%m-%d}; only their proof is left"


# Doing it


def apply(uow: UnitOfWork, stamps: Stamps, batch: Batch, subject: str) -> list[Task]:
    """Replay one document; raise LifecycleError when the effect does not fit it any more."""
    document = uow.find(Document, subject)
    refused = refusal(uow, document, batch.effect) if document is not None else "it is not known"
    if document is None or refused:
        raise LifecycleError(f"Document {subject} can't be replayed with {batch.effect}: {refused}.")
    uow.change(Document, document.id, replay=batch.id)
    document.replay = batch.id
    if batch.effect == Effect.CONTINUE:
        return [replay(uow, stamps, subject, batch.reason, recompute=False)]
    note_event(uow, stamps, "replayed", document, effect=batch.effect, reason=batch.reason)
    tasks = _tasks(uow, stamps, batch, document)
    for task in tasks:
        uow.schedule(task)
    return tasks


def _tasks(uow: UnitOfWork, stamps: Stamps, batch: Batch, document: Document) -> list[Task]:
    now = stamps.clock()
    if batch.effect == Effect.RECOMPUTE:
        return [Task(StepName.RECOMPUTE, document.id, document.tracking_id, now)]
    if batch.effect == Effect.PARTNER:
        return _send(uow, stamps, document)
    if batch.effect == Effect.ACKNOWLEDGMENTS:
        answer = uow.find(Transmission, document.answers or "")
        return repeat(uow, stamps, [answer] if answer is not None else [], batch.id)
    key = f"{document.id}-{batch.id}" if batch.effect == Effect.ERP_NEW_KEY else document.delivery_key
    state = DOCUMENT_LIFE.after(DocumentState(document.state), DocumentEvent.DELIVER_AGAIN)
    uow.change(Document, document.id, state=state, delivery_key=key, updated_at=now)
    return [Task(StepName.DELIVER, document.id, document.tracking_id, now)]


def _send(uow: UnitOfWork, stamps: Stamps, document: Document) -> list[Task]:
    transmission = uow.find(Transmission, document.sent_in or "")
    if transmission is None or transmission.state == TransmissionState.WAITING:
        return []  # It is on its way, or another document of the batch has sent it.
    state = TRANSMISSION_LIFE.after(TransmissionState(transmission.state), TransmissionEvent.REPLAYED)
    uow.change(Transmission, transmission.id, state=state, detail=None)
    uow.close_cases(transmission.id, "sent again", stamps.clock())
    uow.close_cases(document.id, "sent again", stamps.clock())
    return [Task(StepName.TRANSMIT, transmission.id, transmission.tracking_id, stamps.clock())]
