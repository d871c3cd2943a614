"""Makes and mends one segment of an example: mandatory elements, syntax notes, and a few that show what else there is."""

from __future__ import annotations

from gateway.x12.elements import absent_findings
from gateway.x12.faults import FaultCode
from gateway.x12.guides.values import sample
from gateway.x12.model import element
from gateway.x12.path import Filter
from gateway.x12.periods import is_pair, judge_period
from gateway.x12.periods import sample as sample_period
from gateway.x12.standards.definition import Composite, Element, Position, SyntaxNote, Use

_SHOWN = 4  # Elements that an example shows where it may.
_FIXED = {"BIN": ["BIN", "4", "DATA"], "BDS": ["BDS", "ASC", "4", "DATA"], "LS": ["LS", "0100"], "LE": ["LE", "0100"]}
COMPONENT = ">"  # Between the components of an example.


def new_segment(use: Use, filters: tuple[Filter, ...] = (), never: frozenset[int] = frozenset()) -> list[str]:
    """Make a segment that meets ``filters``; the elements of ``never`` are left out where the standard lets them."""
    if use.name in _FIXED:
        return list(_FIXED[use.name])
    positions, notes = use.segment.positions, use.segment.notes
    chosen = {number for number, position in enumerate(positions, 1) if position.required}
    chosen |= {condition.number for condition in filters if not condition.negated}
    chosen = _closed(positions, notes, chosen) or chosen
    for number, position in enumerate(positions, 1):
        if len(chosen) >= _SHOWN or number in never or isinstance(position.kind, Composite) or number in chosen:
            continue
        more = _closed(positions, notes, chosen | {number})
        if more is not None and not more & never and not _has_composite(positions, more - chosen):
            chosen = more
    segment = [use.name, *[""] * max(chosen, default=0)]
    for number in sorted(chosen):
        segment[number] = _filled(positions[number - 1].kind)
    for condition in filters:
        obey(segment, use, condition)
    _agree(segment, positions)
    return segment


def _agree(segment: list[str], positions: tuple[Position, ...]) -> bool:
    """Let each date be in the format that the element before it names; tell whether one was not."""
    changed = False
    for number in range(1, min(len(positions), len(segment) - 1)):
        if is_pair(positions, number) and judge_period(segment[number], element(segment, number + 1)) is not None:
            put(segment, number + 1, sample_period(segment[number]))
            changed = True
    return changed


def _has_composite(positions: tuple[Position, ...], numbers: set[int]) -> bool:
    return any(isinstance(positions[number - 1].kind, Composite) for number in numbers)


def _filled(kind: Element | Composite) -> str:
    if isinstance(kind, Element):
        return sample(kind)
    required = {number for number, position in enumerate(kind.components, 1) if position.required} or {1}
    chosen = _closed(kind.components, kind.notes, required) or required
    parts = [_filled(position.kind) if number in chosen else "" for number, position in enumerate(kind.components, 1)]
    return COMPONENT.join(parts[: max(chosen)])


def _closed(positions: tuple[Position, ...], notes: tuple[SyntaxNote, ...], chosen: set[int]) -> set[int] | None:
    """Add what mandatory use and syntax notes ask for; None where elements exclude each other."""
    found = set(chosen)
    while True:
        asked = absent_findings(positions, notes, sum(1 << number for number in found))
        if any(finding.code is FaultCode.EXCLUDED for finding in asked):
            return None
        if not asked:
            return found
        found |= {finding.element for finding in asked}


def obey(segment: list[str], use: Use, condition: Filter) -> None:
    """Let a segment meet a condition of a path."""
    kind = use.segment.positions[condition.number - 1].kind
    if not condition.negated:
        put(segment, condition.number, condition.values[0])
    elif element(segment, condition.number) in condition.values and isinstance(kind, Element):
        others = sorted(kind.codes.difference(condition.values))
        put(segment, condition.number, others[0] if others else sample(kind, (), 7))


def put(segment: list[str], number: int, value: str, component: int = 0) -> None:
    """Set an element or component; nothing stays behind the last value."""
    segment += [""] * (number + 1 - len(segment))
    if component:
        parts = segment[number].split(COMPONENT)
        parts += [""] * (component - len(parts))
        parts[component - 1] = value
        value = COMPONENT.join(parts).rstrip(COMPONENT)
    segment[number] = value
    while len(segment) > 1 and not segment[-1]:
        segment.pop()


def complete(segment: list[str], use: Use) -> bool:
    """Fill what mandatory use and syntax notes ask for besides what is there; tell whether anything was missing."""
    changed = False
    positions = use.segment.positions
    for number, position in enumerate(positions, 1):
        value = element(segment, number)
        if value and isinstance(position.kind, Composite):
            changed |= _complete_composite(segment, number, position.kind)
    present = {number for number in range(1, len(positions) + 1) if element(segment, number)}
    for number in sorted((_closed(positions, use.segment.notes, present) or present) - present):
        put(segment, number, _filled(positions[number - 1].kind))
        changed = True
    return _agree(segment, positions) or changed


def _complete_composite(segment: list[str], number: int, kind: Composite) -> bool:
    parts = element(segment, number).split(COMPONENT)
    present = {index for index, part in enumerate(parts, 1) if part}
    missing = (_closed(kind.components, kind.notes, present) or present) - present
    for index in sorted(missing):
        put(segment, number, _filled(kind.components[index - 1].kind), index)
    return bool(missing)
