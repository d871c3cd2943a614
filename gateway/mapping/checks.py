"""Counts and sums that a document says of itself (CTT): compared when read, filled in when written."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from gateway.canonical.values import Part
from gateway.mapping.conversions import number, write_decimal
from gateway.mapping.plan import Check, Plan
from gateway.mapping.slots import Selected
from gateway.x12.hierarchy import CHILDREN
from gateway.x12.model import element
from gateway.x12.path import loops_at, segments_at


def compare(plan: Plan, tree: dict[str, Any], body: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for each count or sum in ``tree`` that differs from what was read into ``body``."""
    for check in plan.checks:
        assert check.target.use is not None and check.target.elements is not None
        for node in loops_at(tree, check.target.hops):
            for segment in segments_at(node, check.target.use, check.target.filters):
                said = element(segment, check.target.elements.first)
                if said and not _equal(said, counted := _reckon(check, tree, body)):
                    path = check.target.path.text
                    yield f"{path} says {said}, but {check.kind}({'.'.join(check.path)}) is {counted:f}"


def fill(plan: Plan, tree: dict[str, Any], body: Part) -> None:
    """Write each count or sum into ``tree`` where nothing stands yet; the segment is made if need be."""
    for check in plan.checks:
        use, elements, filters = check.target.use, check.target.elements, check.target.filters
        assert use is not None and elements is not None
        node = tree
        for hop in check.target.hops:
            below = loops_at(node, (hop,))
            if not below:
                below = [{}]
                if hop.filters:
                    Selected(hop.loop.trigger.name, hop.filters).opening(below[0])
                node.setdefault(hop.key, []).append(below[0])
            node = below[0]
        found = segments_at(node, use, filters)
        if not found:
            found = [Selected(use.name, filters)([use.name])]
            node.setdefault(use.name, []).append(found[0])
        segment = found[0]
        segment.extend([""] * (elements.first + 1 - len(segment)))
        segment[elements.first] = segment[elements.first] or write_decimal(_reckon(check, tree, body))


def _equal(said: str, counted: Decimal) -> bool:
    try:
        return number(said) == counted
    except ValueError:
        return False


def _reckon(check: Check, tree: dict[str, Any], body: dict[str, Any] | Part) -> Decimal:
    if check.kind == "segments":
        return Decimal(sum(map(_with_below, tree.get(check.path[0], ()))))
    values = list(_follow(body, check.path))
    return Decimal(len(values)) if check.kind == "count" else sum(map(number, values), Decimal(0))


def _with_below(level: dict[str, Any]) -> int:
    """Count a loop and the levels that hang below it."""
    return 1 + sum(map(_with_below, level.get(CHILDREN, ())))


def _follow(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """Yield every value at a path of names; lists on the way are gone through."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from _follow(item, path)
    elif not path:
        if value is not None:
            yield value
    elif isinstance(value, dict):
        yield from _follow(value.get(path[0]), path[1:])
    elif isinstance(value, Part):
        yield from _follow(getattr(value, path[0]), path[1:])
