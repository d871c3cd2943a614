"""Puts the tree that a profile has written into the order of the set."""

from __future__ import annotations

from functools import cache
from typing import Any

from gateway.x12.hierarchy import flatten
from gateway.x12.standards.definition import Loop, SetDefinition, Use
from gateway.x12.writer import OutSegment


def lay_out(tree: dict[str, Any], definition: SetDefinition) -> list[OutSegment]:
    """Return the segments of a tree in the order of the set, without ST and SE."""
    found: list[OutSegment] = []
    _lay_out(tree, definition.root, found)
    return found


@cache
def _order(loop: Loop) -> dict[str, int]:
    return {item.name: index for index, item in enumerate(loop.items)}


def _lay_out(node: dict[str, Any], loop: Loop, found: list[OutSegment]) -> None:
    order = _order(loop)
    names = sorted(node, key=order.__getitem__) if len(node) > 1 else node
    for name in names:
        item = loop.items[order[name]]
        below = node[name]
        if isinstance(item, Use):
            found.extend(below)
            continue
        bounded = item.trigger.name == "LS"
        for inner in flatten(below) if name == "HL" else below:
            if bounded:
                _bound(inner)
            _lay_out(inner, item, found)


def _bound(node: dict[str, Any]) -> None:
    """Put LS and LE, which name the loop between them, around what stands in a bounded loop."""
    name = next(iter(node))
    node["LS"], node["LE"] = [["LS", name]], [["LE", name]]
