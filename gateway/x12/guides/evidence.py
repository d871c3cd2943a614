"""Counts what documents of one set hold, place by place: how often, how long, which codes. It draws no conclusion.

Loops and segments that one element tells apart (N1 by N101, REF by REF01, HL by HL03) are counted for each kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from gateway.x12.delimiters import Delimiters
from gateway.x12.guides.reference import Node
from gateway.x12.guides.value import size_of
from gateway.x12.model import element
from gateway.x12.standards.definition import Composite, Element, Loop, SetDefinition, Use

# Data elements that tell what kind of segment or loop this is.
_QUALIFIERS = frozenset({"88", "98", "128", "248", "366", "374", "522", "673"})
_LEVEL = 3  # HL03
_ENVELOPE = ("ST", "SE")
MOST_VALUES = 5000  # Values counted an element; what is beyond is no list of codes.


@dataclass(slots=True)
class ElementEvidence:
    """What stood at one element or component of ``segments`` segments."""

    kind: Element
    required: bool
    segments: int = 0
    present: int = 0
    shortest: int = 0
    longest: int = 0
    values: Counter[str] = field(default_factory=Counter)
    repeated: int = 0  # Documents in which a value came twice
    several: int = 0  # and documents in which it could have.

    def add(self, value: str) -> None:
        """Count one value that is present."""
        size = size_of(value, self.kind)
        self.shortest = min(self.shortest, size) if self.longest else size
        self.longest = max(self.longest, size)
        if len(self.values) < MOST_VALUES or value in self.values:
            self.values[value] += 1


Spot: TypeAlias = tuple[int, int]  # Element and component (0: the element itself)


@dataclass(slots=True)
class PlaceEvidence:
    """How often a segment or loop came in the ``around`` repetitions of what is around it."""

    path: str
    item: Use | Loop
    kind: str = ""  # What tells it from others of its name: ``[01=ST]``
    around: int = 0
    within: int = 0  # In how many of them it came,
    most: int = 0  # and how often at most in one.
    documents: int = 0
    elements: dict[Spot, ElementEvidence] = field(default_factory=dict)

    @property
    def use(self) -> Use:
        """The segment; of a loop the one that opens it."""
        return self.item if isinstance(self.item, Use) else self.item.trigger


class Evidence:
    """What was counted, by path, in the order of the set."""

    def __init__(self, definition: SetDefinition) -> None:
        self.definition = definition
        self.documents = 0
        self._places: dict[str, PlaceEvidence] = {}
        self._repetitions: Counter[str] = Counter()  # How many nodes of each context there were.
        self._seen_in: dict[str, int] = {}

    def add(self, tree: Node, marks: Delimiters) -> None:
        """Count one document."""
        self.documents += 1
        values: dict[tuple[str, Spot], list[str]] = {}
        self._visit(tree, self.definition.root, "", marks, values)
        for (path, spot), found in values.items():
            evidence = self._places[path].elements[spot]
            evidence.several += len(found) > 1
            evidence.repeated += len(set(found)) < len(found)

    def places(self) -> Iterator[PlaceEvidence]:
        """Yield the places that were seen, in the order of the set; what is around comes first."""
        for place in sorted(self._places.values(), key=_order):
            context = place.path.rpartition("/")[0]
            place.around = self._repetitions[context]
            yield place

    def _visit(
        self, node: Node, loop: Loop, context: str, marks: Delimiters, values: dict[tuple[str, Spot], list[str]]
    ) -> None:
        self._repetitions[context] += 1
        for item in loop.items:
            opens = item is loop.items[0] and loop.parent is not None
            held = [each for each in node.get(item.name, ()) if isinstance(each, dict) is isinstance(item, Loop)]
            if not held or item.name in _ENVELOPE or opens:
                continue
            heads = [each.get(item.trigger.name, [[]])[0] if isinstance(item, Loop) else each for each in held]
            kinds = [qualifier(item, head) for head in heads]
            for kind in dict.fromkeys(["", *kinds]):
                if isinstance(item, Loop) and item.name == "HL" and not kind:
                    continue
                chosen = [index for index, each in enumerate(kinds) if kind in ("", each)]
                path = f"{context}/{item.name}{kind}" if context else f"{item.name}{kind}"
                place = self._place(path, item, kind)
                place.within += 1
                place.most = max(place.most, len(chosen))
                for index in chosen:
                    self._elements(place, heads[index], marks, values)
            if isinstance(item, Loop):
                for each, kind in zip(held, kinds, strict=True):
                    below = f"{item.name}{kind}"
                    self._visit(each, item, f"{context}/{below}" if context else below, marks, values)

    def _place(self, path: str, item: Use | Loop, kind: str) -> PlaceEvidence:
        place = self._places.setdefault(path, PlaceEvidence(path, item, kind))
        if self._seen_in.get(path) != self.documents:
            self._seen_in[path] = self.documents
            place.documents += 1
        return place

    def _elements(
        self,
        place: PlaceEvidence,
        segment: list[str],
        marks: Delimiters,
        values: dict[tuple[str, Spot], list[str]],
    ) -> None:
        for spot, kind, required in spots(place.use):
            evidence = place.elements.setdefault(spot, ElementEvidence(kind, required))
            evidence.segments += 1
            found = list(_values(segment, spot, marks))
            evidence.present += bool(found)
            for value in found:
                evidence.add(value)
                values.setdefault((place.path, spot), []).append(value)


def spots(use: Use) -> Iterator[tuple[Spot, Element, bool]]:
    """Yield each element and component of a segment, and whether the standard asks for it."""
    for number, position in enumerate(use.segment.positions, 1):
        if isinstance(position.kind, Composite):
            for part, inner in enumerate(position.kind.components, 1):
                if isinstance(inner.kind, Element):
                    yield (number, part), inner.kind, position.required and inner.required
        else:
            yield (number, 0), position.kind, position.required


def _values(segment: list[str], spot: Spot, marks: Delimiters) -> Iterator[str]:
    number, component = spot
    text = element(segment, number)
    for part in text.split(marks.repetition) if marks.repetition else [text]:
        value = element(["", *part.split(marks.component)], component) if component and marks.component else part
        if value:
            yield value


def qualifier(item: Use | Loop, head: list[str]) -> str:
    """Return what tells a segment or loop from others of its name, as a filter of a path; empty where nothing does."""
    use = item.trigger if isinstance(item, Loop) else item
    number = _LEVEL if item.name == "HL" else 1
    if len(use.segment.positions) < number:
        return ""
    kind = use.segment.positions[number - 1].kind
    value = element(head, number)
    if isinstance(kind, Composite) or (number == 1 and kind.number not in _QUALIFIERS) or value not in kind.codes:
        return ""
    return f"[{number:02d}={value}]"


def _order(place: PlaceEvidence) -> tuple[object, ...]:
    indexes: list[int] = [place.item.index]
    loop = place.item.loop if isinstance(place.item, Use) else place.item.parent
    while loop is not None and loop.parent is not None:
        indexes.insert(0, loop.index)
        loop = loop.parent
    return (*zip(indexes, place.path.split("/"), strict=True),)
