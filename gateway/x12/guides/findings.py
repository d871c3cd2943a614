"""What holds over whole documents: how levels nest, and which elements say the total of others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gateway.x12.guides.reference import Node, value_at
from gateway.x12.guides.total import number_of, read_total
from gateway.x12.hierarchy import CHILDREN, link, nest
from gateway.x12.model import element
from gateway.x12.path import PathError, loops_at, parse, resolve, segments_at
from gateway.x12.standards.definition import Element, Loop, SetDefinition
from gateway.x12.validator import Judgment

# What may say a total, and what it may be the total of; the first that holds in every document is taken.
_TOTALS = (
    ("CTT/01", ("count(PO1)", "count(IT1)", "count(LIN)", "count(HL)", "count(HL[03=I])", "count(HL/LIN)")),
    ("CTT/02", ("sum(PO1/02)", "sum(IT1/02)", "sum(HL/SN1/02)", "hash(PO1/02)", "hash(IT1/02)", "hash(HL/SN1/02)")),
    ("TDS/01", ("sum(IT1/02 * IT1/04)",)),
)


def levels(judged: list[Judgment]) -> Counter[tuple[str, ...]]:
    """Count the paths from the top of the levels to the end of each branch; nothing where some path is not sound."""
    found: Counter[tuple[str, ...]] = Counter()
    for judgment in judged:
        for path in _branches(nest(judgment.tree or {})):
            if not path or not _known(judgment.definition, path):
                return Counter()
            found[path] += 1
    return found


def _branches(tree: Node) -> Iterator[tuple[str, ...]]:
    """Yield the path of each branch; an empty one for a level whose code or parent is not known."""
    waiting: list[tuple[Node, tuple[str, ...]]] = [(level, ()) for level in reversed(tree.get("HL", []))]
    while waiting:
        level, above = waiting.pop()
        head = level["HL"][0] if "HL" in level else []
        code = element(head, 3)
        if not code or (not above and element(head, 2)):
            yield ()
            continue
        path = (*above, code)
        children = level.get(CHILDREN, [])
        if not children:
            yield path
        waiting += [(child, path) for child in reversed(children)]


def _known(definition: SetDefinition | None, path: tuple[str, ...]) -> bool:
    head = definition.root.child("HL") if definition else None
    kind = head.trigger.segment.positions[2].kind if isinstance(head, Loop) else None
    return isinstance(kind, Element) and kind.codes.issuperset(path)


def adds_up(definition: SetDefinition, judged: list[Judgment]) -> dict[str, str]:
    """Return which elements say a total in every document: path -> total."""
    found: dict[str, str] = {}
    for place, candidates in _TOTALS:
        for path in (place, f"{place.partition('/')[0]}/{place}"):
            for total in candidates:
                if _holds(definition, judged, path, total):
                    found.setdefault(path, total)
    return found


def _holds(definition: SetDefinition, judged: list[Judgment], path: str, text: str) -> bool:
    try:
        target, total = resolve(parse(path), definition.root), read_total(text, definition.root)
    except PathError:
        return False
    if target is None or target.use is None:
        return False
    seen = 0
    for judgment in judged:
        assert judgment.transaction is not None
        tree, marks = link(judgment.tree or {}), judgment.transaction.marks
        right = total.of(tree, marks, target.element)
        for node in loops_at(tree, target.hops):
            for segment in segments_at(node, target.use, target.filters):
                value = value_at(segment, target, marks)
                if not value:
                    continue
                seen += 1
                if (
                    right is None
                    or number_of(value, target.element) is None
                    or not total.agrees(value, right, target.element)
                ):
                    return False
    return seen > 0
