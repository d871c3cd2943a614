"""What is written into one segment, and into the loops around it, before it becomes a line of generated code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from gateway.mapping.emit import Emitter, Origin
from gateway.mapping.plan import Without
from gateway.x12.path import Filter, Hop, Target
from gateway.x12.standards.definition import Composite, Use


class Selected:
    """Puts the codes of a filter into a segment; refuses one that the filter would not select when it is read again.

    ``without`` are the conditions under which another line of the profile would read it.
    """

    def __init__(self, name: str, filters: tuple[Filter, ...], without: Without = ()) -> None:
        self.name = name
        self.filters = filters
        self.without = without

    def __call__(self, segment: list[Any]) -> list[Any]:
        """Return the segment with the codes filled in; raise ValueError when another code stands there."""
        for condition in self.filters:
            number = condition.number
            value = segment[number] if len(segment) > number else ""
            if not value and not condition.negated:
                segment.extend([""] * (number + 1 - len(segment)))
                value = segment[number] = condition.values[0]
            if (value in condition.values) == condition.negated:
                raise ValueError(
                    f"{self.name}{number:02d} {value!r} does not stand for what {shown((condition,))} selects"
                )
        for taken in self.without:
            if all(condition.matches(segment) for condition in taken):
                raise ValueError(f"{self.name}{shown(taken)} is written by a line of its own: put the value there")
        return segment

    def opening(self, node: dict[str, list[Any]]) -> None:
        """Do the same with the first segment of a loop, which is made if need be."""
        self(node.setdefault(self.name, [[self.name]])[0])


@dataclass(slots=True)
class Slot:
    """A segment to be written: what goes into which element."""

    use: Use
    filters: tuple[Filter, ...]
    without: Without = ()
    elements: dict[int, str] = field(default_factory=dict)  # number -> variable
    components: dict[int, dict[int, str]] = field(default_factory=dict)
    spread: dict[int, tuple[int, str]] = field(default_factory=dict)  # from this element to that one, a list
    literals: dict[int, str] = field(default_factory=dict)
    origin: Origin | None = None

    def lines(self, out: Emitter) -> str:
        """Write the lines that join components; return the condition under which there is anything to write."""
        for number, parts in self.components.items():
            kind = self.use.segment.positions[number - 1].kind
            size = len(kind.components) if isinstance(kind, Composite) else max(parts)
            variable = self.elements[number] = out.name("c")
            joined = ", ".join(parts.get(at, "''") for at in range(1, size + 1))
            out.line(f"{variable} = ({joined},) if {' or '.join(parts.values())} else ''")
        filled = [*self.elements.values(), *(rows for _last, rows in self.spread.values())]
        return " or ".join(dict.fromkeys(filled)) or ("True" if self.literals else "")

    def segment(self, out: Emitter) -> str:
        """Write the expression of the segment, lists spread out in their ranges."""
        codes = fixed(self.filters)
        open_filters = tuple(c for c in self.filters if c.negated or c.number in self.elements)
        codes = {number: value for number, value in codes.items() if number not in self.elements}
        codes |= self.literals
        values = [repr(self.use.name)]
        number, end = 1, max([0, *self.elements, *codes, *self.spread])
        while number <= end:
            if number in self.spread:
                last, rows = self.spread[number]
                values.append(f"*fill({rows}, {last - number + 1})" if end > last else f"*{rows}")
                number = last
            else:
                values.append(self.elements.get(number) or repr(codes.get(number, "")))
            number += 1
        made = f"[{', '.join(values)}]"
        if not open_filters and not self.without:
            return made
        return f"{out.bind(Selected(self.use.name, open_filters, self.without))}({made})"


@dataclass(slots=True)
class Place:
    """A node to be written: its variable, its slots, and the loops below that single values reach through."""

    node: str
    slots: dict[object, Slot] = field(default_factory=dict)
    below: dict[tuple[str, tuple[Filter, ...]], tuple[Hop, Place]] = field(default_factory=dict)

    def reach(self, hops: tuple[Hop, ...], new_name: Callable[[], str]) -> Place:
        """Return the place that one comes to by ``hops``; it is made if need be."""
        place = self
        for hop in hops:
            key = (hop.key, hop.filters)
            if key not in place.below:
                place.below[key] = (hop, Place(new_name()))
            place = place.below[key][1]
        return place

    def slot(self, target: Target) -> Slot:
        """Return the slot of a segment in a place that has been reached already."""
        place = self
        for hop in target.hops:
            place = place.below[(hop.key, hop.filters)][1]
        assert target.use is not None
        return place.slots.setdefault((target.use, target.filters), Slot(target.use, target.filters))

    def all_below(self) -> Iterator[Place]:
        """Yield every place below this one."""
        for _hop, place in self.below.values():
            yield place
            yield from place.all_below()


def shown(filters: tuple[Filter, ...]) -> str:
    """Write filters as a profile does."""
    signs = ((each.number, "!=" if each.negated else "=", "|".join(each.values)) for each in filters)
    return "[" + ",".join(f"{number:02d}{sign}{values}" for number, sign, values in signs) + "]"


def fixed(filters: tuple[Filter, ...]) -> dict[int, str]:
    """Return the codes that filters ask for: the first one of each."""
    return {condition.number: condition.values[0] for condition in filters if not condition.negated}


def fill(rows: list[str], room: int) -> list[str]:
    """Return ``rows`` with empty elements behind them up to ``room``."""
    return [*rows, *[""] * (room - len(rows))]
