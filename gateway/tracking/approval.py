"""Whose approval a decision needs, and whether it has it: a second person, never the one who proposed it.

Knows no case and no order: causes and values are handed in, and so are the rules (`approvals:` in gateway.yaml).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Person:
    """Who decides. ``proven`` says that a key has shown it; a name that somebody merely gives has no roles."""

    name: str
    roles: frozenset[str] = frozenset()
    proven: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """Somebody with ``role`` must approve decisions about these causes (none: all), above this value (None: any)."""

    role: str
    causes: frozenset[str] = frozenset()
    value_over: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Worth:
    """What is at stake: the value of an order, and in which currency it is, where the order says so."""

    value: Decimal
    currency: str | None = None


def roles_needed(rules: Iterable[Rule], causes: frozenset[str], worths: Iterable[Worth]) -> frozenset[str]:
    """Return the roles of which somebody must approve a decision about these causes and orders."""
    at_stake = list(worths)
    return frozenset(rule.role for rule in rules if _asks(rule, causes, at_stake))


def _asks(rule: Rule, causes: frozenset[str], at_stake: list[Worth]) -> bool:
    if rule.causes and not rule.causes & causes:
        return False
    if rule.value_over is None:
        return True
    # A limit in one currency says nothing about an order in another one: a person looks at that.
    limit = rule.value_over
    return any(
        worth.value > limit or (rule.currency is not None and worth.currency not in (None, rule.currency))
        for worth in at_stake
    )


def roles_missing(needed: frozenset[str], proposer: str, approvers: Iterable[Person]) -> frozenset[str]:
    """Return the roles that still nobody has who approved; whoever proposed it does not count."""
    given = {role for person in approvers if person.proven and person.name != proposer for role in person.roles}
    return needed - given
