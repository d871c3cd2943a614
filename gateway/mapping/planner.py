"""Finds a profile in a set's definition and a canonical model; every path, function, table and field name is checked here."""

from __future__ import annotations

from pydantic import BaseModel

from gateway.errors import ConfigurationError, Problem
from gateway.mapping.claims import overlapping
from gateway.mapping.conversions import TYPED, concat, convert, natural
from gateway.mapping.expressions import Call, Condition, Expression
from gateway.mapping.fields import ModelField, member
from gateway.mapping.functions import FUNCTIONS, SPECIAL, Way
from gateway.mapping.plan import Body, Check, Constant, Each, Group, Item, Pairs, Plan, Reading, Value, Writing
from gateway.mapping.profile import Field, Profile, Where
from gateway.x12.path import Path as SetPath
from gateway.x12.path import PathError, Target, parse, resolve
from gateway.x12.standards.definition import Loop, SetDefinition, Use


def make_plan(profile: Profile, definition: SetDefinition, model: type[BaseModel]) -> Plan:
    """Find ``profile`` in ``definition`` and ``model``; raise ConfigurationError with every mistake at once."""
    return _Planner(profile, definition).plan(model)


class _Planner:
    def __init__(self, profile: Profile, definition: SetDefinition) -> None:
        self.profile = profile
        self.definition = definition
        self.problems: list[Problem] = []
        self.blocks: dict[tuple[object, ...], Body] = {}

    def plan(self, model: type[BaseModel]) -> Plan:
        root = self.definition.root
        body = Body(root, None)
        self._fill(body, self.profile.fields, ModelField(model))
        constants = [self._constant(path, *text) for path, text in self.profile.constants.items()]
        checks = [self._check(path, *text) for path, text in self.profile.checks.items()]
        if not self.problems:
            self.problems += overlapping(body)
        if self.problems:
            raise ConfigurationError(list(dict.fromkeys(self.problems)))
        found = [check for check in checks if check is not None]
        return Plan(self.profile, self.definition, body, [c for c in constants if c is not None], found)

    # Fields

    def _fill(self, body: Body, fields: list[Field], model: ModelField) -> None:
        for made in fields:
            try:
                inner = member(model, made.name, is_list=made.is_list)
                item = self._item(body, made, inner)
            except (PathError, ValueError) as error:
                self.problems.append(made.where.problem(made.name, str(error), "correct the line"))
                continue
            if item is not None:
                body.items.append(item)

    def _item(self, body: Body, made: Field, model: ModelField) -> Item | None:
        if made.each is not None:
            return self._each(body, made, model)
        if made.use is not None:
            return Group(made.name, made.where, self._block(made.use, body.scope, body.bound, model))
        if made.fields is not None:
            inner = Body(body.scope, body.bound)
            self._fill(inner, made.fields, model)
            return Group(made.name, made.where, inner) if inner.items else None
        return self._value(body, made)

    def _each(self, body: Body, made: Field, model: ModelField) -> Item | None:
        assert made.each is not None
        if made.each.elements is not None:
            raise ValueError(f"each: runs over segments or loops; {made.each.text} is an element")
        target = self._find(made.each, body)
        if target is None:
            return None
        scope = target.hops[-1].loop if target.hops else body.scope
        if made.use is not None:
            inner = self._block(made.use, scope, target.use, model)
        else:
            inner = Body(scope, target.use)
            self._fill(inner, made.fields or [], model)
        return Each(made.name, made.where, target, inner)

    def _block(self, name: str, scope: Loop, bound: Use | None, model: ModelField) -> Body:
        if name not in self.profile.blocks:
            known = ", ".join(sorted(self.profile.blocks)) or "none"
            raise ValueError(f"there is no block {name}; the profile knows {known}")
        key = (name, id(scope), id(bound), model.key)
        body = self.blocks.get(key)
        if body is None:
            body = self.blocks[key] = Body(scope, bound, block=name)
            self._fill(body, self.profile.blocks[name], model)
        return body

    @staticmethod
    def _find(path: SetPath, body: Body) -> Target | None:
        target = resolve(path, body.scope)
        if target is not None and body.bound is not None and (target.elements is None or target.use is not body.bound):
            if path.steps[-1].optional:
                return None
            raise PathError(
                f"{path.text!r}: inside each: {body.bound.name} only elements of {body.bound.name} can stand"
            )
        return target

    # Values

    def _value(self, body: Body, made: Field) -> Item | None:
        special = {call.name for expression in made.expressions for call in expression.calls}
        if "pairs" in special:
            return self._pairs(body, made)
        readings = [reading for expression in made.expressions if (reading := self._reading(body, expression))]
        default = next((c.arguments[0] for e in made.expressions for c in e.calls if c.name == "default"), None)
        writing = self._writing(body, made)
        if not readings and writing is None:
            return None
        value = Value(made.name, made.where, readings, writing, default, made.is_list)
        places = [r.target for r in readings] + ([writing.target] if writing else [])
        value.within = made.is_list and all(
            t is not None and t.elements is not None and t.elements.several for t in places
        )
        if made.when is not None:
            self._when(body, value, made.when)
        for target in places:
            if target is not None and target.elements is not None and not target.elements.single and not made.is_list:
                raise ValueError(f"{target.path.text} names several elements; write {made.name}[] for a list")
        return value

    def _when(self, body: Body, value: Value, condition: Condition) -> None:
        target = self._find(condition.path, body)
        if target is None or target.elements is None:
            raise ValueError(f"when: compares an element, and {condition.path.text} is none")
        value.when, value.when_values, value.when_negated = target, condition.values, condition.negated
        if value.writing is not None:
            raise ValueError("when: stands beside read: only, because writing can't look at what isn't there yet")

    def _reading(self, body: Body, expression: Expression) -> Reading | None:
        if expression.path is None:
            ways = [self._way(call, "read") for call in expression.calls if call.name not in SPECIAL]
            return Reading(None, expression.literal, tuple(ways))
        target = self._find(expression.path, body)
        if target is None:
            return None
        if target.elements is None:
            raise ValueError(
                f"{expression.path.text} names no element; write {expression.path.steps[-1].name}01 or the like"
            )
        ways, extras = [], []
        if not expression.calls or expression.calls[0].name not in TYPED:
            ways += natural(target.element)[0]
        for call in expression.calls:
            if call.name in ("concat", "convert"):
                way, found = self._with_others(body, call)
                ways.insert(0, way)
                extras += found
            elif call.name not in SPECIAL:
                ways.append(self._way(call, "read"))
        return Reading(target, None, tuple(ways), tuple(extras))

    def _with_others(self, body: Body, call: Call) -> tuple[Way, list[Target]]:
        """Make a way that sees other elements of the same segment too."""
        paths = call.arguments[1:] if call.name == "concat" else call.arguments[:1]
        found = [target for path in paths if (target := self._find(parse(path), body)) is not None]
        if call.name == "concat":
            return concat(call.arguments[0]), found
        name = call.arguments[1] if len(call.arguments) > 1 else ""
        if name not in self.profile.tables:
            raise ValueError(f"there is no table {name!r}; its rows read DZ: 12 EA")
        return convert(dict(self.profile.tables[name])), found

    def _writing(self, body: Body, made: Field) -> Writing | None:
        sources = made.expressions[:1] if made.write_to is None else made.write_to[:1]
        if not sources or sources[0].path is None:
            return None
        expression = sources[0]
        assert expression.path is not None
        target = self._find(expression.path, body)
        if target is None:
            return None
        if made.write_to is None and expression.path.absolute and body.scope.parent is not None:
            raise ValueError(f"{expression.path.text} is read from outside of its loop: put it under read:")
        ways = [self._way(call, "write") for call in reversed(expression.calls) if call.name not in SPECIAL]
        if any(call.name == "concat" for call in expression.calls):
            raise ValueError("concat can't be inverted: put it under read:")
        if not expression.calls or expression.calls[0].name not in TYPED - {"convert"}:
            ways += natural(target.element)[1]
        return Writing(target, tuple(ways))

    def _way(self, call: Call, direction: str) -> Way:
        function = FUNCTIONS.get(call.name)
        if function is None:
            known = ", ".join(sorted([*FUNCTIONS, *SPECIAL]))
            raise ValueError(f"there is no function {call.name}; there are {known}")
        arguments = list(call.arguments)
        if not function.minimum <= len(arguments) <= function.maximum:
            raise ValueError(
                f"{call.name} takes {function.minimum} to {function.maximum} arguments, not {len(arguments)}"
            )
        if direction == "read":
            return function.read(arguments, self.profile.tables)
        if function.write is None:
            raise ValueError(f"{call.name} can't be inverted: put the expression under read:")
        return function.write(arguments, self.profile.tables)

    def _pairs(self, body: Body, made: Field) -> Item | None:
        expression = made.expressions[0]
        assert expression.path is not None
        target = self._find(expression.path, body)
        if target is None:
            return None
        if target.elements is None or (target.elements.last - target.elements.first) % 2 == 0:
            raise ValueError("pairs needs an even range of elements, such as PO106..25")
        call = next(call for call in expression.calls if call.name == "pairs")
        table, *names = (*call.arguments, *("", "kind", "value")[len(call.arguments) :])
        read = write = None
        if table:
            lookup = Call("code", (table,))
            read, write = self._way(lookup, "read"), self._way(lookup, "write")
        keys = (names[0], names[1])
        return Pairs(made.name, made.where, target, keys, read, write, made.write_to is None)

    # Constants and checks

    def _constant(self, path: str, value: str, where: Where) -> Constant | None:
        try:
            target = resolve(parse(path), self.definition.root)
        except PathError as error:
            self.problems.append(where.problem(path, str(error), "correct the path"))
            return None
        if target is None or target.hops or target.elements is None:
            self.problems.append(where.problem(path, "a constant is an element of the heading or summary", "name one"))
            return None
        return Constant(target, value)

    def _check(self, path: str, text: str, where: Where) -> Check | None:
        kind, _, rest = text.rstrip(")").partition("(")
        try:
            target = resolve(parse(path), self.definition.root)
        except PathError as error:
            self.problems.append(where.problem(path, str(error), "correct the path"))
            return None
        if target is None:
            return None
        if kind not in ("count", "sum", "segments") or not rest or target.elements is None:
            advice = "write count(lines), sum(lines.quantity.value) or segments(HL)"
            self.problems.append(where.problem(path, f"{text!r} is no check", advice))
            return None
        return Check(target, kind, tuple(rest.split(".")), where)
