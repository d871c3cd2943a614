"""The HL tree of an 856 and its relatives: are its numbers right, and which level hangs below which.

Serves the HL semantic notes: HL01 counts from 1, HL02 names an earlier HL01, HL04 says whether levels hang below.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.x12.elements import Finding
from gateway.x12.faults import FaultCode
from gateway.x12.model import element

CHILDREN = "HL>"  # Key under which a level holds the levels below it; no segment has such a name.


def hierarchy_findings(levels: list[list[str]]) -> Iterator[tuple[int, Finding]]:
    """Check the HL segments of a set, in order; yield (index of the HL, finding)."""
    parents = {element(level, 2) for level in levels}
    known: set[str] = set()
    for index, level in enumerate(levels):
        number, parent, flag = element(level, 1), element(level, 2), element(level, 4)
        if number and number.lstrip("0") != str(index + 1):
            yield index, Finding(FaultCode.HL_NUMBER, 1, value=number, detail=str(index + 1))
        if parent and parent not in known:
            yield index, Finding(FaultCode.HL_PARENT, 2, value=parent)
        if flag == "1" and number not in parents:
            yield index, Finding(FaultCode.HL_CHILDREN, 4, value=flag, detail="0")
        elif flag == "0" and number in parents:
            yield index, Finding(FaultCode.HL_CHILDREN, 4, value=flag, detail="1")
        known.add(number)


def nest(tree: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return ``tree`` with its flat list of HL loops turned into a tree: each level holds those below it.

    A level whose parent is unknown hangs at the top, so that nothing is lost.
    """
    levels = tree.get("HL")
    if not levels or not isinstance(levels[0], dict):
        return tree
    by_number: dict[str, dict[str, list[Any]]] = {}
    top: list[Any] = []
    for level in levels:
        copy = dict(level)
        head = copy["HL"][0] if "HL" in copy else []
        parent = by_number.get(element(head, 2)) if element(head, 2) else None
        (top if parent is None else parent.setdefault(CHILDREN, [])).append(copy)
        by_number[element(head, 1)] = copy
    return {**tree, "HL": top}


def flatten(levels: list[dict[str, list[Any]]]) -> list[dict[str, list[Any]]]:
    """Return a tree of HL levels as the flat list that a set holds, numbered: HL01, HL02 and HL04 are filled in."""
    flat: list[dict[str, list[Any]]] = []

    def add(level: dict[str, list[Any]], parent: str) -> None:
        children = level.get(CHILDREN, [])
        number = str(len(flat) + 1)
        code = element(level["HL"][0], 3)
        flat.append({**level, "HL": [["HL", number, parent, code, "1" if children else "0"]]})
        flat[-1].pop(CHILDREN, None)
        for child in children:
            add(child, number)

    for level in levels:
        add(level, "")
    return flat
