"""Where generated reading code stands: which segments and loops it holds in variables, and what is known to be there."""

from __future__ import annotations

from gateway.mapping.emit import Emitter
from gateway.mapping.plan import Group, Item, Value, Without
from gateway.x12.path import Filter, Hop, Target
from gateway.x12.standards.definition import Use

EMPTY: list[str] = []
NOTHING: tuple[list[str]] = (EMPTY,)
NO_NODE: dict[str, list[list[str]]] = {}

# What the code made here finds under these names.
NAMES: dict[str, object] = {"EMPTY": EMPTY, "NOTHING": NOTHING, "NO_NODE": NO_NODE}


class Scope:
    """The variable of a node, and what variables hold already or is known to be there.

    In a list over segments there is no node: ``use`` is the segment that ``bound`` holds.
    """

    def __init__(self, out: Emitter, node: str, use: Use | None = None) -> None:
        self.out = out
        self.node = node
        self.use = use
        self.present: frozenset[str] = frozenset()
        self._segments: dict[object, tuple[str, str]] = {}
        self._nodes: dict[object, str] = {}
        self._parts: dict[tuple[str, int], str] = {}
        if use is not None:
            self.hold(use, node)

    def hold(self, use: Use, segment: str) -> None:
        """Remember that the variable ``segment`` holds the first segment of ``use``."""
        length = self.out.name("n")
        self.out.line(f"{length} = len({segment})")
        self._segments[((), use, (), False)] = (segment, length)

    def below(self, keys: frozenset[str]) -> Scope:
        """Return a copy for an indented block that is entered where one of ``keys`` is there."""
        copy = Scope(self.out, self.node)
        copy.use = self.use
        copy.present = self.present | keys if len(keys) == 1 else self.present
        copy._segments, copy._nodes, copy._parts = dict(self._segments), dict(self._nodes), dict(self._parts)
        return copy

    def segment(self, target: Target) -> tuple[str, str]:
        """Return the variables that hold the first segment of ``target`` and its length."""
        use, filters, absolute = target.use, target.filters, target.path.absolute
        assert use is not None
        key = (target.hops, use, filters, absolute)
        known = self._segments.get(key)
        if known is None:
            segment, length = self.out.name("s"), self.out.name("n")
            self.out.line(f"{segment} = {self._first(target, use)}")
            self.out.line(f"{length} = len({segment})")
            known = self._segments[key] = (segment, length)
        return known

    def components(self, segment: str, element: int) -> str:
        """Return the variable that holds the components of an element."""
        known = self._parts.get((segment, element))
        if known is None:
            known = self._parts[segment, element] = self.out.name("p")
            self.out.line(f"{known} = components({segment}, {element}, mark)")
        return known

    def _first(self, target: Target, use: Use) -> str:
        """Write the expression that finds the first segment of ``target``."""
        if use is self.use and not target.path.absolute:
            return f"{self.node} if {meets(self.node, target.filters)} else EMPTY"
        node = self.loop(target.hops, absolute=target.path.absolute)
        if target.filters:
            return f"next((s for s in {node}.get({use.name!r}, ()) if {meets('s', target.filters)}), EMPTY)"
        if node == self.node and use.name in self.present:
            return f"{node}[{use.name!r}][0]"
        return f"{node}.get({use.name!r}, NOTHING)[0]"

    def loop(self, hops: tuple[Hop, ...], *, absolute: bool = False) -> str:
        """Return the variable that holds the first loop reached by ``hops``."""
        node = "root" if absolute else self.node
        for depth in range(1, len(hops) + 1):
            key = (hops[:depth], absolute)
            known = self._nodes.get(key)
            if known is None:
                hop = hops[depth - 1]
                known = self._nodes[key] = self.out.name("l")
                opening = f"x.get({hop.loop.trigger.name!r}, NOTHING)[0]"
                only = f" if {meets(opening, hop.filters)}" if hop.filters else ""
                self.out.line(f"{known} = next((x for x in {node}.get({hop.key!r}, ()){only}), NO_NODE)")
            node = known
        return node

    def all_of(self, key: str, node: str) -> str:
        """Write the expression for all repetitions under ``key`` of ``node``."""
        known = node == self.node and key in self.present
        return f"{node}[{key!r}]" if known else f"{node}.get({key!r}, ())"


def needs(item: Item, scope: Scope) -> frozenset[str] | None:
    """Return the keys of the node of which one must be there for ``item`` to give anything; None where that is open."""
    match item:
        case Value():
            targets: list[Target | None] = [reading.target for reading in item.readings]
            if item.default is not None or not targets:
                return None
        case Group():
            inner = [needs(part, scope) for part in item.body.items]
            return None if None in inner else frozenset().union(*(keys for keys in inner if keys is not None))
        case _:
            targets = [item.target]
    found = set()
    for target in targets:
        if target is None or target.path.absolute or (target.use is not None and target.use is scope.use):
            return None
        found.add(target.hops[0].key if target.hops else target.use.name if target.use else "")
    return frozenset(found)


def meets(variable: str, filters: tuple[Filter, ...], without: Without = ()) -> str:
    """Write the condition that a segment meets ``filters``, and none of ``without``."""
    tests = [f"not ({meets(variable, taken)})" for taken in without]
    for condition in filters:
        number = condition.number
        value = f"({variable}[{number}] if len({variable}) > {number} else '')"
        if len(condition.values) == 1:
            tests.append(f"{value} {'!=' if condition.negated else '=='} {condition.values[0]!r}")
        else:
            tests.append(f"{value} {'not in' if condition.negated else 'in'} {condition.values!r}")
    return " and ".join(tests)
