"""What a partner needs to know to write a set: every segment in order, its elements, the guide's rules, and examples.

Data only; `gateway.x12.guides.markdown` and `gateway.x12.guides.html` show it. The example is judged here, by the guide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from gateway.x12.faults import Fault
from gateway.x12.guide import Guide
from gateway.x12.guides.example import MARKS, Example
from gateway.x12.guides.rule import Rule
from gateway.x12.guides.wording import kind_words, note_words, rule_words, times_words
from gateway.x12.model import TransactionSet
from gateway.x12.reader import read
from gateway.x12.standards import codes, set_definition
from gateway.x12.standards.definition import Composite, Element, Loop, Position, SetDefinition, Use
from gateway.x12.validator import look_closely
from gateway.x12.writer import OutgoingGroup, OutgoingInterchange, OutgoingSet, Style, write

_WRITTEN_AT = datetime(2026, 4, 15, 10, 30)  # An ISA has no time zone.
_MOST_CODES = 30  # Of the standard; longer lists are counted only.
_MOST_LINES = 6  # Examples of one segment.


@dataclass(frozen=True, slots=True)
class ElementRow:
    """One element or component: ``BEG03``, what it holds, whether it must come, its codes and the rules about it."""

    place: str
    label: str
    number: str
    kind: str
    use: str
    codes: tuple[tuple[str, str], ...] = ()
    more_codes: int = 0
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A segment at its place in the set, or the loop that it opens; ``depth`` counts the loops around it."""

    name: str
    label: str
    path: str
    depth: int
    opens_loop: bool
    use: str
    most: str
    loop_use: str = ""
    loop_most: str = ""
    rules: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    elements: tuple[ElementRow, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Specification:
    """A whole specification. ``faults`` says why the example is not one, where the rules contradict each other."""

    name: str
    title: str
    set_id: str
    label: str
    version: str
    group_id: str
    levels: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    unused: tuple[str, ...] = ()
    example: str = ""
    faults: tuple[Fault, ...] = field(default=())


def bare_guide(set_id: str, version: str) -> Guide:
    """Return the guide of nobody, which asks for what the standard asks for."""
    return Guide("", set_id, version, "", ())


def specify(guide: Guide) -> Specification:
    """Make the specification of a guide. Its set is one that is defined, or it could not have been loaded."""
    choice = set_definition(guide.set_id, guide.version)
    assert choice is not None
    definition = choice.definition
    document, data, faults = _document(guide, definition)
    maker = _Rows(guide, definition, document)
    rows = tuple(maker.rows(definition.root, 0))
    return Specification(
        guide.name,
        guide.title,
        definition.id,
        definition.label,
        guide.version,
        definition.group_id,
        tuple("/".join(path) for path in guide.hierarchy.paths) if guide.hierarchy else (),
        rows,
        tuple(maker.unused),
        data.decode("ascii", "replace"),
        faults,
    )


def _document(guide: Guide, definition: SetDefinition) -> tuple[Example, bytes, tuple[Fault, ...]]:
    """Make an example that shows much, or where that breaks a rule one that shows what must be."""
    found = []
    for rich in (True, False):
        document = Example(guide, definition, rich=rich)
        data = _written(document, guide, definition)
        [transaction] = [part for part in read(data) if isinstance(part, TransactionSet)]
        judgment = guide.apply(look_closely(transaction), transaction.segments)
        if judgment.accepted:
            return document, data, ()
        found.append((document, data, tuple(judgment.faults)))
    return min(found, key=lambda each: len(each[2]))


def _written(document: Example, guide: Guide, definition: SetDefinition) -> bytes:
    segments = [
        [
            segment[0],
            *(tuple(value.split(MARKS.component)) if MARKS.component in value else value for value in segment[1:]),
        ]
        for use, segment in document.segments()
        if use.name not in ("ST", "SE")
    ]
    version = guide.version if guide.version[:6].isdigit() and len(guide.version) >= 6 else definition.version
    group = OutgoingGroup(
        definition.group_id, "SENDER", "RECEIVER", 1, version, [OutgoingSet(definition.id, "0001", segments)]
    )
    made = OutgoingInterchange(("ZZ", "SENDER"), ("ZZ", "RECEIVER"), version[:5], 1, "T", _WRITTEN_AT, [group])
    return write(made, Style(newline=True, charset="utf-8"))


class _Rows:
    """Makes the rows of one set."""

    def __init__(self, guide: Guide, definition: SetDefinition, document: Example) -> None:
        self.version = definition.version
        self.document = document
        self.unused: list[str] = []
        self._rules: dict[int, list[Rule]] = {}
        for rule in guide.rules:
            about = rule.target.use or rule.target.hops[-1].loop
            self._rules.setdefault(id(about), []).append(rule)
        self._lines: dict[int, list[str]] = {}
        for use, segment in document.segments():
            lines = self._lines.setdefault(id(use), [])
            line = MARKS.element.join(segment) + MARKS.segment
            if line not in lines and len(lines) < _MOST_LINES:
                lines.append(line)

    def rows(self, loop: Loop, depth: int) -> Iterator[Row]:
        """Yield the rows of a loop and those below it; what the guide never lets come is only named."""
        for item in loop.items:
            if self._forbidden(item):
                self.unused.append(f"{loop.path}>{item.name}" if loop.path else item.name)
            elif isinstance(item, Loop):
                yield from self.rows(item, depth + 1)
            else:
                yield self._row(item, depth)

    def _rules_of(self, item: Use | Loop) -> list[Rule]:
        return self._rules.get(id(item), [])

    def _forbidden(self, item: Use | Loop) -> bool:
        return any(
            rule.text.forbid and rule.target.elements is None and _everywhere(rule) for rule in self._rules_of(item)
        )

    def _row(self, use: Use, depth: int) -> Row:
        loop = use.loop
        opens = use is loop.items[0] and loop.parent is not None
        own = self._rules_of(use) + (self._rules_of(loop) if opens else [])
        about = [rule for rule in own if rule.target.elements is None]
        notes = [note_words(use.name, note) for note in use.segment.notes]
        lines = self._lines.get(id(use)) or [MARKS.element.join(self.document.line(use)) + MARKS.segment]
        return Row(
            use.name,
            use.segment.label,
            f"{loop.path}>{use.name}" if loop.path and not opens else loop.path or use.name,
            depth,
            opens,
            "" if opens else self._use_words(use),
            "" if opens else self._most_words(use),
            self._use_words(loop) if opens else "",
            self._most_words(loop) if opens else "",
            tuple(f"{rule.target.path.text}: {words}" for rule in about if (words := rule_words(rule))),
            tuple(notes),
            tuple(self._elements(use)),
            tuple(lines),
        )

    def _use_words(self, item: Use | Loop) -> str:
        rules = [rule for rule in self._rules_of(item) if rule.target.elements is None and _everywhere(rule)]
        if any(rule.text.least for rule in rules):
            return "required"
        return "mandatory" if item.required else "optional"

    def _most_words(self, item: Use | Loop) -> str:
        for rule in self._rules_of(item):
            if rule.text.max_use is not None and rule.target.elements is None and _everywhere(rule):
                return str(rule.text.max_use)
        return times_words(item)

    def _elements(self, use: Use) -> Iterator[ElementRow]:
        rules = [rule for rule in self._rules_of(use) if rule.target.elements is not None]
        for number, position in enumerate(use.segment.positions, 1):
            place = f"{use.name}{number:02d}"
            yield self._element(place, position, [rule for rule in rules if _at(rule, number, 0)])
            if isinstance(position.kind, Composite):
                for part, inner in enumerate(position.kind.components, 1):
                    yield self._element(f"{place}-{part}", inner, [rule for rule in rules if _at(rule, number, part)])

    def _element(self, place: str, position: Position, rules: list[Rule]) -> ElementRow:
        kind = position.kind
        use = "mandatory" if position.required else "optional"
        plain = [rule for rule in rules if _everywhere(rule)]
        if any(rule.text.forbid for rule in plain):
            use = "not used"
        elif any(rule.text.require for rule in plain):
            use = "required"
        words = tuple(
            text if _everywhere(rule) else f"{rule.target.path.text}: {text}"
            for rule in rules
            if (text := rule_words(rule))
        )
        if isinstance(kind, Composite):
            return ElementRow(place, position.label, kind.id, "composite", use, rules=words)
        shown, more = self._codes(kind, plain)
        return ElementRow(place, position.label, kind.number, kind_words(kind), use, shown, more, words)

    def _codes(self, kind: Element, rules: list[Rule]) -> tuple[tuple[tuple[str, str], ...], int]:
        """Return the codes to show with their meanings, and how many the standard has if those are too many."""
        meanings = codes(kind.number, self.version)
        stated = next((rule.text.codes for rule in rules if rule.text.codes), None)
        listed = stated if stated is not None else tuple(sorted(kind.codes))
        if stated is None and len(listed) > _MOST_CODES:
            return (), len(listed)
        return tuple((code, meanings.get(code, "")) for code in listed), 0


def _everywhere(rule: Rule) -> bool:
    """Tell whether a rule holds wherever the segment or loop stands."""
    return not rule.conditional and not any(hop.filters or hop.children for hop in rule.target.hops)


def _at(rule: Rule, number: int, component: int) -> bool:
    elements = rule.target.elements
    return elements is not None and (elements.first, elements.component) == (number, component)
