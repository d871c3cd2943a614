"""Counts and sums that a document says of itself (CTT): compared when read, filled in when written."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from gateway.mapping.functions import write_decimal
from gateway.mapping.plan import Check, Plan
from gateway.x12.hierarchy import CHILDREN
from gateway.x12.model import element
from gateway.x12.path import loops_at


def compare(plan: Plan, tree: dict[str, Any], body: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for each count or sum in ``tree`` that differs from what was read into ``body``."""
    for check in plan.checks:
        for node in loops_at(tree, check.target.hops):
            assert check.target.use is not None and check.target.elements is not None
            for segment in node.get(check.target.use.name, ()):
                said = element(segment, check.target.elements.first)
                counted = _reckon(check, tree, body)
                if said and not _equal(said, counted):
                    path = check.target.path.text
                    yield f"{path} says {said}, but {check.kind}({'.'.join(check.path)}) is {counted}"


def fill(plan: Plan, tree: dict[str, Any], body: dict[str, Any]) -> None:
    """Write each count or sum into ``tree`` where nothing stands yet; the segment is made if need be."""
    for check in plan.checks:
        node = tree
        for hop in check.target.hops:
            below = node.setdefault(hop.key, [])
            if not below:
                below.append({})
            node = below[0]
        use, elements = check.target.use, check.target.elements
        assert use is not None and elements is not None
        segment = node.setdefault(use.name, [[use.name]])[0]
        segment.extend([""] * (elements.first + 1 - len(segment)))
        segment[elements.first] = segment[elements.first] or write_decimal(_reckon(check, tree, body))


def _equal(said: str, counted: Decimal) -> bool:
    try:
        return Decimal(said) == counted
    except ArithmeticError:
        return False


def _reckon(check: Check, tree: dict[str, Any], body: dict[str, Any]) -> Decimal:
    if check.kind == "segments":
        return Decimal(sum(_count(level, check.path[0]) for level in tree.get(check.path[0], ())))
    values = list(_follow(body, check.path))
    return Decimal(len(values)) if check.kind == "count" else sum(map(Decimal, values), Decimal(0))


def _count(level: Any, name: str) -> int:
    """Count loops of one name, with the levels that hang below them."""
    below = level.get(CHILDREN, ()) if isinstance(level, dict) and name == "HL" else ()
    return 1 + sum(_count(child, name) for child in below)


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
