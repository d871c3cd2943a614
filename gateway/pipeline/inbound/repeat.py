"""Repeat: who sends the same again did perhaps not get our answer, so the first one goes out once more, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.pipeline.ports import Stamps, UnitOfWork
from gateway.pipeline.records import note_event
from gateway.pipeline.task import StepName, Task
from gateway.tracking.transmission import TRANSMISSION_LIFE, Transmission, TransmissionEvent, TransmissionState


def repeat(uow: UnitOfWork, stamps: Stamps, answers: Iterable[Transmission], because: str) -> list[Task]:
    """Put stored acknowledgments on their way again; ``because`` is the transmission that asks for it.

    What waits in the outbox, or is on its way, needs no second push; what was purged after its time can't have one.
    """
    tasks = []
    for answer in answers:
        if answer.purged_at is not None:
            continue
        note_event(uow, stamps, "acknowledgment.repeated", answer, because=because)
        if answer.state == TransmissionState.WAITING:
            continue
        state = TRANSMISSION_LIFE.after(TransmissionState(answer.state), TransmissionEvent.REPLAYED)
        uow.change(Transmission, answer.id, state=state, sent_at=None, detail=None)
        tasks.append(Task(StepName.TRANSMIT, answer.id, answer.tracking_id, stamps.clock()))
    return tasks
