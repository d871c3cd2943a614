"""Turns a plan into a Python function that reads a set: tree in, dict out.

The tree is what `gateway.x12.walker` placed, its HL loops nested. Absent values are left out, and so are objects and
lists with nothing in them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from gateway.mapping.emit import Emitter
from gateway.mapping.functions import Way
from gateway.mapping.plan import Body, Each, Group, Item, Pairs, Plan, Reading, Value
from gateway.x12.path import Filter, Hop
from gateway.x12.standards.definition import Use

Reader: TypeAlias = Callable[[dict[str, Any], str], dict[str, Any]]

EMPTY: list[str] = []
NOTHING: tuple[list[str]] = (EMPTY,)
NO_NODE: dict[str, Any] = {}


def compile_reader(plan: Plan) -> Reader:
    """Compile the reading half of a plan: (nested tree, component separator) -> the canonical body as a dict."""
    return _ReadCompiler(plan).compile()


def read_pairs(
    segment: list[str], first: int, last: int, keys: tuple[str, str], kind_of: Way | None
) -> list[dict[str, str]]:
    """Read kind and value, side by side from element ``first`` to ``last``."""
    found = []
    for at in range(first, min(last, len(segment) - 1), 2):
        kind, value = segment[at], segment[at + 1]
        if kind and value:
            found.append({keys[0]: kind_of(kind) if kind_of else kind, keys[1]: value})
        elif value:
            found.append({keys[1]: value})
    return found


def component(segment: list[str], element: int, number: int, mark: str) -> str:
    """Return one component of an element, empty where absent."""
    if len(segment) <= element or not segment[element]:
        return ""
    parts = segment[element].split(mark) if mark else [segment[element]]
    return parts[number - 1] if len(parts) >= number else ""


class _Scope:
    """Where generated code stands: the variable of the node, and the segments it holds in variables already."""

    def __init__(self, node: str, bound: str = "", use: Use | None = None) -> None:
        self.node = node
        self.bound = bound
        self.use = use
        self.segments: dict[object, tuple[str, str]] = {}
        self.nodes: dict[object, str] = {}


class _ReadCompiler:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.out = Emitter(f"<reader of {plan.profile.name} for {plan.definition.id} {plan.definition.version}>")
        self.functions: dict[int, str] = {}
        self.waiting: list[tuple[Body, str]] = []
        self.out.bound |= {"EMPTY": EMPTY, "NOTHING": NOTHING, "NO_NODE": NO_NODE}
        self.out.bound |= {"read_pairs": read_pairs, "component": component}

    def compile(self) -> Reader:
        self._function(self.plan.body, "read")
        while self.waiting:
            body, name = self.waiting.pop()
            self._function(body, name)
        return self.out.compile("read")

    def _function(self, body: Body, name: str) -> None:
        with self.out.block(f"def {name}(node, mark):"):
            self.out.line("o = {}")
            scope = _Scope("node")
            if body.bound is not None:
                scope = self._bound("node", "node", body.bound)
            self._items(body.items, scope, "o")
            self.out.line("return o")

    def _bound(self, node: str, segment: str, use: Use) -> _Scope:
        length = self.out.name("n")
        self.out.line(f"{length} = len({segment})")
        scope = _Scope(node, segment, use)
        scope.segments[(use, ())] = (segment, length)
        return scope

    def _items(self, items: list[Item], scope: _Scope, target: str) -> None:
        for item in items:
            with self.out.origin(item.name, item.where):
                match item:
                    case Value():
                        self._value(item, scope, target)
                    case Pairs():
                        self._pairs(item, scope, target)
                    case Group():
                        self._group(item, scope, target)
                    case Each():
                        self._each(item, scope, target)

    # Places

    def _segment(self, scope: _Scope, hops: tuple[Hop, ...], use: Use, filters: tuple[Filter, ...]) -> tuple[str, str]:
        """Return the variables that hold the first such segment and its length."""
        if scope.use is use:
            return scope.segments[(use, ())]
        key = (hops, use, filters)
        known = scope.segments.get(key)
        if known is None:
            node = self._node(scope, hops)
            segment, length = self.out.name("s"), self.out.name("n")
            if filters:
                self.out.line(
                    f"{segment} = next((s for s in {node}.get({use.name!r}, ()) if {_meets('s', filters)}), EMPTY)"
                )
            else:
                self.out.line(f"{segment} = {node}.get({use.name!r}, NOTHING)[0]")
            self.out.line(f"{length} = len({segment})")
            known = scope.segments[key] = (segment, length)
        return known

    def _node(self, scope: _Scope, hops: tuple[Hop, ...]) -> str:
        """Return the variable that holds the first loop reached by ``hops``."""
        node = scope.node
        for depth in range(1, len(hops) + 1):
            key = hops[:depth]
            known = scope.nodes.get(key)
            if known is None:
                hop = hops[depth - 1]
                known = scope.nodes[key] = self.out.name("l")
                self.out.line(
                    f"{known} = next((x for x in {node}.get({hop.key!r}, ()){_hop_filter('x', hop)}), NO_NODE)"
                )
            node = known
        return node

    # Values

    def _value(self, item: Value, scope: _Scope, target: str) -> None:
        if item.is_list:
            self._value_list(item, scope, target)
            return
        condition = ""
        if item.when is not None:
            assert item.when.use is not None and item.when.elements is not None
            segment, length = self._segment(scope, item.when.hops, item.when.use, item.when.filters)
            value = f"({segment}[{item.when.elements.first}] if {length} > {item.when.elements.first} else '')"
            condition = f"{value} {'not in' if item.when_negated else 'in'} {item.when_values!r} and "
        for index, reading in enumerate(item.readings):
            prefix = condition + (f"{item.name!r} not in {target} and " if index else "")
            self._reading(reading, item.name, scope, target, prefix)
        if item.default is not None:
            self.out.line(f"{target}.setdefault({item.name!r}, {item.default!r})")

    def _reading(self, reading: Reading, name: str, scope: _Scope, target: str, condition: str) -> None:
        if reading.target is None:
            with self.out.block(f"if {condition}True:"):
                self._assign(name, target, self._through(repr(reading.literal), reading, scope), reading)
            return
        found = reading.target
        assert found.use is not None and found.elements is not None
        segment, length = self._segment(scope, found.hops, found.use, found.filters)
        element = found.elements
        raw, present = f"{segment}[{element.first}]", f"{length} > {element.first} and {segment}[{element.first}]"
        if element.component:
            raw = present = self.out.name("c")
            self.out.line(f"{raw} = component({segment}, {element.first}, {element.component}, mark)")
        expression = self._through(raw, reading, scope)
        with self.out.block(f"if {condition}{present}:"):
            self._assign(name, target, expression, reading)

    def _assign(self, name: str, target: str, expression: str, reading: Reading) -> None:
        if reading.ways:
            value = self.out.name("v")
            self.out.line(f"{value} = {expression}")
            self.out.line(f"if {value} is not None: {target}[{name!r}] = {value}")
        else:
            self.out.line(f"{target}[{name!r}] = {expression}")

    def _through(self, raw: str, reading: Reading, scope: _Scope) -> str:
        expression = raw
        for index, way in enumerate(reading.ways):
            others = ""
            if index == 0:
                for extra in reading.extras:
                    assert extra.use is not None and extra.elements is not None
                    segment, length = self._segment(scope, extra.hops, extra.use, extra.filters)
                    others += f", {segment}[{extra.elements.first}] if {length} > {extra.elements.first} else ''"
            expression = f"{self.out.bind(way)}({expression}{others})"
        return expression

    def _value_list(self, item: Value, scope: _Scope, target: str) -> None:
        for reading in item.readings:
            found = reading.target
            if found is None or found.use is None or found.elements is None:
                continue
            first = found.elements.first
            node = self._node(scope, found.hops)
            value = self._through("v", reading, scope)
            condition = f" if {_meets('s', found.filters)}" if found.filters else ""
            if item.within:
                segment, _length = self._segment(scope, found.hops, found.use, found.filters)
                source, condition = f"({segment},)", ""
            else:
                source = f"{node}.get({found.use.name!r}, ())"
            last = found.elements.last + 1 if found.elements.last else ""
            rows = self.out.name("r")
            self.out.line(f"{rows} = [{value} for s in {source}{condition} for v in s[{first}:{last}] if v]")
            self.out.line(f"if {rows}: {target}[{item.name!r}] = {rows}")

    def _pairs(self, item: Pairs, scope: _Scope, target: str) -> None:
        found = item.target
        assert found.use is not None and found.elements is not None
        segment, length = self._segment(scope, found.hops, found.use, found.filters)
        kind = self.out.bind(item.read_kind) if item.read_kind else "None"
        rows = self.out.name("r")
        with self.out.block(f"if {length} > {found.elements.first}:"):
            self.out.line(
                f"{rows} = read_pairs({segment}, {found.elements.first}, {found.elements.last}, {item.keys!r}, {kind})"
            )
            self.out.line(f"if {rows}: {target}[{item.name!r}] = {rows}")

    # Objects and lists

    def _group(self, item: Group, scope: _Scope, target: str) -> None:
        inner = self.out.name("o")
        if item.body.block and item.body.bound is None:
            self.out.line(f"{inner} = {self._block(item.body)}({scope.node}, mark)")
        else:
            self.out.line(f"{inner} = {{}}")
            self._items(item.body.items, scope, inner)
        self.out.line(f"if {inner}: {target}[{item.name!r}] = {inner}")

    def _block(self, body: Body) -> str:
        name = self.functions.get(id(body))
        if name is None:
            name = self.functions[id(body)] = self.out.name("block")
            self.waiting.append((body, name))
        return name

    def _each(self, item: Each, scope: _Scope, target: str) -> None:
        found = item.target
        hops, use = found.hops, found.use
        above = self._node(scope, hops if use is not None else hops[:-1])
        rows, inner = self.out.name("r"), self.out.name("o")
        self.out.line(f"{rows} = []")
        here = self.out.name("x")
        if use is None:
            head = f"for {here} in {above}.get({hops[-1].key!r}, ()):"
            skip = _hop_condition(here, hops[-1])
        else:
            head = f"for {here} in {above}.get({use.name!r}, ()):"
            skip = _meets(here, found.filters)
        with self.out.block(head):
            if skip:
                self.out.line(f"if not ({skip}): continue")
            if item.body.block:
                self.out.line(f"{inner} = {self._block(item.body)}({here}, mark)")
            else:
                self.out.line(f"{inner} = {{}}")
                within = _Scope(here) if use is None else self._bound(above, here, use)
                self._items(item.body.items, within, inner)
            self.out.line(f"if {inner}: {rows}.append({inner})")
        self.out.line(f"if {rows}: {target}[{item.name!r}] = {rows}")


def _meets(variable: str, filters: tuple[Filter, ...]) -> str:
    """Write the condition that a segment meets ``filters``."""
    tests = []
    for condition in filters:
        number = condition.number
        value = f"({variable}[{number}] if len({variable}) > {number} else '')"
        if len(condition.values) == 1:
            tests.append(f"{value} {'!=' if condition.negated else '=='} {condition.values[0]!r}")
        else:
            tests.append(f"{value} {'not in' if condition.negated else 'in'} {condition.values!r}")
    return " and ".join(tests)


def _hop_condition(variable: str, hop: Hop) -> str:
    """Write the condition that a loop's first segment meets the hop's filters."""
    if not hop.filters:
        return ""
    trigger = hop.loop.trigger.name
    return " and ".join(_meets(f"{variable}.get({trigger!r}, NOTHING)[0]", (condition,)) for condition in hop.filters)


def _hop_filter(variable: str, hop: Hop) -> str:
    condition = _hop_condition(variable, hop)
    return f" if {condition}" if condition else ""
