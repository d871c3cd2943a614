"""Finds a profile in a set's definition and a canonical model; every path, function, table and field name is checked here."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from pydantic import BaseModel

from gateway.errors import ConfigurationError
from gateway.mapping.claims import settle
from gateway.mapping.entries import Problems, Where
from gateway.mapping.fields import ModelField, at_path, member
from gateway.mapping.pairing import Pairing
from gateway.mapping.plan import Body, Check, Constant, Each, Group, Item, Plan
from gateway.mapping.profile import Field, Profile
from gateway.x12.path import ElementRange, PathError, Target, parse, resolve
from gateway.x12.path import Path as SetPath
from gateway.x12.standards import VERSIONS, segment_known
from gateway.x12.standards.definition import Loop, SetDefinition, Use
from gateway.x12.standards.library import segment


def make_plan(profile: Profile, definition: SetDefinition, model: type[BaseModel]) -> Plan:
    """Find ``profile`` in ``definition`` and ``model``; raise ConfigurationError with every mistake at once."""
    return _Planner(profile, definition, ModelField(model)).plan()


class _Planner:
    def __init__(self, profile: Profile, definition: SetDefinition, model: ModelField) -> None:
        self.profile = profile
        self.definition = definition
        self.model = model
        self.problems: Problems = []
        self.pairing = Pairing(profile.tables)
        self.blocks: dict[tuple[object, ...], Body] = {}
        self.open: set[int] = set()

    def plan(self) -> Plan:
        body = Body(self.definition.root, None)
        self._fill(body, self.profile.fields, self.model)
        constants = [self._constant(path, *text) for path, text in self.profile.constants.items()]
        checks = [self._check(path, *text) for path, text in self.profile.checks.items()]
        made = Plan(
            self.profile,
            self.definition,
            body,
            [c for c in constants if c is not None],
            [c for c in checks if c is not None],
        )
        self.problems += settle(made)
        if self.problems:
            raise ConfigurationError(list(dict.fromkeys(self.problems)))
        return made

    # Fields

    def _fill(self, body: Body, fields: list[Field], model: ModelField) -> None:
        self.open.add(id(body))
        for made in fields:
            try:
                inner = member(model, made.name, is_list=made.is_list)
                if made.rows is not None:
                    body.items += self._rows(body, made, made.rows, inner)
                    continue
                item = self._item(body, made, inner)
            except (PathError, ValueError) as error:
                self.problems.append(made.where.problem(made.name, str(error), "correct the line"))
                continue
            if item is not None:
                body.items.append(item)
        self.open.discard(id(body))

    def _item(self, body: Body, made: Field, model: ModelField) -> Item | None:
        if made.fields is None and made.use is None:
            in_loop = body.scope.parent is not None or body.bound is not None
            return self.pairing.value(made, model, lambda path: self._find(path, body), in_loop=in_loop)
        if model.model is None and not model.free:
            raise ValueError(f"{made.name} is a single value: nothing can stand below it")
        if made.each:
            return self._each(body, made, model)
        if made.is_list:
            raise ValueError(f"{made.name} is a list: say over what it runs, with each:")
        if made.use is not None:
            inner = self._block(made.use, body.scope, body.bound, model)
            if id(inner) in self.open:
                raise ValueError(f"block {made.use} uses itself in the same place, without end")
        else:
            inner = Body(body.scope, body.bound, free=model.free)
            self._fill(inner, made.fields or [], model)
        return Group(made.name, made.where, inner) if inner.items else None

    def _rows(self, body: Body, made: Field, rows: list[list[Field]], model: ModelField) -> list[Item]:
        """Make an object of each entry of a list that is given entry by entry."""
        if model.model is None:
            raise ValueError(f"{made.name} holds single values: its entries have no parts")
        groups: list[Group] = []
        for fields in rows:
            inner = Body(body.scope, body.bound)
            self._fill(inner, fields, model)
            if inner.items:
                groups.append(Group(made.name, made.where, inner, len(groups)))
        for group in groups:
            group.rows = len(groups)
        return [*groups]

    def _each(self, body: Body, made: Field, model: ModelField) -> Item | None:
        target = None
        for path in made.each:
            if path.elements is not None:
                raise ValueError(f"each: runs over segments or loops; {path.text} is an element")
            if path.absolute and body.scope.parent is not None:
                raise ValueError(f"each: {path.text} stands outside of this loop: put the list into the heading")
            target = target or self._find(path, body)
        if target is None:
            return None
        scope = target.hops[-1].loop if target.hops else body.scope
        above, self.open = self.open, set()  # From here on a block may use itself: it stands one level further down.
        if made.use is not None:
            inner = self._block(made.use, scope, target.use, model)
        else:
            inner = Body(scope, target.use)
            self._fill(inner, made.fields or [], model)
        self.open = above
        return Each(made.name, made.where, target, inner)

    def _block(self, name: str, scope: Loop, bound: Use | None, model: ModelField) -> Body:
        if name not in self.profile.blocks:
            known = ", ".join(sorted(block for block in self.profile.blocks if "+" not in block)) or "none"
            raise ValueError(f"there is no block {name}; the profile knows {known}")
        key = (name, id(scope), id(bound), model.key)
        body = self.blocks.get(key)
        if body is None:
            body = self.blocks[key] = Body(scope, bound, block=name, free=model.free)
            self._fill(body, self.profile.blocks[name], model)
        return body

    def _find(self, path: SetPath, body: Body) -> Target | None:
        try:
            target = resolve(path, body.scope)
        except PathError:
            if self._in_another_version(path, body.scope):
                return None
            raise
        outside = target is not None and (target.elements is None or target.use is not body.bound)
        if outside and body.bound is not None and not path.absolute:
            if path.steps[-1].optional:
                return None
            raise PathError(
                f"{path.text!r}: inside each: {body.bound.name} only elements of {body.bound.name} can stand"
            )
        return target

    def _in_another_version(self, path: SetPath, scope: Loop) -> bool:
        """Tell whether an optional path names an element that the segment has in another version only: ``MEA12?``."""
        if path.elements is None or not path.steps[-1].optional:
            return False
        shortest = resolve(replace(path, elements=ElementRange(1, 1)), scope)
        if shortest is None or shortest.use is None:
            return False
        name, last = shortest.use.name, max(path.elements.first, path.elements.last)
        if last <= len(shortest.use.segment.positions):
            return False
        known = [segment(name, version) for version in VERSIONS if segment_known(name, version)]
        return any(last <= len(found.positions) for found in known)

    # Constants and checks

    def _element(self, path: str, where: Where) -> Target | None:
        """Find one element of the set; a mistake is noted."""
        try:
            target = resolve(parse(path), self.definition.root)
        except PathError as error:
            self.problems.append(where.problem(path, str(error), "correct the path"))
            return None
        if target is not None and (target.elements is None or not target.elements.single or target.elements.component):
            self.problems.append(where.problem(path, "a single element stands here", "write FOB01 or the like"))
            return None
        return target

    def _constant(self, path: str, value: str, where: Where) -> Constant | None:
        target = self._element(path, where)
        if target is None:
            return None
        if any(hop.loop.maximum != 1 and not hop.filters for hop in target.hops):
            reason = "a constant is written once, and this loop comes again and again"
            self.problems.append(
                where.problem(path, reason, "say which: N1[01=SE]/04, or name a segment outside of it")
            )
            return None
        return Constant(target, value, where)

    def _check(self, path: str, text: str, where: Where) -> Check | None:
        target = self._element(path, where)
        kind, mark, rest = text.strip().partition("(")
        if kind not in ("count", "sum", "segments") or not mark or not rest.endswith(")") or not rest[:-1]:
            advice = "write count(lines), sum(lines.quantity.value) or segments(HL)"
            self.problems.append(where.problem(path, f"{text!r} is no check", advice))
            return None
        names = tuple(rest[:-1].split("."))
        try:
            if kind == "segments":
                if not isinstance(self.definition.root.child(names[0]), Loop) or len(names) > 1:
                    raise ValueError(f"set {self.definition.id} has no loop {rest[:-1]}")
            else:
                counted = at_path(self.model, names)
                if kind == "sum" and counted.kind not in (Decimal, int):
                    raise ValueError(f"{rest[:-1]} is no number")
        except ValueError as error:
            self.problems.append(where.problem(path, str(error), "correct the name"))
            return None
        return None if target is None else Check(target, kind, names, where)
