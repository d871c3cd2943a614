"""The HL tree of an 856 and its relatives: are its numbers right, and which level hangs below which.

Serves the HL semantic notes: HL01 counts from 1, HL02 names an earlier HL01, HL04 says whether levels hang below.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.x12.elements import Finding
from gateway.x12.faults import FaultCode
from gateway.x12.model import element, whole_number

CHILDREN = "HL>"  # Key under which a level holds the levels below it; no segment has such a name.


def hierarchy_findings(levels: list[list[str]]) -> Iterator[tuple[int, Finding]]:
    """Check the HL segments of a set, in order; yield (index of the HL, finding).

    A level with a wrong number answers to the right one too, a count goes on from where it jumped to, an unknown parent is
    reported once and not at all where the count jumped over it, and where a parent is unknown no level is said to lack
    levels below: so that one fault never causes a second.
    """
    parents = {parent for level in levels if (parent := element(level, 2))}
    names, numbers = _names(levels)
    yield from numbers
    known: set[str] = set()
    orphans: dict[str, int] = {}
    highest, unsure = 0, False
    for index, level in enumerate(levels):
        parent = element(level, 2)
        highest = max(highest, whole_number(element(level, 1)) or 0)
        if parent and parent not in known:
            unsure = True
            if not 0 < (whole_number(parent) or 0) < highest:
                orphans.setdefault(parent, index)
        known |= names[index]
    for parent, index in orphans.items():
        yield index, Finding(FaultCode.HL_PARENT, 2, value=parent)
    for index, level in enumerate(levels):
        flag, has_children = element(level, 4), not names[index].isdisjoint(parents)
        if flag == "1" and not has_children and not unsure:
            yield index, Finding(FaultCode.HL_CHILDREN, 4, value=flag, detail="0")
        elif flag == "0" and has_children:
            yield index, Finding(FaultCode.HL_CHILDREN, 4, value=flag, detail="1")


def plainly_right(numbers: list[str], parents: list[str], flags: list[str]) -> bool:
    """Tell whether levels count 1, 2, 3, name parents that came before, and say truly who has children.

    Takes HL01, HL02 and HL04 of each. Whatever this doesn't like may still be right: `hierarchy_findings` looks more closely,
    and takes many times as long.
    """
    if numbers != list(map(str, range(1, len(numbers) + 1))):
        return False
    before = {""}
    for number, parent in zip(numbers, parents, strict=True):
        if parent not in before:
            return False
        before.add(number)
    above = set(parents)
    truth = ["1" if number in above else "0" for number in numbers]
    return flags == truth or all(flag in (said, "") for flag, said in zip(flags, truth, strict=True))


def _names(levels: list[list[str]]) -> tuple[list[set[str]], list[tuple[int, Finding]]]:
    """Return the numbers to which each level answers, and a finding for each that is out of sequence."""
    names, found = [], []
    last = 0
    for index, level in enumerate(levels):
        text, following = element(level, 1), last + 1
        number = whole_number(text)
        if number in (following, index + 1):
            names.append({text})
        else:
            if text:
                found.append((index, Finding(FaultCode.HL_NUMBER, 1, value=text, detail=str(following))))
            names.append({text or str(following), str(following)})
        last = following if number is None else number
    return names, found


def nest(tree: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return ``tree`` with its flat list of HL loops turned into a tree: each level holds those below it.

    A level whose parent is unknown hangs at the top, so that nothing is lost.
    """
    levels = tree.get("HL")
    if not levels or not isinstance(levels[0], dict):
        return tree
    return {**tree, "HL": [level for level, is_top in _linked(levels) if is_top]}


def link(tree: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return ``tree`` with all its HL loops still side by side, each of them holding those below it as well."""
    levels = tree.get("HL")
    if not levels or not isinstance(levels[0], dict):
        return tree
    return {**tree, "HL": [level for level, _is_top in _linked(levels)]}


def _linked(levels: list[dict[str, list[Any]]]) -> list[tuple[dict[str, list[Any]], bool]]:
    """Copy levels, in order, and hang each below its parent; say of each whether it has none."""
    by_number: dict[str, dict[str, list[Any]]] = {}
    copies = []
    for level in levels:
        copy = dict(level)
        head = copy["HL"][0] if "HL" in copy else []
        parent = by_number.get(element(head, 2)) if element(head, 2) else None
        if parent is not None:
            parent.setdefault(CHILDREN, []).append(copy)
        copies.append((copy, parent is None))
        by_number[element(head, 1)] = copy
    return copies


def flatten(levels: list[dict[str, list[Any]]]) -> list[dict[str, list[Any]]]:
    """Return a tree of HL levels as the flat list that a set holds, numbered: HL01, HL02 and HL04 are filled in."""
    flat: list[dict[str, list[Any]]] = []
    waiting = [(level, "") for level in reversed(levels)]
    while waiting:
        level, parent = waiting.pop()
        children = level.get(CHILDREN, [])
        number = str(len(flat) + 1)
        code = element(level["HL"][0], 3)
        flat.append({**level, "HL": [["HL", number, parent, code, "1" if children else "0"]]})
        flat[-1].pop(CHILDREN, None)
        waiting += [(child, number) for child in reversed(children)]
    return flat
