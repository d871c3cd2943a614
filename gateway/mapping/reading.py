"""Turns a plan into a Python function that reads a set: tree in, dict out.

The tree is what `gateway.x12.walker` placed, its HL loops nested. Absent values are left out, and so are objects and
lists with nothing in them, but for HL levels. A generated function has the shape of what a person would write::

    def read(node, mark, root):
        o = {}
        if 'BEG' in node:
            s1 = node['BEG'][0]
            n2 = len(s1)
            if n2 > 1 and s1[1]: o['purpose'] = k3[s1[1]]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from gateway.mapping.conversions import Way
from gateway.mapping.emit import Emitter, drops
from gateway.mapping.plan import Body, Each, Group, Item, Pairs, Plan, Reading, Value
from gateway.mapping.scopes import EMPTY, NAMES, Scope, meets, needs

Reader: TypeAlias = Callable[[dict[str, Any], str], dict[str, Any]]

_MOST_GUARDS = 3  # An object that may come from more segments than these is looked for without asking first.


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


def components(segment: list[str], element: int, mark: str) -> list[str]:
    """Return the components of an element, none where it is absent."""
    if len(segment) <= element or not segment[element]:
        return EMPTY
    return segment[element].split(mark) if mark else [segment[element]]


class _ReadCompiler:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.out = Emitter(f"<reader of {plan.profile.name} for {plan.definition.id} {plan.definition.version}>")
        self.functions: dict[int, str] = {}
        self.waiting: list[tuple[Body, str]] = []
        self.out.bound |= {**NAMES, "read_pairs": read_pairs, "components": components}

    def compile(self) -> Reader:
        self._function(self.plan.body, "inside")
        while self.waiting:
            body, name = self.waiting.pop()
            self._function(body, name)
        with self.out.function("read(node, mark)"):
            self.out.line("return inside(node, mark, node)")
        return self.out.compile("read")

    def _function(self, body: Body, name: str) -> None:
        with self.out.function(f"{name}(node, mark, root)"):
            self.out.line("o = {}")
            self._items(body.items, Scope(self.out, "node", body.bound), "o")
            self.out.line("return o")

    def _items(self, items: list[Item], scope: Scope, target: str) -> None:
        """Read items; neighbours that need the same segment ask for it once."""
        index = 0
        while index < len(items):
            keys = needs(items[index], scope)
            run = [items[index]]
            while keys and len(keys) == 1 and index + len(run) < len(items):
                if needs(items[index + len(run)], scope) != keys:
                    break
                run.append(items[index + len(run)])
            with self._where_present(keys, scope) as inner:
                for item in run:
                    self._item(item, inner, target)
            index += len(run)

    @contextmanager
    def _where_present(self, keys: frozenset[str] | None, scope: Scope) -> Iterator[Scope]:
        """Open a block that is entered only where one of ``keys`` is there; None asks nothing."""
        if keys is None or keys & scope.present or len(keys) > _MOST_GUARDS:
            yield scope
            return
        with self.out.block("if " + " or ".join(f"{key!r} in {scope.node}" for key in sorted(keys)) + ":"):
            yield scope.below(keys)

    def _item(self, item: Item, scope: Scope, target: str) -> None:
        with self.out.field(item.name, item.where):
            match item:
                case Value(is_list=True):
                    self._value_list(item, scope, target)
                case Value():
                    self._value(item, scope, target)
                case Pairs():
                    self._pairs(item, scope, target)
                case Group():
                    self._group(item, scope, target)
                case Each():
                    self._each(item, scope, target)

    # Values

    def _value(self, item: Value, scope: Scope, target: str) -> None:
        condition = ""
        if item.when is not None:
            assert item.when.elements is not None
            segment, length = scope.segment(item.when)
            number = item.when.elements.first
            value = f"({segment}[{number}] if {length} > {number} else '')"
            condition = f"{value} {'not in' if item.when_negated else 'in'} {item.when_values!r} and "
        for index, reading in enumerate(item.readings):
            prefix = condition + (f"{item.name!r} not in {target} and " if index else "")
            self._reading(reading, item.name, scope, target, prefix)
        if item.default is not None:
            self.out.line(f"{target}.setdefault({item.name!r}, {item.default!r})")

    def _reading(self, reading: Reading, name: str, scope: Scope, target: str, condition: str) -> None:
        if reading.target is None:
            raw, present = repr(reading.literal), "True"
        else:
            assert reading.target.elements is not None
            segment, length = scope.segment(reading.target)
            number = reading.target.elements.first
            raw, present = f"{segment}[{number}]", f"{length} > {number} and {segment}[{number}]"
            if reading.target.elements.component:
                parts, index = scope.components(segment, number), reading.target.elements.component - 1
                raw, present = f"{parts}[{index}]", f"len({parts}) > {index} and {parts}[{index}]"
        expression = self._through(raw, reading, scope)
        with self.out.block(f"if {condition}{present}:"):
            if any(map(drops, reading.ways)):
                value = self.out.name("v")
                self.out.line(f"{value} = {expression}")
                self.out.line(f"if {value} is not None: {target}[{name!r}] = {value}")
            else:
                self.out.line(f"{target}[{name!r}] = {expression}")

    def _through(self, raw: str, reading: Reading, scope: Scope) -> str:
        others = ""
        for extra in reading.extras:
            assert extra.elements is not None
            segment, length = scope.segment(extra)
            others += f", {segment}[{extra.elements.first}] if {length} > {extra.elements.first} else ''"
        return self.out.through(reading.ways, raw, others)

    def _value_list(self, item: Value, scope: Scope, target: str) -> None:
        """Read one value for each segment, or with ``within`` one for each element of a range."""
        for index, reading in enumerate(item.readings):
            found = reading.target
            assert found is not None and found.use is not None and found.elements is not None
            value = self._through("v", reading, scope)
            condition = f" if {meets('s', found.filters, item.without)}" if found.filters or item.without else ""
            if item.within or found.use is scope.use:
                source, condition = f"({scope.segment(found)[0]},)", ""
            else:
                node = scope.loop(found.hops, absolute=found.path.absolute)
                source = scope.all_of(found.use.name, node)
            last = found.elements.last + 1 if found.elements.last else ""
            rows = self.out.name("r")
            elements = f"s[{found.elements.first}:{last}]"
            self.out.line(f"{rows} = [{value} for s in {source}{condition} for v in {elements} if v]")
            if any(map(drops, reading.ways)):
                self.out.line(f"{rows} = [v for v in {rows} if v is not None]")
            unless = f" and {item.name!r} not in {target}" if index else ""
            self.out.line(f"if {rows}{unless}: {target}[{item.name!r}] = {rows}")

    def _pairs(self, item: Pairs, scope: Scope, target: str) -> None:
        found = item.target
        assert found.elements is not None
        segment, length = scope.segment(found)
        kind = self.out.bind(item.read_kind) if item.read_kind else "None"
        rows = self.out.name("r")
        with self.out.block(f"if {length} > {found.elements.first}:"):
            self.out.line(
                f"{rows} = read_pairs({segment}, {found.elements.first}, {found.elements.last}, {item.keys!r}, {kind})"
            )
            self.out.line(f"if {rows}: {target}[{item.name!r}] = {rows}")

    # Objects and lists

    def _group(self, item: Group, scope: Scope, target: str) -> None:
        inner = self.out.name("o")
        if item.body.block and item.body.bound is None:
            self.out.line(f"{inner} = {self._block(item.body)}({scope.node}, mark, root)")
        else:
            self.out.line(f"{inner} = {{}}")
            self._items(item.body.items, scope, inner)
        if item.row is None:
            self.out.line(f"if {inner}: {target}[{item.name!r}] = {inner}")
        else:
            self.out.line(f"if {inner}: {target}.setdefault({item.name!r}, []).append({inner})")

    def _block(self, body: Body) -> str:
        name = self.functions.get(id(body))
        if name is None:
            name = self.functions[id(body)] = self.out.name("block")
            self.waiting.append((body, name))
        return name

    def _each(self, item: Each, scope: Scope, target: str) -> None:
        hops, use = item.target.hops, item.target.use
        above = scope.loop(hops if use is not None else hops[:-1])
        rows, inner, here = self.out.name("r"), self.out.name("o"), self.out.name("x")
        self.out.line(f"{rows} = []")
        with self.out.block(f"for {here} in {scope.all_of(use.name if use else hops[-1].key, above)}:"):
            opening, filters = here, item.target.filters if use is not None else hops[-1].filters
            chosen = bool(filters or item.without)
            if use is None and chosen:
                opening = self.out.name("s")
                self.out.line(f"{opening} = {here}.get({hops[-1].loop.trigger.name!r}, NOTHING)[0]")
            if chosen:
                self.out.line(f"if not ({meets(opening, filters, item.without)}): continue")
            if item.body.block:
                self.out.line(f"{inner} = {self._block(item.body)}({here}, mark, root)")
            else:
                self.out.line(f"{inner} = {{}}")
                self._items(item.body.items, Scope(self.out, here, use), inner)
            self.out.line(f"{rows}.append({inner})" if item.is_level else f"if {inner}: {rows}.append({inner})")
        self.out.line(f"if {rows}: {target}[{item.name!r}] = {rows}")
