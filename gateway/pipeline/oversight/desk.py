"""The desk at which people work off cases: who works on one, what is said about it, and taking what differs as it is.

Every decision is a row beside the case and an event in the sealed log. Where `approvals` ask for it, a decision takes effect only
after others, who have the roles for it, approved the very same differences; until then it is proposed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.errors import LifecycleError, NotFound
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.task import Task
from gateway.pipeline.thread.consequences import OUTSIDE, WAITING, cause_of
from gateway.pipeline.thread.deciding import decide
from gateway.tracking.approval import Person, Rule, Worth, roles_missing, roles_needed
from gateway.tracking.case import Case
from gateway.tracking.case_actions import Action, actions_for
from gateway.tracking.case_note import CaseNote, NoteKind, digest_of
from gateway.tracking.event import Event
from gateway.tracking.order import Match, Order


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of accepting: whether it took effect, else whose approval is missing; and the steps that follow."""

    case_id: str
    taken: int = 0
    missing: frozenset[str] = frozenset()
    tasks: list[Task] = field(default_factory=list)


def assign(uow: UnitOfWork, world: World, case_id: str, person: Person, assignee: str) -> None:
    """Give an open case to somebody to work on; to nobody where ``assignee`` is empty."""
    case = _open(uow, case_id)
    uow.change(Case, case.id, assignee=assignee or None)
    _note(uow, world, case, NoteKind.ASSIGNED, person, assignee)
    _tell(uow, world, "case.assigned", case, person=person.name, assignee=assignee)


def comment(uow: UnitOfWork, world: World, case_id: str, person: Person, text: str) -> None:
    """Say something about a case; it may be closed."""
    case = uow.find(Case, case_id)
    if case is None:
        raise NotFound(f"There is no case {case_id}. List those that are open with: gateway cases")
    _note(uow, world, case, NoteKind.COMMENT, person, text)
    _tell(uow, world, "case.commented", case, person=person.name, text=text)


def accept(uow: UnitOfWork, world: World, rules: Sequence[Rule], case_id: str, person: Person, reason: str) -> Decision:
    """Take what differs as it is; where others must approve that, propose or approve it.

    Raises LifecycleError when there is nothing to take, or when this person may not decide it.
    """
    case = _open(uow, case_id)
    if Action.ACCEPT not in actions_for(case.cause):
        actions = ", ".join(actions_for(case.cause))
        raise LifecycleError(f"Case {case.id} is not about something that can be taken as it is. It may be: {actions}.")
    matches = [each for each in uow.matches_about(case.subject) if each.verdict in (OUTSIDE, WAITING)]
    if not matches:
        raise LifecycleError(f"Nothing differs any more. Close the case: gateway case close {case.id} --reason TEXT")
    needed = roles_needed(rules, _causes(case, matches), _worths(uow, matches))
    missing = _sign(uow, world, case, person, reason, needed, _digest(matches)) if needed else needed
    if missing:
        return Decision(case.id, missing=missing)
    _note(uow, world, case, NoteKind.ACCEPTED, person, reason, _digest(matches))
    taken, tasks = decide(uow, world, case.subject, person.name, reason)
    for task in tasks:
        uow.schedule(task)
    return Decision(case.id, taken, tasks=tasks)


def _open(uow: UnitOfWork, case_id: str) -> Case:
    case = uow.find(Case, case_id)
    if case is None or case.closed_at is not None:
        raise NotFound(f"There is no open case {case_id}. List those that are open with: gateway cases")
    return case


def _causes(case: Case, matches: Iterable[Match]) -> frozenset[str]:
    """Return all that is decided with this case: whoever takes a paper as it is takes all of it."""
    return frozenset((case.cause, *(cause_of(each) for each in matches if each.verdict == OUTSIDE)))


def _worths(uow: UnitOfWork, matches: Iterable[Match]) -> list[Worth]:
    orders = (uow.find(Order, name) for name in sorted({each.order_id for each in matches}))
    return [Worth(order.value, order.currency) for order in orders if order is not None]


def _digest(matches: Iterable[Match]) -> str:
    return digest_of([each.id, each.verdict, each.findings] for each in matches)


def _sign(
    uow: UnitOfWork, world: World, case: Case, person: Person, reason: str, needed: frozenset[str], about: str
) -> frozenset[str]:
    """Note that a person proposes or approves; return the roles of which still nobody has approved."""
    if not person.proven:
        raise LifecycleError(
            f"This needs the approval of a second person ({', '.join(sorted(needed))}), so each must show a key of an operator"
            " with roles in gateway.yaml: in GATEWAY_OPERATOR_KEY, or over HTTP."
        )
    notes = [each for each in uow.notes_of(case.id) if each.about == about]
    proposal = next((each for each in notes if each.kind == NoteKind.PROPOSED), None)
    if proposal is None:
        _note(uow, world, case, NoteKind.PROPOSED, person, reason, about)
        _tell(uow, world, "case.proposed", case, person=person.name, reason=reason, roles=sorted(needed))
        return needed
    if proposal.person == person.name:
        raise LifecycleError(
            f"You proposed this on {proposal.at:%Y-%m-%d %H:%M} UTC. Now somebody else must accept it, with the role"
            f" {' and the role '.join(sorted(needed))}."
        )
    if not needed & person.roles:
        raise LifecycleError(
            f"This waits for somebody with the role {' or '.join(sorted(needed))}, which you have not."
        )
    before = [Person(each.person, _roles(each), proven=True) for each in notes if each.kind == NoteKind.APPROVED]
    given = sorted(needed & person.roles)
    _note(uow, world, case, NoteKind.APPROVED, person, f"{', '.join(given)}: {reason}", about)
    _tell(uow, world, "case.approved", case, person=person.name, reason=reason, roles=given)
    return roles_missing(needed, proposal.person, [*before, person])


def _roles(note: CaseNote) -> frozenset[str]:
    """Return the roles in which somebody has approved, as they stand before the reason."""
    return frozenset(note.text.partition(": ")[0].split(", "))


def _note(
    uow: UnitOfWork, world: World, case: Case, kind: NoteKind, person: Person, text: str, about: str = ""
) -> None:
    uow.add(CaseNote(world.new_id(), case.id, kind, person.name, world.clock(), text, about))


def _tell(uow: UnitOfWork, world: World, kind: str, case: Case, **data: object) -> None:
    facts = {"cause": case.cause, "title": case.title, **data}
    uow.add(Event(kind, world.clock(), case.subject, case.partner, case.tracking_id, facts))
