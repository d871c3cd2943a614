"""Which of several ERPs gets a document, as ``routing:`` in gateway.yaml says it. Knows no ledger and no message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from gateway.trading.kinds import Name, SetId

Pattern = Annotated[str, StringConstraints(min_length=1, max_length=255, strip_whitespace=True)]


class RouteText(BaseModel):
    """One row: to which ERP a document goes for which all of this holds. The first row that fits wins."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    erp: Name = Field(description="Which ERP gets it: a name under erps.")
    plant: tuple[Pattern, ...] = Field(
        (),
        description="Id or name of the plant, or of another place to which goods are shipped; * stands for any text.",
    )
    party: dict[str, Pattern] = Field(
        default_factory=dict, description="By role (bill_to, buyer): id or name of the party, such as a company code."
    )
    reference: dict[str, Pattern] = Field(
        default_factory=dict, description="By kind: a reference of the document, such as a company code."
    )
    item: tuple[Pattern, ...] = Field((), description="An id of an item on any line; * stands for any text.")
    item_class: tuple[Pattern, ...] = Field((), description="The class that master data gives an item on any line.")
    partner: tuple[Name, ...] = Field((), description="Short names of partners.")
    set: tuple[SetId, ...] = Field((), description="Transaction sets.")

    @property
    def conditions(self) -> frozenset[str]:
        """Name what it asks for; nothing where it fits every document."""
        return frozenset(name for name in type(self).model_fields if name != "erp" and getattr(self, name))


def _reached(rows: tuple[RouteText, ...]) -> tuple[RouteText, ...]:
    for number, row in enumerate(rows[:-1], 1):
        if not row.conditions:
            raise ValueError(
                f"row {number} has no condition, so no row below it is ever reached; add one to it, or put it last"
            )
    return rows


Routing = Annotated[tuple[RouteText, ...], AfterValidator(_reached)]


@dataclass(frozen=True, slots=True)
class Facts:
    """What rows are held against. ``item_classes`` is asked only where a row needs it, because master data must be read."""

    partner: str
    set_id: str
    plants: Sequence[str] = ()
    parties: Mapping[str, Sequence[str]] = field(default_factory=dict)
    references: Mapping[str, Sequence[str]] = field(default_factory=dict)
    items: Sequence[str] = ()
    item_classes: Callable[[], Sequence[str]] = tuple


@dataclass(frozen=True, slots=True)
class Choice:
    """Which ERP, by which row (counted from 1; None: the agreement's), why, and why each row before it did not fit."""

    erp: str
    row: int | None
    why: str
    passed: tuple[str, ...] = ()


def choose(rows: Sequence[RouteText], facts: Facts, otherwise: str) -> Choice:
    """Return the ERP of the first row that fits; ``otherwise`` where none does."""
    passed: list[str] = []
    for number, row in enumerate(rows, 1):
        fitting = []
        for condition in _conditions(row, facts):
            if condition.found is None:
                passed.append(f"row {number} ({row.erp}): {condition.missed}")
                break
            fitting.append(f"{condition.name} {condition.found}")
        else:
            why = " and ".join(fitting) or "it fits every document"
            return Choice(row.erp, number, why, tuple(passed))
    return Choice(otherwise, None, "no row fits, so the agreement decides", tuple(passed))


@dataclass(frozen=True, slots=True)
class _Condition:
    """A condition of a row: which value fulfils it, or what there is instead."""

    name: str
    found: str | None
    missed: str


def _conditions(row: RouteText, facts: Facts) -> Iterator[_Condition]:
    """Yield the conditions of a row, those that cost something last."""
    if row.partner:
        yield _held("partner", row.partner, [facts.partner])
    if row.set:
        yield _held("set", row.set, [facts.set_id])
    if row.plant:
        yield _held("plant", row.plant, facts.plants)
    for role, pattern in row.party.items():
        yield _held(f"party {role}", [pattern], facts.parties.get(role, ()))
    for kind, pattern in row.reference.items():
        yield _held(f"reference {kind}", [pattern], facts.references.get(kind, ()))
    if row.item:
        yield _held("item", row.item, facts.items)
    if row.item_class:
        yield _held("item_class", row.item_class, facts.item_classes())


_SHOWN = 5  # Values that are named where none fits; an order may have hundreds of items.


def _held(name: str, patterns: Iterable[str], values: Sequence[str]) -> _Condition:
    """Hold values against patterns; small and capital letters don't matter."""
    wanted = list(patterns)
    found = next((value for value in values if any(_fits(value, pattern) for pattern in wanted)), None)
    there = ", ".join(values[:_SHOWN]) + (" ..." if len(values) > _SHOWN else "") if values else "nothing"
    return _Condition(name, found, f"{name} is {there}, not {' or '.join(wanted)}")


def _fits(value: str, pattern: str) -> bool:
    # Only * and ? are for patterns: a bracket stands in many an item number.
    return fnmatchcase(value.casefold(), pattern.casefold().replace("[", "[[]"))
