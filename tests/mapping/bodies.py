"""Random canonical bodies, made along the lines of a profile and kept to what X12 can carry.

A body is made segment by segment: which elements of a segment may stand together is the standard's word (mandatory elements,
syntax notes), what stands in the canonical field is the model's (decimals, days, words of the code tables).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

from gateway.mapping.plan import Body, Each, Group, Item, Pairs, Plan, Value
from gateway.mapping.tables import Table
from gateway.x12.path import Filter
from gateway.x12.standards.definition import Composite, Element, Use
from tests.mapping.generate import complete, some_of, text_of

Names = tuple[str | int, ...]


@dataclass
class Line:
    """A line of the profile that fills elements of one segment: where in the body its value stands."""

    item: Value | Pairs
    names: Names

    @property
    def first(self) -> int:
        return self.target.elements.first

    @property
    def target(self):
        return self.item.target if isinstance(self.item, Pairs) else self.item.writing.target

    @property
    def in_range(self) -> bool:
        return isinstance(self.item, Pairs) or self.item.within

    @property
    def step(self) -> int:
        return 2 if isinstance(self.item, Pairs) else 1

    @property
    def numbers(self) -> range:
        return range(self.first, (self.target.elements.last if self.in_range else self.first) + 1)


class BodyMaker:
    """Makes bodies for the fields of one plan; ``most`` bounds how many optional things they hold."""

    def __init__(self, random: Random, plan: Plan, most: int = 25) -> None:
        self.random, self.plan, self.left = random, plan, most
        self.counted = {(check.target.use, check.target.elements.first) for check in plan.checks}

    def body(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        self.fill(self.plan.body, made, (), 0)
        return made

    def fill(self, body: Body, into: dict[str, Any], filters: tuple[Filter, ...], depth: int) -> None:
        """Fill the fields of one scope; ``filters`` chose the segment that opens it."""
        slots: dict[tuple, list[Line]] = {}
        for line in lines(body.items, ()):
            slots.setdefault((line.target.hops, line.target.use), []).append(line)
        for (hops, use), found in slots.items():
            opens = not hops and (use is body.bound or (body.scope.parent is not None and use is body.scope.trigger))
            if opens or use.required or self.lucky():
                self.segment(use, found, into, filters if opens else ())
        for names, item in lists(body.items, ()):
            self.listed(names, item, into, depth)
        for names in entries(body.items, ()):
            without_gaps(into, names)

    def lucky(self, chance: float = 0.3) -> bool:
        if self.left <= 0 or self.random.random() > chance:
            return False
        self.left -= 1
        return True

    def listed(self, names: Names, item: Each | Value, into: dict[str, Any], depth: int) -> None:
        target = item.target if isinstance(item, Each) else item.writing.target
        over: Any = target.use or target.hops[-1].loop
        below = bool(target.hops) and target.hops[-1].children  # HL levels: only the first is asked for.
        least = 1 if over.required and not below else 0
        count = max(least, sum(self.lucky(0.3 if not done else 0.5) for done in range(3)) if depth < 6 else 0)
        if isinstance(item, Value):
            elements = target.elements
            room = (elements.last or len(target.use.segment.positions)) - elements.first + 1
            kind = target.use.segment.positions[elements.first - 1].kind
            rows = [self.value(item, kind, ()) for _ in range(min(count, room * (target.use.maximum or 99)))]
        else:
            rows = []
            for _ in range(min(count, over.maximum or 99)):
                row: dict[str, Any] = {}
                filters = target.filters if target.use is not None else target.hops[-1].filters
                self.fill(item.body, row, filters, depth + 1)
                if row:
                    rows.append(row)
        if rows:
            put(into, names, rows)

    # Segments

    def segment(self, use: Use, found: list[Line], into: dict[str, Any], filters: tuple[Filter, ...]) -> None:
        """Fill some of the lines of one segment."""
        given = {condition.number for condition in filters if not condition.negated}
        given |= {number for counted, number in self.counted if counted is use}
        given |= {1, 2, 4} if use.name == "HL" else set()
        own = {number for line in found for number in line.numbers}
        chosen = some_of(self.random, use.segment.positions, use.segment.notes, own | given)
        for _round in range(20):
            if chosen is None:
                return
            before = set(chosen)
            for line in found:
                inside = [number for number in line.numbers if number in chosen]
                if line.in_range and inside:  # A list fills its range from the beginning, and pairs fill it two by two.
                    last = max(inside)
                    chosen |= set(range(line.first, last + 1 + (last - line.first + 1) % line.step))
            if chosen == before:
                break
            chosen = complete(chosen, use.segment.positions, use.segment.notes, own | given)
        for number, kind in enumerate((position.kind for position in use.segment.positions), 1):
            if number in chosen and isinstance(kind, Composite):
                self.composite(kind, [line for line in found if line.first == number], into)
        for line in found:
            kind = use.segment.positions[line.first - 1].kind
            if line.in_range:
                self.ranged(line, use, len([number for number in line.numbers if number in chosen]), into)
            elif line.first in chosen and isinstance(kind, Element):
                on_it = tuple(condition for condition in filters if condition.number == line.first)
                put(into, line.names, self.value(line.item, kind, on_it))

    def composite(self, kind: Composite, found: list[Line], into: dict[str, Any]) -> None:
        by_number = {line.target.elements.component: line for line in found}
        for number in some_of(self.random, kind.components, kind.notes, by_number) or ():
            inner = kind.components[number - 1].kind
            assert isinstance(inner, Element)
            put(into, by_number[number].names, self.value(by_number[number].item, inner, ()))

    def ranged(self, line: Line, use: Use, filled: int, into: dict[str, Any]) -> None:
        if not filled:
            return
        first, second = (use.segment.positions[line.first - 1 + at].kind for at in (0, line.step - 1))
        item = line.item
        if isinstance(item, Value):
            put(into, line.names, [self.value(item, first, ()) for _ in range(filled)])
            return
        table = table_of((item.read_kind,) if item.read_kind else ())
        kinds = [self.word(first, table, ()) for _ in range(filled // 2)]
        values = [self.plain(second, Decimal if second.type == "R" else str) for _ in kinds]
        put(into, line.names, [dict(zip(item.keys, pair, strict=True)) for pair in zip(kinds, values, strict=True)])

    # Values

    def value(self, item: Value, element: Element, filters: tuple[Filter, ...]) -> Any:
        table = table_of(item.readings[0].ways)
        if table is not None or filters:
            return self.word(element, table, filters)
        return self.plain(element, item.kind)

    def word(self, element: Element, table: Table | None, filters: tuple[Filter, ...]) -> str:
        for _try in range(1000):
            known = [code for code in table or () if not element.codes or code in element.codes]
            known = [code for code in known if element.minimum <= len(code) <= element.maximum]
            code = (
                self.random.choice(sorted(known))
                if known and self.random.random() < 0.7
                else text_of(self.random, element)
            )
            if all((code in condition.values) != condition.negated for condition in filters):
                # What happens to be called like a word of the table would be that word.
                return table[code] if table is not None and code in table else code
        raise AssertionError(f"no code of {element.label} meets {filters}")

    def plain(self, element: Element, kind: type) -> Any:
        random, of_type = self.random, element.type
        if of_type == "DT" or kind is date:
            return (date(1970, 1, 1) + timedelta(random.randrange(36_500))).isoformat()
        if of_type == "TM":
            sizes = [size for size in (4, 6, 8) if element.minimum <= size <= element.maximum]
            clock = [random.randrange(24), random.randrange(60), random.randrange(60), random.randrange(100)]
            hours, minutes, seconds, parts = (f"{part:02d}" for part in clock)
            return {
                4: f"{hours}:{minutes}",
                6: f"{hours}:{minutes}:{seconds}",
                8: f"{hours}:{minutes}:{seconds}.{parts}",
            }[random.choice(sizes)]
        if kind is int:
            return random.randrange(10 ** min(element.maximum, 6))
        if kind is Decimal:
            return self.number(element)
        return text_of(random, element)

    def number(self, element: Element) -> str:
        """A decimal that fits: as people write it, with zeros at its end, or with an exponent."""
        digits = self.random.randint(1, min(element.maximum, 15))
        places = element.implied_places if element.type[0] == "N" else self.random.randint(0, digits)
        digits = max(digits, element.minimum)
        found = Decimal(self.random.randrange(10**digits)).scaleb(-min(places, digits))
        if self.random.random() < 0.2:
            found = -found
        if element.type[0] == "R" and self.random.random() < 0.2:
            return str(found.normalize())
        return f"{found:f}"


def lines(items: list[Item], names: Names) -> Iterator[Line]:
    """The lines that fill single elements or ranges, those of nested objects included."""
    for item in items:
        match item:
            case Value(writing=writing) if writing is not None and (not item.is_list or item.within):
                yield Line(item, (*names, item.name))
            case Pairs(writes=True):
                yield Line(item, (*names, item.name))
            case Group():
                yield from lines(item.body.items, inside(names, item))
            case _:
                pass


def inside(names: Names, item: Group) -> Names:
    """Name the object of a group: ``("totals",)``, ``("disputed", 2)``."""
    return (*names, item.name) if item.row is None else (*names, item.name, item.row)


def entries(items: list[Item], names: Names) -> Iterator[Names]:
    """The lists whose entries are given one by one, those of nested objects included."""
    for item in items:
        if isinstance(item, Group):
            yield from entries(item.body.items, inside(names, item))
            if item.row == 0:
                yield (*names, item.name)


def without_gaps(into: Any, names: Names) -> None:
    """Take the entries away that nothing was put into."""
    *above, last = names
    for name in above:
        into = into.get(name, {}) if isinstance(name, str) else into[name] if name < len(into) else {}
    if last in into:
        into[last] = [row for row in into[last] if row]


def lists(items: list[Item], names: Names) -> Iterator[tuple[Names, Each | Value]]:
    """The lists over segments and loops, those of nested objects included."""
    for item in items:
        match item:
            case Each():
                yield (*names, item.name), item
            case Value(is_list=True, within=False, writing=writing) if writing is not None:
                yield (*names, item.name), item
            case Group():
                yield from lists(item.body.items, inside(names, item))
            case _:
                pass


def table_of(ways: tuple) -> Table | None:
    """The code table that a line goes through."""
    found = (getattr(way, "__self__", None) for way in ways)
    return next((table for table in found if isinstance(table, Table)), None)


def put(into: Any, names: Names, value: Any) -> None:
    """Put a value below nested names."""
    for name, following in pairwise(names):
        if isinstance(name, str):
            into = into.setdefault(name, [] if isinstance(following, int) else {})
        else:
            into += [{} for _ in range(name + 1 - len(into))]
            into = into[name]
    into[names[-1]] = value
