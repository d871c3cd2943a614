"""The interchange that answers an interchange: its TA1, and a 997 or 999 for each functional group.

Serves X12.5, X12.6 and the sets 997 and 999. Knows nothing of partners, numbers in use or the time: they are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from gateway.x12.acknowledgment import (
    GROUP_ID,
    AcknowledgmentStyle,
    functional_acknowledgment,
    interchange_acknowledgment,
)
from gateway.x12.envelope import JudgedGroup, JudgedInterchange
from gateway.x12.model import whole_number
from gateway.x12.standards import nearest_version
from gateway.x12.writer import Echo, OutgoingGroup, OutgoingInterchange, OutgoingSet

_VERSION_OF_999 = "005010X231A1"  # The implementation guide under which a 999 is written, whatever it answers.


def answering_interchange(
    judged: JudgedInterchange,
    groups: Sequence[JudgedGroup],
    style: AcknowledgmentStyle,
    *,
    ta1: bool,
    number: int,
    next_group_number: Callable[[], int],
    written_at: datetime,
) -> OutgoingInterchange:
    """Make the interchange under control number ``number`` that goes back to the sender of ``judged``.

    ``groups`` are those of its groups that are answered. Answers to groups between the same two applications share a group.
    """
    start = judged.start
    together: dict[tuple[str, str, str], list[OutgoingSet]] = {}
    for index, group in enumerate(groups, start=1):
        ids = (Echo(group.start.element(3)), Echo(group.start.element(2)), _version(group, style))
        implementation = _VERSION_OF_999 if style.set_id == "999" else ""
        body = functional_acknowledgment(group, style)
        made = OutgoingSet(style.set_id, f"{index:04d}", body, implementation)
        together.setdefault(ids, []).append(made)
    return OutgoingInterchange(
        sender=_party(start.receiver),
        receiver=_party(start.sender),
        version=start.version if whole_number(start.version) and len(start.version) == 5 else "00401",
        control_number=number,
        usage=start.usage if start.usage in ("P", "T", "I") else "P",
        written_at=written_at,
        groups=[
            OutgoingGroup(GROUP_ID, sender, receiver, next_group_number(), version, sets)
            for (sender, receiver, version), sets in together.items()
        ],
        acknowledgments=[interchange_acknowledgment(judged)] if ta1 else (),
    )


def _version(group: JudgedGroup, style: AcknowledgmentStyle) -> str:
    """Return GS08 of an answer: that of the group answered, or where it is no version the nearest that we know."""
    if style.set_id == "999":
        return _VERSION_OF_999
    asked = group.start.version
    return Echo(asked[:12]) if whole_number(asked[:6]) and asked.isascii() else nearest_version(asked)


def _party(asked: tuple[str, str]) -> tuple[str, str]:
    """Return a party of the interchange answered in a form that an ISA can hold, however it was written."""
    qualifier, name = asked
    fits = len(qualifier) == 2 and qualifier.isascii() and qualifier.isalnum()
    return qualifier if fits else "ZZ", Echo(name[:15] or "UNKNOWN")
