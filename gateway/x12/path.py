"""How people point into a set: ``BEG03``, ``N1[01=ST]/N102``, ``PO1/PID[01=F]/05``, ``HL[03=O]``, ``PO1/06..25``, ``N3/*``.

Guides and mapping profiles speak it. A path is read (`parse`) and then found in a definition (`resolve`), where every name
and element number is checked; a mistake is a PathError that says what stands there instead.

    path     = ["/"] step *("/" step) ["/" element]
    step     = segment or loop name, filters, "?" where the set may lack it
    filter   = "[" nn "=" value *("|" value) "]"    also "!=", also several with ","
    element  = nn | nn "-" component | nn ".." nn | "*"
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gateway.x12.hierarchy import CHILDREN
from gateway.x12.model import element as element_of
from gateway.x12.standards.definition import Composite, Element, Loop, Use

_STEP = re.compile(r"([A-Z][A-Z0-9]{1,2}(?:#\d)?)(\[[^\[\]]*\])?(\?)?$")
_JOINED = re.compile(r"([A-Z][A-Z0-9]{1,2})(\d\d(?:-\d+)?(?:\.\.\d\d)?)$")
_ELEMENT = re.compile(r"(\d\d)(?:-(\d+)|\.\.(\d\d))?$")
_FILTER = re.compile(r"(\d\d)(!?=)(.*)$")


class PathError(ValueError):
    """The path is not one, or points at nothing. Its text says why."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on a segment: element ``number`` is (or with ``negated`` is not) one of ``values``."""

    number: int
    values: tuple[str, ...]
    negated: bool = False

    def matches(self, segment: list[str]) -> bool:
        """Tell whether ``segment`` meets the condition."""
        return (element_of(segment, self.number) in self.values) != self.negated


@dataclass(frozen=True, slots=True)
class Step:
    """One name of a path, with its filters."""

    name: str
    filters: tuple[Filter, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ElementRange:
    """Which elements of the segment: ``first`` to ``last``, one ``component``, or all (``last`` 0)."""

    first: int
    last: int
    component: int = 0

    @property
    def single(self) -> bool:
        """Whether exactly one element is meant."""
        return self.first == self.last

    @property
    def several(self) -> bool:
        """Whether a range of elements is named."""
        return self.last > self.first


@dataclass(frozen=True, slots=True)
class Path:
    """A path as written."""

    text: str
    steps: tuple[Step, ...]
    elements: ElementRange | None
    absolute: bool


@dataclass(frozen=True, slots=True)
class Hop:
    """A step down into a loop. ``children``: to the HL levels below the level one stands in."""

    loop: Loop
    filters: tuple[Filter, ...]
    children: bool = False

    @property
    def key(self) -> str:
        """The key of the loop's repetitions in a tree node."""
        return CHILDREN if self.children else self.loop.name


@dataclass(frozen=True, slots=True)
class Target:
    """A path found in a definition: loops to go down, then a segment (None: the loop itself), then its elements."""

    path: Path
    hops: tuple[Hop, ...]
    use: Use | None
    filters: tuple[Filter, ...]
    elements: ElementRange | None

    @property
    def element(self) -> Element | None:
        """The data element meant, where it is a single one."""
        if self.use is None or self.elements is None or not self.elements.single:
            return None
        kind = self.use.segment.positions[self.elements.first - 1].kind
        if isinstance(kind, Composite):
            kind = kind.components[self.elements.component - 1].kind if self.elements.component else kind
        return kind if isinstance(kind, Element) else None

    @property
    def loop(self) -> Loop | None:
        """The loop in which one arrives."""
        return self.hops[-1].loop if self.hops else None


def parse(text: str) -> Path:
    """Read a path; raise PathError."""
    stripped = text.strip()
    absolute = stripped.startswith("/")
    parts = _split(stripped.removeprefix("/"), text)
    elements: ElementRange | None = None
    last = parts[-1] if parts else ""
    if match := _ELEMENT.match(last):
        elements, parts = _range(match, text), parts[:-1]
    elif last == "*":
        elements, parts = ElementRange(1, 0), parts[:-1]
    elif (match := _JOINED.match(last.removesuffix("?"))) and (inner := _ELEMENT.match(match[2])):
        parts[-1] = match[1] + ("?" if last.endswith("?") else "")
        elements = _range(inner, text)
    if not parts:
        raise PathError(f"{text!r} names no segment")
    return Path(text, tuple(_step(part, text) for part in parts), elements, absolute)


def _split(inner: str, text: str) -> list[str]:
    """Split at the slashes outside of filters."""
    parts = re.findall(r"(?:[^/\[\]]|\[[^\[\]]*\])+", inner)
    if "/".join(parts) != inner:
        raise PathError(f"{text!r}: a name is missing between slashes, or a bracket is not closed")
    return parts


def _range(match: re.Match[str], text: str) -> ElementRange:
    first, component = int(match[1]), int(match[2] or 0)
    last = int(match[3] or first)
    if first < 1 or last < first or (match[2] and component < 1):
        raise PathError(f"{text!r}: elements count from 01 upward, components from 1")
    return ElementRange(first, last, component)


def _step(part: str, text: str) -> Step:
    match = _STEP.match(part)
    if match is None:
        raise PathError(f"{text!r}: {part!r} is no segment or loop name")
    filters = []
    for condition in match[2][1:-1].split(",") if match[2] else ():
        found = _FILTER.match(condition.strip())
        if found is None:
            raise PathError(f"{text!r}: a condition reads [01=ST], not [{condition}]")
        filters.append(Filter(int(found[1]), tuple(found[3].split("|")), found[2] == "!="))
    return Step(match[1], tuple(filters), bool(match[3]))


def resolve(path: Path, scope: Loop) -> Target | None:
    """Find ``path`` from within ``scope`` (from the set for an absolute path).

    Returns None for a step marked ``?`` that this set does not have; raises PathError for any other that it lacks.
    """
    here = _root(scope) if path.absolute else scope
    hops: list[Hop] = []
    use: Use | None = None
    filters: tuple[Filter, ...] = ()
    for index, step in enumerate(path.steps):
        if use is not None:
            raise PathError(f"{path.text!r}: {use.name} is a segment, so nothing but an element may follow it")
        is_last = index == len(path.steps) - 1
        own = is_last and path.elements is not None and here.parent is not None and here.trigger.name == step.name
        item = here.trigger if own else _find(here, step)
        if item is None:
            if step.optional:
                return None
            raise PathError(f"{path.text!r}: {_place(here)} has no {step.name}; it has {_some_names(here)}")
        if isinstance(item, Loop):
            _check_filters(path, step, item.trigger)
            hops.append(Hop(item, step.filters, children=item is here))
            here = item
        else:
            _check_filters(path, step, item)
            use, filters = item, step.filters
    if path.elements is not None:
        if use is None:
            use = here.trigger  # N1[01=ST]/02 means the segment that opens the loop.
        _check_elements(path, use)
    return Target(path, tuple(hops), use, filters, path.elements)


def _find(scope: Loop, step: Step) -> Use | Loop | None:
    if step.name == "HL" and scope.name == "HL":
        return scope  # The levels below this level.
    return scope.child(step.name)


def _root(loop: Loop) -> Loop:
    while loop.parent is not None:
        loop = loop.parent
    return loop


def _place(loop: Loop) -> str:
    return f"the loop {loop.path}" if loop.path else f"set {loop.name}"


def _some_names(loop: Loop) -> str:
    names = [item.name for item in loop.items]
    return ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")


def _check_filters(path: Path, step: Step, use: Use) -> None:
    for condition in step.filters:
        if not 1 <= condition.number <= len(use.segment.positions):
            raise PathError(f"{path.text!r}: {use.name} has no element {condition.number:02d}")
        kind = use.segment.positions[condition.number - 1].kind
        unknown = [
            code for code in condition.values if isinstance(kind, Element) and kind.codes and code not in kind.codes
        ]
        if unknown and not condition.negated:
            raise PathError(
                f"{path.text!r}: {unknown[0]!r} is no code for {use.name}{condition.number:02d} ({kind.label})"
            )


def _check_elements(path: Path, use: Use) -> None:
    elements = path.elements
    assert elements is not None
    size = len(use.segment.positions)
    if elements.first > size or elements.last > size:
        raise PathError(f"{path.text!r}: {use.name} has {size} elements")
    kind = use.segment.positions[elements.first - 1].kind
    if elements.component and (not isinstance(kind, Composite) or elements.component > len(kind.components)):
        raise PathError(f"{path.text!r}: {use.name}{elements.first:02d} has no component {elements.component}")
    if isinstance(kind, Composite) and elements.single and not elements.component:
        raise PathError(f"{path.text!r}: {use.name}{elements.first:02d} is a composite; name a component, such as -1")


def loops_at(node: dict[str, list[Any]], hops: tuple[Hop, ...]) -> list[dict[str, list[Any]]]:
    """Return the tree nodes reached from ``node`` by going down ``hops``."""
    nodes = [node]
    for hop in hops:
        trigger = hop.loop.trigger.name
        nodes = [
            below
            for above in nodes
            for below in above.get(hop.key, ())
            if all(condition.matches((below.get(trigger) or [[]])[0]) for condition in hop.filters)
        ]
    return nodes


def segments_at(node: dict[str, list[Any]], use: Use, filters: tuple[Filter, ...]) -> list[list[str]]:
    """Return the segments of ``use`` directly in ``node`` that meet ``filters``."""
    return [segment for segment in node.get(use.name, ()) if all(condition.matches(segment) for condition in filters)]
