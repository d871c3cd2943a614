"""Puts the tree that a profile has written into the order of the set."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from gateway.x12.hierarchy import flatten
from gateway.x12.standards.definition import Loop, SetDefinition
from gateway.x12.writer import OutSegment


def lay_out(tree: dict[str, Any], definition: SetDefinition) -> list[OutSegment]:
    """Return the segments of a tree in the order of the set, without ST and SE."""
    found: list[OutSegment] = []
    _lay_out(tree, definition.root, found)
    return found


def _lay_out(node: dict[str, Any], loop: Loop, found: list[OutSegment]) -> None:
    for name, inner in _in_order(loop, tuple(node)):
        below = node[name]
        if inner is None:
            found += below
            continue
        bounded = inner.trigger.name == "LS"
        for repetition in flatten(below) if name == "HL" else below:
            if bounded:
                _bound(repetition)
            _lay_out(repetition, inner, found)


@lru_cache(maxsize=10_000)
def _in_order(loop: Loop, names: tuple[str, ...]) -> tuple[tuple[str, Loop | None], ...]:
    """Return the names in the order of the loop, each with the loop that it is; documents have few different sets of them."""
    return tuple((item.name, item if isinstance(item, Loop) else None) for item in loop.items if item.name in names)


def _bound(node: dict[str, Any]) -> None:
    """Put LS and LE, which name the loop between them, around what stands in a bounded loop."""
    name = next(iter(node))
    node["LS"], node["LE"] = [["LS", name]], [["LE", name]]
