"""Finds lines of a profile that would write the same place, so that what is written can be read back.

Two lines may share a segment (BEG02 and BEG03), but not an element; two lists, or a list and a single field, may share a
segment only where their filters exclude each other (``REF[01=DP]`` and ``REF[01!=DP]``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gateway.errors import Problem
from gateway.mapping.entries import Where
from gateway.mapping.plan import Body, Constant, Each, Group, Item, Pairs, Plan, Value
from gateway.x12.path import ElementRange, Filter, Target


@dataclass(frozen=True, slots=True)
class _Claim:
    """One writing line: the levels it goes down (name and filters), and which elements it fills; a list fills all.

    A constant may add a segment beside those of a list.
    """

    name: str
    where: Where
    levels: tuple[tuple[str, tuple[Filter, ...]], ...]
    elements: ElementRange | None
    many: bool
    constant: bool = False


def overlapping(plan: Plan) -> list[Problem]:
    """Return a problem for each line that writes where an earlier one does."""
    problems: list[Problem] = []
    _check(plan.body, plan.constants, problems, set())
    return problems


def _check(body: Body, constants: list[Constant], problems: list[Problem], done: set[int]) -> None:
    if id(body) in done:
        return
    done.add(id(body))
    claims = list(_claims(body))
    for constant in constants:
        claim = _claim(constant.target.path.text, constant.where, constant.target, False)
        claims.append(replace(claim, constant=True))
    for index, claim in enumerate(claims):
        for earlier in claims[:index]:
            if _collide(earlier, claim):
                place = "/".join(name.removesuffix(".") for name, _filters in claim.levels)
                reason = f"it writes {place}, which {earlier.name} ({_at(earlier.where, claim.where)}) writes too"
                advice = "give one of them a filter that excludes the other, or put a single value under read:"
                problems.append(claim.where.problem(claim.name, reason, advice))
                break
    for inner in _inner(body.items):
        _check(inner, [], problems, done)


def _at(other: Where, here: Where) -> str:
    return f"line {other.line}" if other.file == here.file else f"{other.file}:{other.line}"


def _inner(items: list[Item]) -> Iterator[Body]:
    """Yield the bodies of lists: each is a scope of its own."""
    for item in items:
        if isinstance(item, Each):
            yield item.body
        elif isinstance(item, Group):
            yield from _inner(item.body.items)


def _claims(body: Body) -> Iterator[_Claim]:
    for item in body.items:
        match item:
            case Value(writing=writing) if writing is not None:
                yield _claim(item.name, item.where, writing.target, item.is_list and not item.within)
            case Pairs(writes=True):
                yield _claim(item.name, item.where, item.target, False)
            case Each():
                yield _claim(item.name, item.where, item.target, True)
            case Group():
                yield from _claims(item.body)
            case _:
                pass


def _claim(name: str, where: Where, target: Target, many: bool) -> _Claim:
    levels = tuple((hop.key, hop.filters) for hop in target.hops)
    if target.use is not None:
        levels += ((f"{target.use.name}.", target.filters),)
    return _Claim(name, where, levels, None if many else target.elements, many)


def _collide(one: _Claim, other: _Claim) -> bool:
    if other.constant and one.many:
        return False
    for depth, ((name, filters), (other_name, other_filters)) in enumerate(zip(one.levels, other.levels, strict=False)):
        last = depth in (len(one.levels) - 1, len(other.levels) - 1)
        if name != other_name or filters_exclude(filters, other_filters):
            return False
        if last and (one.many or other.many):
            return True
        if filters != other_filters:
            return True
    if len(one.levels) != len(other.levels) or one.elements is None or other.elements is None:
        return False
    a, b = one.elements, other.elements
    same_component = not a.component or not b.component or a.component == b.component
    return a.first <= (b.last or 99) and b.first <= (a.last or 99) and same_component


def filters_exclude(first: tuple[Filter, ...], second: tuple[Filter, ...]) -> bool:
    """Tell whether no segment can meet both sets of conditions."""
    for one in first:
        for other in second:
            if one.number != other.number:
                continue
            if not one.negated and not other.negated and not set(one.values) & set(other.values):
                return True
            if one.negated != other.negated:
                positive, negative = (other, one) if one.negated else (one, other)
                if set(positive.values) <= set(negative.values):
                    return True
    return False
