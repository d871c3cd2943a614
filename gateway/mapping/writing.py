"""Turns a plan into a Python function that writes a set: canonical dict in, tree out. The twin of `reading`.

The tree has the shape that `gateway.x12.walker` makes, HL levels nested; `lay_out` puts it into the order of the set.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from gateway.mapping.emit import Emitter
from gateway.mapping.functions import Way
from gateway.mapping.plan import Body, Each, Group, Item, Pairs, Plan, Value
from gateway.x12.hierarchy import flatten
from gateway.x12.path import Filter, Hop, Target
from gateway.x12.standards.definition import Composite, Loop, SetDefinition, Use
from gateway.x12.writer import OutSegment

Writer: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]

NO_OBJECT: dict[str, Any] = {}
NO_LIST: tuple[()] = ()


def compile_writer(plan: Plan) -> Writer:
    """Compile the writing half of a plan: canonical body as a dict (Python values) -> nested tree without ST and SE."""
    return _WriteCompiler(plan).compile()


def write_pairs(rows: list[dict[str, Any]], room: int, keys: tuple[str, str], code_of: Way | None) -> list[str]:
    """Write kind and value side by side; raise ValueError when they don't fit into ``room`` elements."""
    if 2 * len(rows) > room:
        raise ValueError(f"{len(rows)} pairs given, but there is room for {room // 2}")
    values = []
    for row in rows:
        kind = row.get(keys[0])
        shown = "" if kind is None else str(kind)
        values += [code_of(shown) if code_of and shown else shown, str(row[keys[1]])]
    return values


def lay_out(tree: dict[str, Any], definition: SetDefinition) -> list[OutSegment]:
    """Return the segments of a tree in the order of the set, without ST and SE."""
    found: list[OutSegment] = []
    _lay_out(tree, definition.root, found)
    return found


def _lay_out(node: dict[str, Any], loop: Loop, found: list[OutSegment]) -> None:
    for item in loop.items:
        below = node.get(item.name)
        if not below or item.name in ("ST", "SE"):
            continue
        if isinstance(item, Use):
            found.extend(below)
            continue
        for inner in flatten(below) if item.name == "HL" else below:
            if item.trigger.name == "LS":
                _bound(inner)
            _lay_out(inner, item, found)


def _bound(node: dict[str, Any]) -> None:
    """Put LS and LE, which name the loop between them, around what stands in a bounded loop."""
    name = next(iter(node))
    node["LS"], node["LE"] = [["LS", name]], [["LE", name]]


@dataclass(slots=True)
class _Slot:
    """A segment to be written: what goes into which element."""

    use: Use
    filters: tuple[Filter, ...]
    elements: dict[int, str] = field(default_factory=dict)  # number -> variable
    components: dict[int, dict[int, str]] = field(default_factory=dict)
    spread: list[tuple[int, int, str]] = field(default_factory=list)  # from this element to that one, a list


@dataclass(slots=True)
class _Place:
    """A node to be written: its variable, its slots, and the loops below that single values reach through."""

    node: str
    slots: dict[object, _Slot] = field(default_factory=dict)
    below: dict[tuple[str, tuple[Filter, ...]], tuple[Hop, _Place]] = field(default_factory=dict)


class _WriteCompiler:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.out = Emitter(f"<writer of {plan.profile.name} for {plan.definition.id} {plan.definition.version}>")
        self.out.bound |= {"NO_OBJECT": NO_OBJECT, "NO_LIST": NO_LIST, "write_pairs": write_pairs, "fill": fill}
        self.functions: dict[int, str] = {}
        self.waiting: list[tuple[Body, str]] = []

    def compile(self) -> Writer:
        with self.out.block("def write(doc):"):
            self.out.line("node = {}")
            place = _Place("node")
            self._items(self.plan.body.items, place, None, "doc")
            for constant in self.plan.constants:
                slot = self._slot(place, constant.target)
                assert constant.target.elements is not None
                slot.elements.setdefault(constant.target.elements.first, repr(constant.value))
            self._flush(place)
            self.out.line("return node")
        while self.waiting:
            body, name = self.waiting.pop()
            with self.out.block(f"def {name}(doc, node):"):
                place = _Place("node")
                bound = _Slot(body.bound, ()) if body.bound is not None else None
                if bound is not None:
                    place.slots["bound"] = bound
                self._items(body.items, place, bound, "doc")
                self._flush(place)
        return self.out.compile("write")

    def _items(self, items: list[Item], place: _Place, bound: _Slot | None, source: str) -> None:
        for item in items:
            with self.out.origin(item.name, item.where):
                match item:
                    case Value():
                        self._value(item, place, bound, source)
                    case Pairs(writes=True):
                        self._pairs(item, place, bound, source)
                    case Group():
                        self._group(item, place, bound, source)
                    case Each(writes=True):
                        self._each(item, place, source)
                    case _:
                        pass

    # Places

    def _slot(self, place: _Place, target: Target) -> _Slot:
        for hop in target.hops:
            key = (hop.key, hop.filters)
            if key not in place.below:
                inner = self.out.name("b")
                self.out.line(f"{inner} = {{}}")
                place.below[key] = (hop, _Place(inner))
            place = place.below[key][1]
        assert target.use is not None
        slot_key = (target.use, target.filters)
        if slot_key not in place.slots:
            place.slots[slot_key] = _Slot(target.use, target.filters)
        return place.slots[slot_key]

    def _flush(self, place: _Place) -> None:
        """Write the segments of a place, then hang the loops reached through it."""
        for slot in place.slots.values():
            self._write_slot(slot, place.node)
        for hop, below in place.below.values():
            constants = _constants(hop.filters)
            if constants:
                trigger = hop.loop.trigger
                own = next((s for s in below.slots.values() if s.use is trigger), None)
                if own is None:
                    own = below.slots.setdefault((trigger, ()), _Slot(trigger, ()))
                own.filters += hop.filters
            self._flush(below)
            self.out.line(f"if {below.node}: {place.node}.setdefault({hop.key!r}, []).append({below.node})")

    def _write_slot(self, slot: _Slot, node: str, *, always: bool = False) -> None:
        constants = _constants(slot.filters)
        for number, parts in slot.components.items():
            kind = slot.use.segment.positions[number - 1].kind
            size = len(kind.components) if isinstance(kind, Composite) else max(parts)
            variable = self.out.name("c")
            joined = ", ".join(f"{parts[at]} or ''" if at in parts else "''" for at in range(1, size + 1))
            present = " or ".join(parts.values())
            self.out.line(f"{variable} = ({joined},) if {present} else ''")
            slot.elements[number] = variable
        variables = [name for number, name in slot.elements.items() if number not in constants]
        variables += [rows for _first, _last, rows in slot.spread]
        if not variables and not always:
            return
        values = self._values(slot, constants)
        made = f"{node}.setdefault({slot.use.name!r}, []).append([{', '.join(values)}])"
        self.out.line(made if always or all(map(_is_literal, variables)) else f"if {' or '.join(variables)}: {made}")

    @staticmethod
    def _values(slot: _Slot, constants: dict[int, str]) -> list[str]:
        """Write the expressions of a segment's elements, lists spread out in their ranges."""
        spread = {first: (last, rows) for first, last, rows in slot.spread}
        end = max([0, *slot.elements, *constants, *spread])
        values = [repr(slot.use.name)]
        number = 1
        while number <= end:
            if number in spread:
                last, rows = spread[number]
                values.append(f"*fill({rows}, {last - number + 1})" if end > last else f"*{rows}")
                number = last
            elif number in slot.elements:
                own, fallback = slot.elements[number], repr(constants.get(number, ""))
                values.append(own if _is_literal(own) else f"{own} or {fallback}")
            else:
                values.append(repr(constants.get(number, "")))
            number += 1
        return values

    # Items

    def _value(self, item: Value, place: _Place, bound: _Slot | None, source: str) -> None:
        writing = item.writing
        if writing is None:
            return
        found = writing.target
        assert found.use is not None and found.elements is not None
        if item.is_list:
            self._value_list(item, place, bound, source)
            return
        slot = bound if bound is not None and found.use is bound.use else self._slot(place, found)
        variable = self.out.name("v")
        self.out.line(f"{variable} = {source}.get({item.name!r})")
        required = found.use.segment.positions[found.elements.first - 1].required
        guard = f" and {variable} != {item.default!r}" if item.default is not None and not required else ""
        converted = variable
        for way in writing.ways:
            converted = f"str({converted})" if way is str else f"{self.out.bind(way)}({converted})"
        self.out.line(f"{variable} = {converted} if {variable} is not None{guard} else ''")
        if found.elements.component:
            slot.components.setdefault(found.elements.first, {})[found.elements.component] = variable
        else:
            slot.elements[found.elements.first] = variable

    def _value_list(self, item: Value, place: _Place, bound: _Slot | None, source: str) -> None:
        """Write one element of a segment each, or with ``*`` as many elements as the segment has, then the next one."""
        assert item.writing is not None
        found = item.writing.target
        assert found.use is not None and found.elements is not None
        value = "v"
        for way in item.writing.ways:
            value = f"str({value})" if way is str else f"{self.out.bind(way)}({value})"
        rows = self.out.name("r")
        self.out.line(f"{rows} = [{value} for v in {source}.get({item.name!r}) or NO_LIST]")
        last = found.elements.last or len(found.use.segment.positions)
        if item.within:
            slot = bound if bound is not None and found.use is bound.use else self._slot(place, found)
            slot.spread.append((found.elements.first, last, rows))
            return
        node = self._reach(place, found.hops)
        room = last - found.elements.first + 1
        filled = [repr(found.use.name), *_filled(found.elements.first - 1, _constants(found.filters))]
        with self.out.block(f"for at in range(0, len({rows}), {room}):"):
            self.out.line(f"segment = [{', '.join(filled)}, *{rows}[at:at + {room}]]")
            self.out.line(f"{node}.setdefault({found.use.name!r}, []).append(segment)")

    def _reach(self, place: _Place, hops: tuple[Hop, ...]) -> str:
        for hop in hops:
            key = (hop.key, hop.filters)
            if key not in place.below:
                inner = self.out.name("b")
                self.out.line(f"{inner} = {{}}")
                place.below[key] = (hop, _Place(inner))
            place = place.below[key][1]
        return place.node

    def _pairs(self, item: Pairs, place: _Place, bound: _Slot | None, source: str) -> None:
        found = item.target
        assert found.use is not None and found.elements is not None
        slot = bound if bound is not None and found.use is bound.use else self._slot(place, found)
        room = found.elements.last - found.elements.first + 1
        code = self.out.bind(item.write_kind) if item.write_kind else "None"
        rows = self.out.name("r")
        self.out.line(f"{rows} = {source}.get({item.name!r})")
        self.out.line(f"{rows} = write_pairs({rows}, {room}, {item.keys!r}, {code}) if {rows} else NO_LIST")
        slot.spread.append((found.elements.first, found.elements.last, rows))

    def _group(self, item: Group, place: _Place, bound: _Slot | None, source: str) -> None:
        inner = self.out.name("o")
        self.out.line(f"{inner} = {source}.get({item.name!r}) or NO_OBJECT")
        if item.body.block and item.body.bound is None:
            self.out.line(f"{self._block(item.body)}({inner}, {place.node})")
        else:
            self._items(item.body.items, place, bound, inner)

    def _block(self, body: Body) -> str:
        name = self.functions.get(id(body))
        if name is None:
            name = self.functions[id(body)] = self.out.name("block")
            self.waiting.append((body, name))
        return name

    def _each(self, item: Each, place: _Place, source: str) -> None:
        found = item.target
        one = self.out.name("x")
        if found.use is None:
            node = self._reach(place, found.hops[:-1])
            hop = found.hops[-1]
            with self.out.block(f"for {one} in {source}.get({item.name!r}) or NO_LIST:"):
                self._each_loop(item, hop, node, one)
            return
        node = self._reach(place, found.hops)
        with self.out.block(f"for {one} in {source}.get({item.name!r}) or NO_LIST:"):
            if item.body.block:
                self.out.line(f"{self._block(item.body)}({one}, {node})")
                return
            inner = _Place(node)
            slot = inner.slots["bound"] = _Slot(found.use, found.filters)
            self._items(item.body.items, inner, slot, one)
            self._flush(inner)

    def _each_loop(self, item: Each, hop: Hop, node: str, one: str) -> None:
        below = self.out.name("l")
        self.out.line(f"{below} = {{}}")
        constants = _constants(hop.filters)
        trigger = hop.loop.trigger
        if item.body.block:
            self.out.line(f"{self._block(item.body)}({one}, {below})")
            if constants:
                self._add_constants(below, trigger, constants)
        else:
            inner = _Place(below)
            own = inner.slots[(trigger, ())] = _Slot(trigger, ())
            self._items(item.body.items, inner, None, one)
            inner.slots.pop((trigger, ()))
            own.filters = hop.filters
            self._write_slot(own, below, always=bool(constants))
            self._flush(inner)
        self.out.line(f"if {below}: {node}.setdefault({hop.key!r}, []).append({below})")

    def _add_constants(self, below: str, trigger: Use, constants: dict[int, str]) -> None:
        """Put the codes of the filter into the first segment of a loop that a block has written."""
        helper = self.out.bind(fill_constants)
        self.out.line(f"{helper}({below}, {trigger.name!r}, {constants!r})")


def fill_constants(node: dict[str, Any], name: str, constants: dict[int, str]) -> None:
    """Set the elements that a filter names in the first ``name`` segment of ``node``, which is made if need be."""
    segment = node.setdefault(name, [[name]])[0]
    for number, value in constants.items():
        segment.extend([""] * (number + 1 - len(segment)))
        segment[number] = segment[number] or value


def fill(rows: list[str], room: int) -> list[str]:
    """Return ``rows`` with empty elements behind them up to ``room``; raise ValueError when they are more."""
    if len(rows) > room:
        raise ValueError(f"{len(rows)} values given, but there is room for {room}")
    return [*rows, *[""] * (room - len(rows))]


def _is_literal(text: str) -> bool:
    return text.startswith(("'", '"'))


def _constants(filters: tuple[Filter, ...]) -> dict[int, str]:
    """Return the elements that filters fix to one value."""
    return {c.number: c.values[0] for c in filters if not c.negated and len(c.values) == 1}


def _filled(count: int, constants: dict[int, str]) -> list[str]:
    return [repr(constants.get(number, "")) for number in range(1, count + 1)]
