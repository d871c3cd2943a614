"""Turns a plan into a Python function that writes a set: canonical body in, tree out. The twin of `reading`.

The tree has the shape that `gateway.x12.walker` makes, HL levels nested; `gateway.mapping.layout` puts it into the order of
the set. A generated function first fetches the values and then writes the segments::

    def write(doc):
        node = {}
        v1 = k2[v] if (v := doc.purpose) is not None else ''
        v3 = doc.order_number or ''
        if v1 or v3: node.setdefault('BEG', []).append(['BEG', v1, '', v3])
        return node
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, TypeAlias

from gateway.canonical.values import Part
from gateway.mapping.emit import Emitter
from gateway.mapping.plan import Body, Each, Group, Item, Pairs, Plan, Value
from gateway.mapping.slots import Place, Selected, Slot, fill
from gateway.x12.path import Hop
from gateway.x12.standards.definition import Use

Writer: TypeAlias = Callable[[Part], dict[str, Any]]

NO_LIST: tuple[()] = ()


def compile_writer(plan: Plan) -> Writer:
    """Compile the writing half of a plan: canonical body -> nested tree without ST and SE."""
    return _WriteCompiler(plan).compile()


def within(rows: Sequence[Any], room: int, what: str) -> Sequence[Any]:
    """Return ``rows``; raise ValueError when they don't fit into ``room``."""
    if len(rows) > room:
        raise ValueError(f"{len(rows)} {what} given, but there is room for {room}")
    return rows


def entry(rows: Sequence[Any], index: int, room: int) -> Any:
    """Return one entry of ``rows``, None where there is none; raise ValueError when they don't fit into ``room``."""
    return within(rows, room, "entries")[index] if len(rows) > index else None


@dataclass(frozen=True, slots=True)
class _Source:
    """The variable from which values are written: a canonical model, or with ``free`` a dict of the profile's own names."""

    variable: str
    free: bool = False

    def get(self, name: str) -> str:
        """Write the expression for one of its fields; the planner has found ``name`` among those of the model."""
        return f"{self.variable}.get({name!r})" if self.free else f"{self.variable}.{name}"


class _WriteCompiler:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.out = Emitter(f"<writer of {plan.profile.name} for {plan.definition.id} {plan.definition.version}>")
        self.out.bound |= {"NO_LIST": NO_LIST}
        self.out.bound |= {"fill": fill, "within": within, "entry": entry}
        self.functions: dict[int, str] = {}
        self.waiting: list[tuple[Body, str]] = []
        self.unset: list[str] = []  # Variables made since an object was entered: empty where the object is absent.

    def compile(self) -> Writer:
        with self.out.function("write(doc)"):
            self.out.line("node = {}")
            self._place(Place("node"), self.plan.body.items, _Source("doc"), constants=True)
            self.out.line("return node")
        while self.waiting:
            body, name = self.waiting.pop()
            if body.bound is not None:
                with self.out.function(f"{name}(doc)"):
                    self._segment(body, Slot(body.bound, ()), _Source("doc", body.free), "return")
            else:
                with self.out.function(f"{name}(doc, node)"):
                    self._place(Place("node"), body.items, _Source("doc", body.free))
        return self.out.compile("write")

    def _place(self, place: Place, items: list[Item], source: _Source, *, constants: bool = False) -> None:
        """Write everything that goes into one node."""
        for hops in _reached(items):
            place.reach(hops, lambda: self.out.name("b"))
        found = self.plan.constants if constants else []
        for constant in found:
            place.reach(constant.target.hops, lambda: self.out.name("b"))
        for below in place.all_below():
            self.out.line(f"{below.node} = {{}}")
        self._items(items, place, None, source)
        for constant in found:
            assert constant.target.elements is not None
            place.slot(constant.target).literals[constant.target.elements.first] = constant.value
        self._flush(place)

    def _flush(self, place: Place) -> None:
        """Write the segments of a place, then hang the loops reached through it."""
        for slot in place.slots.values():
            self._write_slot(slot, place.node)
        for hop, below in place.below.values():
            self._flush(below)
            self._hang(place.node, hop, below.node)

    def _hang(self, node: str, hop: Hop, below: str, item: Each | None = None) -> None:
        """Put the loop ``below`` into ``node``, if there is anything in it or if it is a level."""
        without = item.without if item is not None else ()
        level = item is not None and item.is_level
        with nullcontext() if level else self.out.block(f"if {below}:"):
            if hop.filters or without:
                selected = Selected(hop.loop.trigger.name, hop.filters, without)
                self.out.line(f"{self.out.bind(selected)}.opening({below})")
            self.out.line(f"{node}.setdefault({hop.key!r}, []).append({below})")

    def _write_slot(self, slot: Slot, node: str) -> None:
        before, self.out.origin = self.out.origin, slot.origin or self.out.origin
        condition = slot.lines(self.out)
        if condition:
            made = slot.segment(self.out)
            with self.out.block(f"if {condition}:"):
                self.out.line(f"{node}.setdefault({slot.use.name!r}, []).append({made})")
        self.out.origin = before

    def _segment(self, body: Body, slot: Slot, source: _Source, result: str) -> None:
        """Write one segment of a list: ``result`` is ``return`` or the beginning of a call that takes it."""
        self._items(body.items, Place(""), slot, source)
        before, self.out.origin = self.out.origin, slot.origin or self.out.origin
        condition = slot.lines(self.out)
        made = slot.segment(self.out)
        with self.out.block(f"if {condition or 'False'}:"):
            self.out.line(f"{result} {made}" if result == "return" else f"{result}({made})")
        self.out.origin = before

    # Values

    def _items(self, items: list[Item], place: Place, bound: Slot | None, source: _Source) -> None:
        for item in items:
            with self.out.field(item.name, item.where):
                match item:
                    case Value(is_list=True):
                        self._value_list(item, place, bound, source)
                    case Value():
                        self._value(item, place, bound, source)
                    case Pairs(writes=True):
                        self._pairs(item, place, bound, source)
                    case Group():
                        self._group(item, place, bound, source)
                    case Each():
                        self._each(item, place, source)
                    case _:
                        pass

    def _variable(self, kind: str, slot: Slot) -> str:
        name = self.out.name(kind)
        self.unset.append(name)
        slot.origin = slot.origin or self.out.origin
        return name

    def _value(self, item: Value, place: Place, bound: Slot | None, source: _Source) -> None:
        if item.writing is None:
            return
        target = item.writing.target
        assert target.use is not None and target.elements is not None
        slot = bound or place.slot(target)
        variable = self._variable("v", slot)
        required = target.use.segment.positions[target.elements.first - 1].required
        got = source.get(item.name)
        guard = ""
        if item.default is not None and not required:
            guard = f" and v != {self.out.bind(item.default_value)}"
        if item.writing.ways or guard:
            converted = self.out.through(item.writing.ways, "v")
            self.out.line(f"{variable} = {converted} if (v := {got}) is not None{guard} else ''")
        else:
            self.out.line(f"{variable} = {got} or ''")
        if target.elements.component:
            slot.components.setdefault(target.elements.first, {})[target.elements.component] = variable
        else:
            slot.elements[target.elements.first] = variable

    def _value_list(self, item: Value, place: Place, bound: Slot | None, source: _Source) -> None:
        """Write a segment for each value, or for as many as ``*`` or a range holds; with ``within`` all into one segment."""
        if item.writing is None:
            return
        target = item.writing.target
        assert target.use is not None and target.elements is not None
        first, last = target.elements.first, target.elements.last or len(target.use.segment.positions)
        room = last - first + 1
        rows = f"[{self.out.through(item.writing.ways, 'v')} for v in {source.get(item.name)}]"
        present = f"if {source.get(item.name)}"
        if item.within or bound is not None:
            slot = bound or place.slot(target)
            variable = self._variable("r", slot)
            self.out.line(f"{variable} = within({rows}, {room}, 'values') {present} else NO_LIST")
            slot.spread[first] = (last, variable)
            return
        node = place.reach(target.hops, str).node
        slot = Slot(target.use, target.filters, item.without, spread={first: (last, f"rows[at:at + {room}]")})
        with self.out.block(f"{present}:"):
            self.out.line(f"rows = {rows}")
            with self.out.block(f"for at in range(0, len(rows), {room}):"):
                self.out.line(f"{node}.setdefault({target.use.name!r}, []).append({slot.segment(self.out)})")

    def _pairs(self, item: Pairs, place: Place, bound: Slot | None, source: _Source) -> None:
        elements = item.target.elements
        assert elements is not None
        slot = bound or place.slot(item.target)
        room = elements.last - elements.first + 1
        variable = self._variable("r", slot)
        kind, value = (f"x.{key}" for key in item.keys)
        code = f"{self.out.through([item.write_kind], kind)} if {kind} else ''" if item.write_kind else f"{kind} or ''"
        text = self.out.through([item.write_value], value) if item.write_value else value
        rows = f"within({source.get(item.name)}, {room // 2}, 'pairs')"
        self.out.line(f"{variable} = [v for x in {rows} for v in ({code}, {text})]")
        slot.spread[elements.first] = (elements.last, variable)

    # Objects and lists

    def _group(self, item: Group, place: Place, bound: Slot | None, source: _Source) -> None:
        inner = self.out.name("o")
        before, self.unset = self.unset, []
        got = source.get(item.name)
        if item.row is not None:
            got = f"entry({got}, {item.row}, {item.rows})"
        with self.out.block(f"if {inner} := {got}:"):
            if item.body.block and item.body.bound is None:
                self.out.line(f"{self._block(item.body)}({inner}, {place.node})")
            else:
                self._items(item.body.items, place, bound, _Source(inner, item.body.free))
        if self.unset:
            with self.out.block("else:"):
                self.out.line(f"{' = '.join(self.unset)} = ''")
        self.unset = before + self.unset

    def _block(self, body: Body) -> str:
        name = self.functions.get(id(body))
        if name is None:
            name = self.functions[id(body)] = self.out.name("block")
            self.waiting.append((body, name))
        return name

    def _each(self, item: Each, place: Place, source: _Source) -> None:
        use, hops = item.target.use, item.target.hops
        one = self.out.name("x")
        node = place.reach(hops if use is not None else hops[:-1], str).node
        before, self.unset = self.unset, []
        rows = self.out.name("r")
        with self.out.block(f"if {rows} := {source.get(item.name)}:"), self.out.block(f"for {one} in {rows}:"):
            if use is None:
                self._each_loop(item, hops[-1], node, one)
            elif item.body.block:
                self._each_segment(item, use, node, one)
            else:
                slot = Slot(use, item.target.filters, item.without)
                self._segment(item.body, slot, _Source(one), f"{node}.setdefault({use.name!r}, []).append")
        self.unset = before

    def _each_segment(self, item: Each, use: Use, node: str, one: str) -> None:
        made = self.out.name("s")
        self.out.line(f"{made} = {self._block(item.body)}({one})")
        filters, segment = item.target.filters, made
        if filters or item.without:
            segment = f"{self.out.bind(Selected(use.name, filters, item.without))}({made})"
        self.out.line(f"if {made}: {node}.setdefault({use.name!r}, []).append({segment})")

    def _each_loop(self, item: Each, hop: Hop, node: str, one: str) -> None:
        below = self.out.name("l")
        self.out.line(f"{below} = {{}}")
        if item.body.block:
            self.out.line(f"{self._block(item.body)}({one}, {below})")
        else:
            self._place(Place(below), item.body.items, _Source(one))
        self._hang(node, hop, below, item)


def _reached(items: list[Item]) -> Iterator[tuple[Hop, ...]]:
    """Yield the loops that must be at hand before the values of a node are written."""
    for item in items:
        match item:
            case Value(writing=writing) if writing is not None:
                yield writing.target.hops
            case Pairs(writes=True):
                yield item.target.hops
            case Each():
                yield item.target.hops if item.target.use is not None else item.target.hops[:-1]
            case Group() if not item.body.block or item.body.bound is not None:
                yield from _reached(item.body.items)
            case _:
                pass
