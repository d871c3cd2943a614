"""Random values, segments and sets that keep the standard: what hypothesis feeds the laws of the mapping with.

Everything is drawn from a `random.Random`, so that hypothesis can hand in one that it shrinks.
"""

from collections.abc import Iterable
from random import Random

from gateway.x12.hierarchy import CHILDREN
from gateway.x12.periods import FORMAT
from gateway.x12.standards.definition import Composite, Element, Loop, Position, SetDefinition, SyntaxNote, Use

LETTERS = "ABCXYZ abcxyz 0123456789 '\"-./,&()#@!%"
ENDS = "ABCXYZabcxyz0123456789'\"{}"


def text_of(random: Random, element: Element) -> str:
    """A value that the element may hold, as it stands in X12: mostly short, sometimes as long as it may be."""
    kind, least = element.type, element.minimum
    most = element.maximum if random.random() < 0.1 else max(least, min(element.maximum, 12))
    if element.number == FORMAT:
        return "UN"  # Unstructured: the period beside it may be any text.
    if element.codes and kind == "ID":
        return random.choice(sorted(element.codes))
    if kind == "DT":
        day = f"{random.randint(1, 12):02d}{random.randint(1, 28):02d}"
        return f"{random.randint(1970, 2069)}{day}" if element.maximum == 8 else f"{random.randint(0, 99):02d}{day}"
    if kind == "TM":
        size = random.choice([size for size in (4, 6, 8) if least <= size <= element.maximum])
        return f"{random.randint(0, 23):02d}{random.randint(0, 59):02d}{random.randint(0, 59):02d}{random.randint(0, 99):02d}"[
            :size
        ]
    size = random.randint(least, most) if random.random() < 0.8 else most
    if kind == "R" or kind[0] == "N":
        return number_of(random, size, point=kind == "R")
    if kind == "ID":
        return "".join(random.choice("ABCXYZ0123456789") for _ in range(size))
    inner = "".join(random.choice(LETTERS) for _ in range(max(0, size - 2)))
    return (random.choice(ENDS) + inner + random.choice(ENDS))[-size:] if size > 1 else random.choice(ENDS)


def number_of(random: Random, size: int, *, point: bool) -> str:
    """A number of so many digits, perhaps with a point: in the middle, or before all of them."""
    digits = "".join(random.choice("0123456789") for _ in range(size))
    if point and random.random() < 0.5:
        at = random.randint(0, size - 1)
        digits = f"{digits[:at]}.{digits[at:]}"
    return ("-" if random.random() < 0.2 else "") + digits


def complete(
    chosen: set[int], positions: tuple[Position, ...], notes: tuple[SyntaxNote, ...], available: Iterable[int]
) -> set[int] | None:
    """Add to ``chosen`` what is mandatory and what syntax notes ask for; None where ``available`` can't give it."""
    available = set(available)
    chosen = chosen | {number for number, position in enumerate(positions, 1) if position.required}
    for _round in range(20):
        before = set(chosen)
        for note in notes:
            here = [number for number in note.positions if number in chosen]
            if (note.kind == "P" and here) or (note.kind == "C" and note.positions[0] in chosen):
                chosen |= set(note.positions)
            elif note.kind in "RL" and (note.kind == "R" or note.positions[0] in chosen):
                wanted = note.positions if note.kind == "R" else note.positions[1:]
                if chosen.isdisjoint(wanted):
                    chosen |= set([number for number in wanted if number in available][:1] or wanted[:1])
        if chosen == before:
            break
    excluded = any(len(chosen & set(note.positions)) > 1 for note in notes if note.kind == "E")
    return chosen if chosen <= available and not excluded else None


def some_of(
    random: Random, positions: tuple[Position, ...], notes: tuple[SyntaxNote, ...], available: Iterable[int]
) -> set[int] | None:
    """Positions to be filled: a few at random and what belongs to them; None where none of it can be."""
    available = sorted(available)
    for share in (0.4, 0.15, 0):
        chosen = complete({n for n in available if random.random() < share}, positions, notes, available)
        if chosen:
            return chosen
    return complete(set(available[:1]), positions, notes, available)


def holds_bytes(item: Use | Loop) -> bool:
    """Tell whether a segment carries bytes of which another element says how many: chance would announce gigabytes."""
    if isinstance(item, Loop):
        return any(holds_bytes(inner) for inner in item.items if isinstance(inner, Use))
    return any(isinstance(each.kind, Element) and each.kind.type == "B" for each in item.segment.positions)


class SetMaker:
    """Makes trees of valid sets, as `gateway.x12.walker` would place them, their HL levels nested."""

    def __init__(self, random: Random, definition: SetDefinition, most: int = 25) -> None:
        self.random = random
        self.definition = definition
        self.left = most  # How many optional segments may still come.

    def tree(self) -> dict:
        """The whole set, without ST and SE."""
        return self.loop(self.definition.root, 0)

    def loop(self, loop: Loop, depth: int) -> dict:
        node: dict = {}
        for item in loop.items:
            name = item.name
            if name in ("ST", "SE", "LS", "LE") or holds_bytes(item):
                continue
            if isinstance(item, Loop):
                found = [below for _ in range(self.repeats(item)) if (below := self.loop(item, depth + 1))]
                if name == "HL":
                    self.levels(item, found)
            else:
                found = [made for _ in range(self.repeats(item)) if (made := self.segment(item))]
            if found:
                node[name] = found
        return node

    def levels(self, loop: Loop, found: list[dict]) -> None:
        """Hang levels below one another at random."""
        for level in found:
            for _ in range(3):
                if self.left > 0 and self.random.random() < 0.5:
                    self.left -= 1
                    below = self.loop(loop, 1)
                    level.setdefault(CHILDREN, []).append(below)
                    level = below

    def repeats(self, item: Use | Loop) -> int:
        """How often an item comes: at least once where the set asks for it or where it opens its loop."""
        opens = isinstance(item, Use) and item.loop.parent is not None and item.loop.trigger is item
        least = 1 if item.required or opens else 0
        if opens:
            return 1
        more = 0
        while self.left > 0 and more < 3 and self.random.random() < (0.25 if not more else 0.4):
            more += 1
            self.left -= 1
        return min(max(least, more), item.maximum or 99)

    def segment(self, use: Use) -> list | None:
        """A valid segment; None where the standard asks for more than it defines."""
        segment = use.segment
        available = range(1, len(segment.positions) + 1)
        chosen = some_of(self.random, segment.positions, segment.notes, available)
        if chosen is None:
            return None
        values: list = [use.name] + [""] * max(chosen)
        for number in chosen:
            values[number] = self.value(segment.positions[number - 1])
        return values

    def value(self, position: Position) -> str | tuple[str, ...]:
        kind = position.kind
        if isinstance(kind, Element):
            return text_of(self.random, kind)
        assert isinstance(kind, Composite)
        places = range(1, len(kind.components) + 1)
        chosen = some_of(self.random, kind.components, kind.notes, places) or {1}
        inner = {number: kind.components[number - 1].kind for number in chosen}
        return tuple(
            text_of(self.random, inner[number]) if number in inner and isinstance(inner[number], Element) else ""
            for number in range(1, max(chosen) + 1)
        )
