"""One set and all that the two say of it: what a class of disagreement is found from. Serves X12.20."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from gateway.x12.delimiters import Delimiters
from gateway.x12.second_opinion.findings import NO_PLACE, Finding
from gateway.x12.standards.definition import Composite, Element, SetDefinition, Use


@dataclass(eq=False)
class Scene:
    """A set; ``cut_at`` is the position of the segment within which the data end, 0 for whole ones.

    ``more`` says that we found more faults than we keep of one set.
    """

    definition: SetDefinition | None
    segments: list[list[str]]
    marks: Delimiters
    ours: list[Finding]
    theirs: list[Finding]
    shipped: bool
    cut_at: int
    more: bool

    @cached_property
    def passed_over(self) -> frozenset[int]:
        """Positions of segments for which pyx12 has no place, and whose elements it does not judge."""
        return frozenset(each.position for each in self.theirs if each.code in NO_PLACE)

    @cached_property
    def _misplaced(self) -> list[tuple[int, bool]]:
        """Position of each fault of structure, and whether both found it."""
        both = {each.key for each in self.ours} & {each.key for each in self.theirs}
        return [(each.position, each.key in both) for each in (*self.ours, *self.theirs) if each.of_structure]

    def misplaced_before(self, found: Finding) -> bool:
        """Tell whether a fault of structure stands before a finding, or at the same segment when both found that."""
        return any(at < found.position or (at == found.position and both) for at, both in self._misplaced)

    @cached_property
    def _uses(self) -> dict[str, list[Use]]:
        uses: dict[str, list[Use]] = {}
        for use in self.definition.root.uses() if self.definition else ():
            uses.setdefault(use.name, []).append(use)
        return uses

    def places(self, name: str) -> int:
        """Count the places that a segment has in the set."""
        return len(self._uses.get(name, ()))

    def kind(self, found: Finding) -> Element | Composite | None:
        """Return what stands at the place of a finding; None for one about a whole segment."""
        uses = self._uses.get(self.segments[found.position - 1][0])
        if not uses or not 0 < found.element <= len(uses[0].segment.positions):
            return None
        kind = uses[0].segment.positions[found.element - 1].kind
        if isinstance(kind, Composite) and found.component:
            inner = kind.components[found.component - 1 : found.component]
            return inner[0].kind if inner else None
        return kind

    def fields(self, found: Finding) -> list[str]:
        """Return the segment of a finding."""
        return self.segments[found.position - 1]

    def values(self, found: Finding) -> list[str]:
        """Return what stands at the place of a finding, each repetition by itself."""
        fields = self.fields(found)
        text = fields[found.element] if 0 < found.element < len(fields) else ""
        parts = text.split(self.marks.repetition) if self.marks.repetition else [text]
        if not found.component or not self.marks.component:
            return parts
        inner = [part.split(self.marks.component) for part in parts]
        return [values[found.component - 1] for values in inner if len(values) >= found.component]

    def has_empty_parts(self, found: Finding) -> bool:
        """Tell whether an element of the segment has separators in it and a part with nothing in it."""
        marks = self.marks.component + self.marks.repetition
        return any(value and not value.strip(marks) for value in self.fields(found)[1:]) if marks else False

    def others(self, found: Finding, *, ours: bool) -> list[Finding]:
        """Return what the other one says of the same element; ``ours`` says whose the finding is."""
        if not found.element:
            return []
        said = self.theirs if ours else self.ours
        return [each for each in said if (each.position, each.element) == (found.position, found.element)]
