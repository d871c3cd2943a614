"""Breaks exactly one rule of a conforming document, and says which fault that is and where. Serves what X12.5 and X12.6 forbid.

Each rule is one function: it looks for a place where the rule can be broken without breaking a second one, and gives None
where the document has no such place. What is expected follows from the rule, not from the validator, which is tested with it.
"""

from __future__ import annotations

from gateway.x12.generate.chance import Chance
from gateway.x12.generate.mutants import conditions, content, envelope, hierarchy, structure, trailers, values, writing
from gateway.x12.generate.mutants.subject import Breaker, Expected, Mutant, Subject, subjects

__all__ = ["RULES", "Expected", "Mutant", "mutate"]

RULES: dict[str, Breaker] = {
    name: breaker
    for room in (structure, content, conditions, values, writing, hierarchy, trailers, envelope)
    for name, breaker in room.RULES.items()
}


def mutate(data: bytes, chance: Chance, rule: str | None = None) -> Mutant | None:
    """Break one rule of the document in ``data``: ``rule`` or any; None where that rule can't be broken in it.

    Where there are several sets in it, one of them is broken. Raises ValueError for data that have faults of their own.
    """
    subject: Subject = chance.choice(subjects(data))
    names = [rule] if rule else list(RULES)
    chance.shuffle(names)
    for name in names:
        change = RULES[name](subject, chance)
        if change is not None:
            return Mutant(subject.edited(change.edits), name, change.faults)
    return None
