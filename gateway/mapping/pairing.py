"""One line of a profile becomes a pair: how the value is read, and how it is written.

Knows the functions and tables of the profile, and through ``find`` the place where the line stands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

from gateway.mapping.conversions import Way, as_words, concat, convert, natural_reading, natural_writing, number
from gateway.mapping.expressions import Call, Expression
from gateway.mapping.fields import ModelField, member
from gateway.mapping.functions import FUNCTIONS, SPECIAL
from gateway.mapping.plan import Pairs, Reading, Value, Writing
from gateway.mapping.profile import Field
from gateway.mapping.tables import Table
from gateway.x12.path import Path, Target, parse
from gateway.x12.standards.definition import Element

Find: TypeAlias = Callable[[Path], Target | None]


class Pairing:
    """Makes the values of one profile. Every mistake is a ValueError that says what to write instead."""

    def __init__(self, tables: dict[str, Table]) -> None:
        self.tables = tables

    def value(self, made: Field, model: ModelField, find: Find, *, in_loop: bool) -> Value | Pairs | None:
        """Return what one field of single values or texts becomes; None when the set has none of its places."""
        self._check_calls(made)
        if any(expression.call("pairs") for expression in made.expressions):
            return self._pairs(made, model, find)
        if model.model is not None or model.free:
            raise ValueError(f"{made.name} has parts of its own: write them under it, as in quantity: {{value: PO102}}")
        readings = [found for each in made.expressions if (found := self._reading(each, model.kind, find))]
        writing = self._writing(made, model.kind, find, in_loop=in_loop)
        if not readings and writing is None:
            return None
        value = Value(made.name, made.where, readings, writing, model.kind, is_list=made.is_list)
        self._default(value, made)
        self._shape(value)
        if made.when is not None:
            target = find(made.when.path)
            value.when = target and _single(target, "when: compares an element")
            value.when_values, value.when_negated = made.when.values, made.when.negated
            if target is None:
                value.readings = []
        return value

    @staticmethod
    def _default(value: Value, made: Field) -> None:
        found = [call for expression in made.expressions if (call := expression.call("default"))]
        if not found:
            return
        if value.is_list:
            raise ValueError("a list has no default")
        value.default = found[0].arguments[0]
        kinds: dict[type, Callable[[str], Any]] = {Decimal: number, int: int, dt.date: dt.date.fromisoformat}
        try:
            value.default_value = kinds.get(value.kind, str)(value.default)
        except ValueError:
            raise ValueError(f"the default {value.default!r} does not fit into {value.name}") from None

    @staticmethod
    def _shape(value: Value) -> None:
        """Check that single values come from single elements, and say whether a list stands within one segment."""
        places = [reading.target for reading in value.readings] + ([value.writing.target] if value.writing else [])
        ranges = [target.elements for target in places if target is not None and target.elements is not None]
        if not value.is_list and not all(elements.single for elements in ranges):
            several = next(t for t in places if t and t.elements and not t.elements.single)
            raise ValueError(f"{several.path.text} names several elements; write {value.name}[] for a list")
        if value.is_list and len(ranges) < len(places):
            raise ValueError(f"{value.name} is a list: a literal can't fill it")
        if any(elements.component for elements in ranges) and value.is_list:
            raise ValueError(f"{value.name} is a list: it can't run over components")
        value.within = value.is_list and all(elements.several for elements in ranges)
        if value.is_list and not value.within and any(elements.several for elements in ranges):
            raise ValueError(f"{value.name}: all of its places are ranges of elements such as TD512..14, or none is")

    # Reading and writing

    def _reading(self, expression: Expression, kind: type, find: Find) -> Reading | None:
        if expression.path is None:
            ways = [self._read_way(call) for call in expression.calls if call.name not in SPECIAL]
            return Reading(None, expression.literal, tuple(ways))
        target = find(expression.path)
        if target is None:
            return None
        if target.elements is None:
            raise ValueError(
                f"{expression.path.text} names no element; write {expression.path.steps[-1].name}01 or the like"
            )
        ways, extras = self._with_others(expression, find)
        if not ways and not _typed(expression.calls[:1]):
            ways = natural_reading(target.element, kind)
        ways += [self._read_way(call) for call in expression.calls if call.name not in SPECIAL]
        return Reading(target, None, tuple(ways), tuple(extras))

    def _with_others(self, expression: Expression, find: Find) -> tuple[list[Way], list[Target]]:
        """Make the way that sees other elements of the same segment too: concat or convert."""
        calls = [call for call in expression.calls if call.name in ("concat", "convert")]
        if not calls:
            return [], []
        call = calls[0]
        if len(calls) > 1 or expression.calls[0] is not call:
            raise ValueError(f"{call.name} stands once, and first behind the path")
        paths = call.arguments[1:] if call.name == "concat" else call.arguments[:1]
        found = [target for path in paths if (target := find(parse(path))) is not None]
        extras = [_single(target, f"{call.name} takes elements") for target in found]
        if call.name == "concat":
            return [concat(call.arguments[0])], extras
        name = call.arguments[1]
        if name not in self.tables:
            raise ValueError(f"there is no table {name!r}; its rows read DZ: 12 EA")
        return [convert(self.tables[name])], extras

    def _writing(self, made: Field, kind: type, find: Find, *, in_loop: bool) -> Writing | None:
        """Return where and how a field is written: to the first of its places that the set has."""
        sources = made.expressions if made.write_to is None else made.write_to
        if sources and sources[0].path is None:
            raise ValueError(f"the literal {sources[0].literal!r} can't be written: put it under read:")
        for expression in sources:
            target = find(expression.path) if expression.path is not None else None
            if target is None:
                continue
            if target.elements is None:
                raise ValueError(f"{expression.text} names no element")
            if expression.path is not None and expression.path.absolute and in_loop:
                raise ValueError(f"{expression.path.text} stands outside of this loop: put it under read:")
            return Writing(target, tuple(self._write_ways(expression, target, kind)))
        return None

    def _write_ways(self, expression: Expression, target: Target, kind: type) -> list[Way]:
        if expression.call("concat"):
            raise ValueError("concat can't be inverted: put it under read:")
        calls = [call for call in expression.calls if call.name not in SPECIAL]
        if not calls:
            return natural_writing(target.element, kind)
        ways = [] if _typed(calls[-1:]) else as_words(kind)
        ways += [self._write_way(call) for call in reversed(calls)]
        if not _typed(calls[:1]):
            at_element = natural_writing(target.element, str)
            ways += at_element
        return ways

    # Functions

    @staticmethod
    def _check_calls(made: Field) -> None:
        """Check the number of arguments of every function, and that those for whole fields stand where they can."""
        for expression in (*made.expressions, *(made.write_to or ())):
            for call in expression.calls:
                known = FUNCTIONS.get(call.name) or SPECIAL.get(call.name)
                if known is None:
                    names = ", ".join(sorted([*FUNCTIONS, *SPECIAL]))
                    raise ValueError(f"there is no function {call.name}; there are {names}")
                if not known.minimum <= len(call.arguments) <= known.maximum:
                    low, high = known.minimum, known.maximum
                    takes = (
                        "no arguments"
                        if not high
                        else f"{low} to {high} arguments"
                        if low < high
                        else f"{low} arguments"
                    )
                    raise ValueError(f"{call.name} takes {takes}, not {len(call.arguments)}")
        if any(expression.call(name) for expression in made.write_to or () for name in SPECIAL):
            raise ValueError(f"{', '.join(SPECIAL)} stand under read: or in a line that goes both ways")

    def _read_way(self, call: Call) -> Way:
        return FUNCTIONS[call.name].read(list(call.arguments), self.tables)

    def _write_way(self, call: Call) -> Way:
        write = FUNCTIONS[call.name].write
        if write is None:
            raise ValueError(f"{call.name} can't be inverted: put the expression under read:")
        return write(list(call.arguments), self.tables)

    # Pairs

    def _pairs(self, made: Field, model: ModelField, find: Find) -> Pairs | None:
        expression = made.expressions[0]
        if len(made.expressions) > 1 or len(expression.calls) > 1 or expression.path is None or made.when:
            raise ValueError("pairs stands alone: PATH | pairs(table)")
        target = find(expression.path)
        if target is None:
            return None
        elements = target.elements
        if target.use is None or elements is None or elements.component or (elements.last - elements.first) % 2 == 0:
            raise ValueError("pairs needs an even range of elements, such as PO106..25")
        given = expression.calls[0].arguments
        table, kind, value = (*given, *("", "kind", "value")[len(given) :])
        if not made.is_list or model.model is None:
            raise ValueError(f"pairs fills a list of objects, and {made.name} is none")
        member(model, kind, is_list=False)
        holds = member(model, value, is_list=False)
        element = target.use.segment.positions[elements.first].kind
        if not isinstance(element, Element) or natural_reading(element, holds.kind):
            raise ValueError(f"pairs carries texts and numbers, and {element.label} is neither")
        ways = natural_writing(element, holds.kind)
        read = write = None
        if table:
            lookup = Call("code", (table,))
            read, write = self._read_way(lookup), self._write_way(lookup)
        write_value = ways[0] if ways else None
        return Pairs(made.name, made.where, target, (kind, value), read, write, write_value, made.write_to is None)


def _typed(calls: tuple[Call, ...] | list[Call]) -> bool:
    return any(call.name in FUNCTIONS and FUNCTIONS[call.name].typed for call in calls)


def _single(target: Target, what: str) -> Target:
    """Return ``target`` when it is one element of one segment; raise ValueError otherwise."""
    if target.elements is None or not target.elements.single or target.elements.component:
        raise ValueError(f"{what}, and {target.path.text} is none")
    return target
