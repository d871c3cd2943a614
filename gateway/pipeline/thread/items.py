"""What master data says of the items and units that an order's papers name. It is asked only where papers do not agree.

Most papers name an item by the id that the order has, in the unit that it has: for them nothing is looked up. The first one that
does not makes everything be looked up at once that the papers of the order name.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from gateway.pipeline.ports import UnitOfWork
from gateway.tracking.master import Conversion, CrossReference, convert
from gateway.tracking.thread.statement import Statement

Items = tuple[tuple[str, str], ...]

# Under which kinds an id in a paper is our own number of the item.
_OURS = {"buyer": ("buyer_part", "buyer_item"), "seller": ("supplier_part", "supplier_item")}
EVERYTHING = ""  # What stands for the item in a conversion that holds for all.


def own_kinds(role: str) -> tuple[str, ...]:
    """Return under which kinds of id an item has our own number, in a role; the first is the one that we write."""
    return _OURS.get(role, _OURS["buyer"])


class KnownItems:
    """The items of one order, as master data knows them now."""

    def __init__(self, uow: UnitOfWork, partner: str, role: str, statements: Sequence[Statement]) -> None:
        self._uow, self._partner, self._kinds = uow, partner, own_kinds(role)
        self._statements = statements
        self._references: dict[str, list[CrossReference]] | None = None
        self._conversions: list[Conversion] | None = None

    def also_known(self, items: Items) -> Items:
        """Return an item with our own numbers of it beside the ids under which it was named."""
        return (*items, *((self._kinds[0], number) for number in self._numbers(items)))

    def convert(self, items: Items, quantity: Decimal, unit: str, into: str) -> Decimal | None:
        """Return a quantity of an item in another unit; None where nobody has said how they convert."""
        if self._conversions is None:
            named = {number for said in self._named() for number in self._numbers(said)}
            self._conversions = self._uow.conversions_of({EVERYTHING, *named})
        numbers = {EVERYTHING, *self._numbers(items)}
        fitting = [each for each in self._conversions if each.item in numbers]
        return convert(fitting, numbers - {EVERYTHING}, quantity, unit, into)

    def _numbers(self, items: Items) -> list[str]:
        """Return our own numbers of an item."""
        found = [value for kind, value in items if kind in self._kinds]
        for kind, value in items:
            found += (each.item for each in self._lead(kind, value))
        return list(dict.fromkeys(found))

    def _lead(self, kind: str, value: str) -> list[CrossReference]:
        """Return where an id leads: under its own kind, else as the partner's whatever it calls it, if that is one item."""
        if self._references is None:
            named = {value for said in self._named() for _kind, value in said}
            self._references = {}
            for each in self._uow.known_as(named, self._partner) if named else ():
                self._references.setdefault(each.value, []).append(each)
        known = self._references.get(value, [])
        exact = [each for each in known if each.kind == kind]
        theirs = [each for each in known if each.partner == self._partner]
        # What the partner itself means goes before what everybody does.
        return sorted(exact, key=lambda each: each.partner == "")[:1] or (theirs if len(_items(theirs)) == 1 else [])

    def _named(self) -> list[Items]:
        return [said.items for statement in self._statements for said in statement.said() if said.items]


def _items(references: list[CrossReference]) -> set[str]:
    return {each.item for each in references}
