"""A profile found in a set's definition and a canonical model: every path, function, table and field name is checked here.

It is what `reading` and `writing` turn into Python and what `coverage` walks. A block that uses itself (a package in a
package) is planned once for each place where it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from gateway.mapping.conversions import Way
from gateway.mapping.entries import Where
from gateway.mapping.profile import Profile
from gateway.x12.path import Filter, Target
from gateway.x12.standards.definition import Loop, SetDefinition, Use

Without: TypeAlias = tuple[tuple[Filter, ...], ...]  # A segment that meets all conditions of one row is left out.


@dataclass(frozen=True, slots=True)
class Reading:
    """How one value is read: from ``target`` (None: ``literal``), through ``ways``; the first gets ``extras`` as well."""

    target: Target | None
    literal: str | None
    ways: tuple[Way, ...]
    extras: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class Writing:
    """How one value is written: through ``ways`` to ``target``."""

    target: Target
    ways: tuple[Way, ...]


@dataclass(slots=True)
class Value:
    """A field that holds text, a number or a date; with ``is_list`` one for each segment or element.

    ``within``: the list fills a range of elements of one segment. ``kind`` is the type of the canonical field;
    ``default`` is the text that the profile names and ``default_value`` the same in that type. ``without``: as in `Each`.
    """

    name: str
    where: Where
    readings: list[Reading]
    writing: Writing | None
    kind: type = str
    default: str | None = None
    default_value: Any = None
    is_list: bool = False
    within: bool = False
    when: Target | None = None
    when_values: tuple[str, ...] = ()
    when_negated: bool = False
    without: Without = ()


@dataclass(slots=True)
class Pairs:
    """A list of kind and value that stand side by side in a range of elements; ``keys`` are their canonical names."""

    name: str
    where: Where
    target: Target
    keys: tuple[str, str]
    read_kind: Way | None
    write_kind: Way | None
    write_value: Way | None
    writes: bool = True


@dataclass(slots=True)
class Group:
    """A nested object whose parts stand in the same scope.

    With ``row`` it is the entry at that place of a list whose entries are given one by one, of ``rows`` at most.
    """

    name: str
    where: Where
    body: Body
    row: int | None = None
    rows: int = 0


@dataclass(slots=True)
class Each:
    """A list: one object for each repetition of a loop (``target.use`` None) or each segment.

    ``without`` are those that a line with a closer filter in the same scope takes for itself.
    """

    name: str
    where: Where
    target: Target
    body: Body
    without: Without = ()

    @property
    def is_level(self) -> bool:
        """Whether it runs over HL levels of one kind: such a level says something even where nothing else stands in it."""
        hop = self.target.hops[-1] if self.target.use is None else None
        return hop is not None and hop.loop.name == "HL" and any(not each.negated for each in hop.filters)


Item: TypeAlias = Value | Pairs | Group | Each


@dataclass(slots=True, eq=False)
class Body:
    """The fields of one scope. ``bound`` is the segment over which a list runs. A block's body has a ``block`` name.

    ``free``: its names are those of the profile (``custom``), not those of a model.
    """

    scope: Loop
    bound: Use | None
    items: list[Item] = field(default_factory=list)
    block: str = ""
    free: bool = False


@dataclass(slots=True)
class Constant:
    """An element that is always written alike."""

    target: Target
    value: str
    where: Where


@dataclass(slots=True)
class Check:
    """A count or sum that stands in the document: compared when read, filled in when written."""

    target: Target
    kind: str
    path: tuple[str, ...]
    where: Where


@dataclass(slots=True)
class Plan:
    """The whole profile, found."""

    profile: Profile
    definition: SetDefinition
    body: Body
    constants: list[Constant]
    checks: list[Check]

    def where(self, path: tuple[str | int, ...]) -> Where:
        """Return the line of the profile that stands nearest to a place in the canonical body: ``("lines", 3, "date")``."""
        found = self.profile.where
        items = self.body.items
        for name in path:
            if isinstance(name, int):
                continue
            item = next((item for item in items if item.name == name), None)
            if item is None:
                return found
            found = item.where
            items = item.body.items if isinstance(item, Group | Each) else []
        return found


def single_places(body: Body) -> Iterator[Target]:
    """Yield every element that single values and pairs of one scope are written to, those in nested objects included."""
    for item in body.items:
        match item:
            case Value(writing=writing) if writing is not None:
                yield writing.target
            case Pairs(writes=True):
                yield item.target
            case Group():
                yield from single_places(item.body)
            case _:
                pass
