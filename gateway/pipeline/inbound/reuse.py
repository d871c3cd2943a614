"""Reuse: control numbers of an interchange or a group that were used before, for other documents.

A set that comes again under all its numbers is a copy, a correction of a rejected one, or at fault by itself
(`settle`). Here is what none of that explains: an interchange number that came with other groups (TA105 025), and a group
number that came in the same interchange with other sets (AK905 19). Acknowledgments don't count: many partners number them apart.
"""

from __future__ import annotations

from datetime import datetime

from gateway.pipeline.ports import UnitOfWork, UsedNumbers
from gateway.tracking.document import Document, DocumentState
from gateway.x12.acknowledgment import GROUP_ID, answers_needed
from gateway.x12.envelope import JudgedGroup, JudgedInterchange
from gateway.x12.faults import Fault, FaultCode

_REFUSED = (DocumentState.REJECTED, DocumentState.DUPLICATE)


def note_reuse(uow: UnitOfWork, judged: JudgedInterchange, document: Document, since: datetime) -> list[Fault]:
    """Add what is used again since then to the verdicts; ``document`` is one of the interchange. Return the new faults."""
    groups = answers_needed(judged.groups)
    used = [each for each in uow.find_used(document, since) if each.group_id != GROUP_ID] if groups else []
    if all(each.state in _REFUSED for each in used):  # A refused one may be corrected under its own numbers.
        return []
    known = {(each.group_id, each.group_number) for each in used}
    if not any(_name(group) in known for group in groups):
        number = judged.start.control_number
        message = f"interchange {number} came before with other groups"
        fix = "send each interchange with a number of its own"
        fault = Fault(
            FaultCode.INTERCHANGE_REPEATED, message, control_number=number, offset=judged.start.offset, fix=fix
        )
        judged.faults.append(fault)
        return [fault]
    return [_repeated(group) for group in groups if _is_other(group, used)]


def _name(group: JudgedGroup) -> tuple[str, str]:
    return group.start.functional_id, group.start.control_number


def _is_other(group: JudgedGroup, used: list[UsedNumbers]) -> bool:
    """Whether a group number came before and none of the sets did."""
    before = [each for each in used if (each.group_id, each.group_number) == _name(group)]
    taken = any(each.state not in _REFUSED for each in before)
    sets = {judgment.control_number for judgment in group.judgments}
    return taken and bool(sets) and sets.isdisjoint(each.control_number for each in before)


def _repeated(group: JudgedGroup) -> Fault:
    number = group.start.control_number
    message = f"group {number} came before in this interchange with other sets"
    fix = "give each group a number of its own"
    fault = Fault(FaultCode.GROUP_REPEATED, message, control_number=number, offset=group.start.offset, fix=fix)
    group.faults.append(fault)
    return fault
