"""Gives each place of a set to one line of the profile, so that what is written can be read back.

Two lines may share a segment (BEG02 and BEG03), but not an element. Two lists, or a list and a single field, may share a
segment only where it is clear whose it is: their filters exclude each other (``REF[01=DP]`` and ``REF[01!=DP]``), or one
filter is the closer one. ``REF[01=CT]/02`` beside ``each: REF`` takes every REF with CT for itself, and the list runs over the
others: a partner's profile can name one segment without writing the list of its base anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.errors import Problem
from gateway.mapping.entries import Where
from gateway.mapping.plan import Body, Constant, Each, Group, Item, Pairs, Plan, Value
from gateway.x12.path import ElementRange, Filter, Target


@dataclass(frozen=True, slots=True)
class _Claim:
    """One writing line: the levels it goes down (name and filters), and which elements it fills.

    ``list``: the list that fills whole segments or loops; it can yield some of them. A list in a block that stands in several
    places is ``shared``: what it would yield in one place, it would lose in the others. A constant may add a segment beside
    those of a list.
    """

    name: str
    where: Where
    levels: tuple[tuple[str, tuple[Filter, ...]], ...]
    elements: ElementRange | None
    list: Each | Value | None = None
    shared: bool = False
    constant: bool = False


def settle(plan: Plan) -> list[Problem]:
    """Let lists yield what closer lines take; return a problem for each line that writes where another one does."""
    problems: list[Problem] = []
    _settle(plan.body, plan.constants, problems, set())
    return problems


def _settle(body: Body, constants: list[Constant], problems: list[Problem], done: set[int]) -> None:
    if id(body) in done:
        return
    done.add(id(body))
    claims = list(_claims(body.items))
    claims += [_claim(each.target.path.text, each.where, each.target, constant=True) for each in constants]
    for index, claim in enumerate(claims):
        rivals = (earlier for earlier in claims[:index] if _collide(earlier, claim) and not _yields(earlier, claim))
        rival = next(rivals, None)
        if rival is not None:
            place = "/".join(name.removesuffix(".") for name, _filters in claim.levels)
            reason = f"it writes {place}, which {rival.name} ({_at(rival.where, claim.where)}) writes too"
            advice = "give one of them a filter that excludes the other, or put a single value under read:"
            problems.append(claim.where.problem(claim.name, reason, advice))
    for inner in _inner(body.items):
        _settle(inner, [], problems, done)


def _yields(one: _Claim, other: _Claim) -> bool:
    """Let a list leave out what the closer of two lines takes; tell whether that settles it."""
    for wide, close in ((one, other), (other, one)):
        depth = len(wide.levels) - 1
        if wide.list is None or wide.shared or len(close.levels) <= depth or wide.levels[:-1] != close.levels[:depth]:
            continue
        (name, filters), (close_name, close_filters) = wide.levels[depth], close.levels[depth]
        if name == close_name and _closer(close_filters, filters):
            if close_filters not in wide.list.without:
                wide.list.without += (close_filters,)
            return True
    return False


def _at(other: Where, here: Where) -> str:
    return f"line {other.line}" if other.file == here.file else f"{other.file}:{other.line}"


def _inner(items: list[Item]) -> Iterator[Body]:
    """Yield the bodies of lists: each is a scope of its own."""
    for item in items:
        if isinstance(item, Each):
            yield item.body
        elif isinstance(item, Group):
            yield from _inner(item.body.items)


def _claims(items: list[Item], *, shared: bool = False) -> Iterator[_Claim]:
    for item in items:
        match item:
            case Value(writing=writing) if writing is not None:
                filling = item if item.is_list and not item.within else None
                yield _claim(item.name, item.where, writing.target, filling, shared=shared)
            case Pairs(writes=True):
                yield _claim(item.name, item.where, item.target)
            case Each():
                yield _claim(item.name, item.where, item.target, item, shared=shared)
            case Group():
                yield from _claims(item.body.items, shared=shared or bool(item.body.block))
            case _:
                pass


def _claim(
    name: str,
    where: Where,
    target: Target,
    filling: Each | Value | None = None,
    *,
    shared: bool = False,
    constant: bool = False,
) -> _Claim:
    levels = tuple((hop.key, hop.filters) for hop in target.hops)
    if target.use is not None:
        levels += ((f"{target.use.name}.", target.filters),)
    elements = None if filling is not None else target.elements
    return _Claim(name, where, levels, elements, filling, shared, constant)


def _collide(one: _Claim, other: _Claim) -> bool:
    many = one.list is not None or other.list is not None
    if other.constant and one.list is not None:
        return False
    for depth, ((name, filters), (other_name, other_filters)) in enumerate(zip(one.levels, other.levels, strict=False)):
        last = depth in (len(one.levels) - 1, len(other.levels) - 1)
        if name != other_name or filters_exclude(filters, other_filters):
            return False
        if last and many:
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


def _closer(first: tuple[Filter, ...], second: tuple[Filter, ...]) -> bool:
    """Tell whether ``first`` selects a part of what ``second`` selects, and not all of it."""
    return _within(first, second) and not _within(second, first)


def _within(first: tuple[Filter, ...], second: tuple[Filter, ...]) -> bool:
    """Tell whether every segment that meets ``first`` meets ``second`` too."""
    return all(any(_implies(one, other) for one in first) for other in second)


def _implies(one: Filter, other: Filter) -> bool:
    if one.number != other.number:
        return False
    mine, theirs = set(one.values), set(other.values)
    if one.negated:
        return other.negated and theirs <= mine
    return mine.isdisjoint(theirs) if other.negated else mine <= theirs
