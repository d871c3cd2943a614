"""Acknowledge: TA1 and 997 or 999 for what was read, as one interchange back to its sender.

A true copy of an interchange gets the acknowledgment that the first one got (`repeat`). Acknowledgments are never
acknowledged.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from gateway.pipeline.inbound.draft import Draft
from gateway.pipeline.inbound.interchange import Portion
from gateway.pipeline.inbound.repeat import repeat
from gateway.pipeline.outbound.numbers import next_numbers
from gateway.pipeline.outbound.transmit import answer_id, outbound_transmission, sending_of
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event
from gateway.pipeline.task import Task
from gateway.tracking.transmission import Transmission
from gateway.trading.agreement import Acknowledgment, Agreement
from gateway.trading.directory import Partner
from gateway.x12.acknowledgment import answers_needed, wants_interchange_acknowledgment
from gateway.x12.answer import answering_interchange
from gateway.x12.envelope import JudgedGroup
from gateway.x12.writer import Style, write


@dataclass(frozen=True, slots=True)
class Answer:
    """Which acknowledgment, by the id of its transmission, a group gets."""

    group_id: str
    group_number: str
    transmission_id: str


def acknowledge(
    uow: UnitOfWork, world: World, portion: Portion, partner: Partner, drafts: list[Draft]
) -> tuple[list[Answer], list[Task]]:
    """Answer a whole interchange; return which group it answers, and what follows.

    The answer is written at the end of the transaction, because it takes control numbers; its sending is appended then.
    """
    judged = portion.judged
    assert judged is not None
    agreement = partner.answering(draft.document.set_id for draft in drafts)
    policy = agreement.acknowledgment if agreement else Acknowledgment()
    tasks = _repeat_first_answers(uow, world, portion)
    groups = [group for group in answers_needed(judged.groups) if not portion.copies.fill(group)]
    if judged.rejected or policy.send == "none":
        groups = []
    ta1 = not portion.copies.are_all and wants_interchange_acknowledgment(judged, policy.ta1)
    if not groups and not ta1:
        return [], tasks
    compose = partial(_compose, uow, world, portion, partner, agreement, groups, ta1)
    uow.do_last(partner.id, compose, tasks)
    name = answer_id(portion.transmission, judged.start.offset)
    return [Answer(group.start.functional_id, group.start.control_number, name) for group in groups], tasks


def _repeat_first_answers(uow: UnitOfWork, world: World, portion: Portion) -> list[Task]:
    answers = [uow.find(Transmission, answer) for answer in portion.copies.answers]
    return repeat(uow, world, [answer for answer in answers if answer is not None], portion.transmission.id)


def _compose(
    uow: UnitOfWork,
    world: World,
    portion: Portion,
    partner: Partner,
    agreement: Agreement | None,
    groups: list[JudgedGroup],
    ta1: bool,
) -> list[Task]:
    """Write the answer and store it; return its sending."""
    assert portion.judged is not None
    now = world.clock()
    style = (agreement.acknowledgment if agreement else Acknowledgment()).style
    numbers = next_numbers(uow, partner.id, agreement.control_numbers if agreement else (1, 999_999_999))
    out = answering_interchange(
        portion.judged,
        groups,
        style,
        ta1=ta1,
        number=numbers.interchange,
        next_group_number=lambda: numbers.group(uow),
        written_at=now,
    )
    data = write(out, agreement.style if agreement else Style())
    name = answer_id(portion.transmission, portion.judged.start.offset)
    transmission = outbound_transmission(uow, world, name, partner, agreement, data, portion.transmission.tracking_id)
    transmission.name = style.set_id if groups else "TA1"
    transmission.control_number = f"{numbers.interchange:09d}"
    uow.add(transmission)
    verdicts = {group.start.control_number: group.verdict for group in groups}
    kept = {"bytes": transmission.digest}
    note_event(uow, world, "acknowledgment.composed", transmission, groups=verdicts, ta1=ta1, kept=kept)
    return sending_of(transmission, data, partner, now)
