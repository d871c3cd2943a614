"""The nouns of a standard: element, composite, segment, loop and set. Data only; who judges is `gateway.x12.validator`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

UNLIMITED = None


@dataclass(frozen=True, slots=True)
class Element:
    """One data element: its number, type (AN ID DT TM R B, N0..N9) and length in characters.

    Lengths of R and N count digits only, without sign and point. ``codes`` is empty where any value is right.
    """

    number: str
    type: str
    minimum: int
    maximum: int
    label: str
    codes: frozenset[str] = frozenset()

    @property
    def implied_places(self) -> int:
        """Decimals that are not written: 2 for N2, 0 for every other type."""
        return int(self.type[1]) if self.type[0] == "N" else 0


@dataclass(frozen=True, slots=True)
class SyntaxNote:
    """A condition between elements: P all or none, R one at least, E one at most, C first needs all, L first needs one."""

    kind: str
    positions: tuple[int, ...]

    def __str__(self) -> str:
        return self.kind + "".join(f"{position:02d}" for position in self.positions)


@dataclass(frozen=True, slots=True)
class Composite:
    """A compound element: its components in order."""

    id: str
    label: str
    components: tuple[Position, ...]
    notes: tuple[SyntaxNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Position:
    """One place in a segment or composite."""

    kind: Element | Composite
    required: bool
    repeats: int = 1

    @property
    def label(self) -> str:
        """What stands here, in words."""
        return self.kind.label


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment of one version: its positions in order (the first has index 0 and number 01)."""

    id: str
    label: str
    positions: tuple[Position, ...]
    notes: tuple[SyntaxNote, ...] = ()


@dataclass(eq=False, slots=True)
class Use:
    """A segment at its place in a set."""

    segment: Segment
    required: bool
    maximum: int | None
    loop: Loop
    index: int
    area: str
    standard_position: str = ""

    @property
    def name(self) -> str:
        """The segment's identifier."""
        return self.segment.id

    def __repr__(self) -> str:
        return f"<Use {self.loop.path or self.loop.name}/{self.name}>"


@dataclass(eq=False, slots=True)
class Loop:
    """A loop: its first item is the segment that opens it. The set itself is the outermost loop.

    No two items of a loop share a name: two LS loops side by side are ``LS#1`` and ``LS#2``.
    """

    name: str
    required: bool
    maximum: int | None
    parent: Loop | None
    index: int
    area: str
    items: list[Use | Loop] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The names of the enclosing loops and this one: ``PO1>SCH``; empty for the set itself."""
        if self.parent is None:
            return ""
        above = self.parent.path
        return f"{above}>{self.name}" if above else self.name

    @property
    def trigger(self) -> Use:
        """The segment that opens a repetition."""
        first = self.items[0]
        assert isinstance(first, Use)
        return first

    def uses(self) -> Iterator[Use]:
        """Every segment use within, in order."""
        for item in self.items:
            if isinstance(item, Use):
                yield item
            else:
                yield from item.uses()

    def child(self, name: str) -> Use | Loop | None:
        """Return the loop or segment of that name directly within; the loop where both are meant by it."""
        found: Use | Loop | None = None
        for item in self.items:
            if item.name == name:
                if isinstance(item, Loop):
                    return item
                found = found or item
        return found

    def __repr__(self) -> str:
        return f"<Loop {self.path or self.name}>"


@dataclass(eq=False, slots=True)
class SetDefinition:
    """A transaction set of one version; ``short_dates`` says that it is read as versions before 004010 have it."""

    id: str
    version: str
    group_id: str
    label: str
    root: Loop
    segment_ids: frozenset[str] = frozenset()
    short_dates: bool = False
