"""Acknowledge: TA1 and 997 or 999 for what was read, as one interchange back to its sender.

A true copy of an interchange gets the acknowledgment that the first one got. Acknowledgments are never acknowledged.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.pipeline.inbound.draft import Draft
from gateway.pipeline.inbound.interchange import Portion
from gateway.pipeline.outbound.numbers import next_numbers
from gateway.pipeline.outbound.transmit import outbound_transmission, sending_of
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event
from gateway.pipeline.task import StepName, Task
from gateway.tracking.transmission import Transmission
from gateway.trading.agreement import Acknowledgment, Agreement
from gateway.trading.directory import Partner
from gateway.x12.acknowledgment import (
    GROUP_ID,
    answers_needed,
    functional_acknowledgment,
    interchange_acknowledgment,
    wants_interchange_acknowledgment,
)
from gateway.x12.envelope import JudgedGroup
from gateway.x12.writer import OutgoingGroup, OutgoingInterchange, OutgoingSet, OutSegment, Style, write


@dataclass(frozen=True, slots=True)
class Answer:
    """Which acknowledgment, by the id of its transmission, a group gets."""

    group_id: str
    group_number: str
    transmission_id: str


def acknowledge(
    uow: UnitOfWork, world: World, portion: Portion, partner: Partner, drafts: list[Draft]
) -> tuple[list[Answer], list[Task]]:
    """Write the answer to a whole interchange and store it; return which group it answers, and its sending."""
    judged = portion.judged
    assert judged is not None
    agreement = _terms(drafts, partner)
    policy = agreement.acknowledgment if agreement else Acknowledgment()
    tasks = _send_first_answers_again(uow, world, portion, drafts)
    groups = [group for group in answers_needed(judged.groups) if not _only_copies(group, drafts)]
    if judged.rejected or policy.send == "none":
        groups = []
    only_copies = bool(drafts) and all(draft.is_copy for draft in drafts)
    ta1 = not only_copies and wants_interchange_acknowledgment(judged, policy.ta1)
    if not groups and not ta1:
        return [], tasks
    bodies = [(group, functional_acknowledgment(group, policy.style)) for group in groups]
    answers, sending = _store(uow, world, portion, partner, agreement, bodies, ta1)
    return answers, tasks + sending


def _terms(drafts: list[Draft], partner: Partner) -> Agreement | None:
    """Return the agreement whose terms hold for the answer: that of a set in it, else any inbound one."""
    for draft in drafts:
        if draft.read.agreement is not None:
            return draft.read.agreement
    return next((a for a in partner.agreements.values() if a.direction == "inbound"), None)


def _only_copies(group: JudgedGroup, drafts: list[Draft]) -> bool:
    members = [draft for draft in drafts if draft.read.transaction.group is group.start]
    return bool(members) and len(members) == len(group.judgments) and all(draft.is_copy for draft in members)


def _send_first_answers_again(uow: UnitOfWork, world: World, portion: Portion, drafts: list[Draft]) -> list[Task]:
    """Send the stored acknowledgment of the first copy once more, byte for byte."""
    firsts = [draft.first for draft in drafts if draft.is_copy]
    answers = dict.fromkeys(first.answers for first in firsts if first is not None and first.answers)
    tasks = []
    for answer in answers:
        transmission = uow.find(Transmission, answer)
        if transmission is not None:
            note_event(uow, world, "acknowledgment.repeated", transmission, because=portion.transmission.id)
            tasks.append(Task(StepName.TRANSMIT, transmission.id, transmission.tracking_id, world.clock()))
    return tasks


def _store(
    uow: UnitOfWork,
    world: World,
    portion: Portion,
    partner: Partner,
    agreement: Agreement | None,
    bodies: list[tuple[JudgedGroup, list[OutSegment]]],
    ta1: bool,
) -> tuple[list[Answer], list[Task]]:
    assert portion.judged is not None
    start, now = portion.judged.start, world.clock()
    kind = agreement.acknowledgment.style.set_id if agreement else "997"
    numbers = next_numbers(uow, partner.id, agreement.control_numbers if agreement else (1, 999_999_999))
    by_ids: dict[tuple[str, str, str], list[tuple[JudgedGroup, OutgoingSet]]] = {}
    for index, (group, body) in enumerate(bodies, start=1):
        ids = (group.start.element(3), group.start.element(2), group.start.version)
        by_ids.setdefault(ids, []).append((group, OutgoingSet(kind, f"{index:04d}", body)))
    out = OutgoingInterchange(
        sender=start.receiver,
        receiver=start.sender,
        version=start.version if start.version.isdigit() and len(start.version) == 5 else "00401",
        control_number=numbers.interchange,
        usage=start.usage if start.usage in ("P", "T", "I") else "P",
        written_at=now,
        groups=[
            OutgoingGroup(GROUP_ID, sender, receiver, numbers.group(uow), version, [made for _group, made in members])
            for (sender, receiver, version), members in by_ids.items()
        ],
        acknowledgments=[interchange_acknowledgment(portion.judged)] if ta1 else (),
    )
    data = write(out, agreement.style if agreement else Style())
    name = f"{portion.transmission.id}-a{start.offset}"
    tracking_id = portion.transmission.tracking_id
    transmission = outbound_transmission(uow, world, name, partner, agreement, data, tracking_id)
    transmission.name = kind if bodies else "TA1"
    transmission.control_number = f"{numbers.interchange:09d}"
    uow.add(transmission)
    verdicts = {group.start.control_number: group.verdict for group, _body in bodies}
    note_event(uow, world, "acknowledgment.composed", transmission, groups=verdicts, ta1=ta1)
    answers = [
        Answer(group.start.functional_id, group.start.control_number, transmission.id) for group, _body in bodies
    ]
    return answers, sending_of(transmission, data, partner, now)
