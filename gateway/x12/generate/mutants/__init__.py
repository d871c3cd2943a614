"""Breaks exactly one rule of a conforming document, and says which fault that is and where. Serves what X12.5 and X12.6 forbid.

Each rule is one function: it looks for a place where the rule can be broken without breaking a second one, and gives None
where the document has no such place. What is expected follows from the rule, not from the validator, which is tested with it.
"""

from __future__ import annotations

from gateway.x12.generate.chance import Chance
from gateway.x12.generate.mutants import (
    conditions,
    content,
    delimiters,
    envelope,
    hierarchy,
    structure,
    totals,
    trailers,
    values,
    writing,
)
from gateway.x12.generate.mutants.subject import Breaker, Expected, Mutant, Subject, subjects

__all__ = ["BY_GUIDE", "RULES", "Expected", "Mutant", "mutate"]

RULES: dict[str, Breaker] = {
    name: breaker
    for room in (structure, content, conditions, values, writing, hierarchy, trailers, envelope, delimiters)
    for name, breaker in room.RULES.items()
}
BY_GUIDE: dict[str, Breaker] = totals.RULES  # What the standard lets pass, and a guide does not.


def mutate(data: bytes, chance: Chance, rule: str | None = None) -> Mutant | None:
    """Break one rule of the document in ``data``: ``rule`` or any of `RULES`; None where that rule can't be broken in it.

    Those `BY_GUIDE` are broken when they are asked for: the standard alone lets them pass. Where there are several sets in
    it, one of them is broken. Raises ValueError for data that have faults of their own.
    """
    subject: Subject = chance.choice(subjects(data))
    breakers = RULES | BY_GUIDE
    names = [rule] if rule else list(RULES)
    chance.shuffle(names)
    for name in names:
        change = breakers[name](subject, chance)
        if change is not None:
            return Mutant(subject.edited(change.edits), name, change.faults, change.guide)
    return None
