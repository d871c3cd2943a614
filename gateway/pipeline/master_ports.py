"""What a transaction finds of master data. Part of `gateway.pipeline.ports`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from gateway.tracking.master import Conversion, CrossReference, Item, MasterChange, Unknown


class MasterFinding(Protocol):
    """The part of a transaction that is about master data. Nothing that is found here is locked: judging only reads it."""

    def known_as(self, values: Collection[str], partner: str) -> list[CrossReference]:
        """Return the cross-references in force for ids, with a partner or with everybody."""

    def items_numbered(self, numbers: Collection[str]) -> list[Item]:
        """Return the items in force among some of our own numbers."""

    def other_ids(self, item: str) -> list[CrossReference]:
        """Return the cross-references in force that lead to an item."""

    def conversions_of(self, items: Collection[str]) -> list[Conversion]:
        """Return the conversions in force of some items; the general ones are those of the item without a number."""

    def changes_in(self, change_set: str) -> list[MasterChange]:
        """Return what was changed together."""

    def unknown_of(self, order_id: str) -> list[Unknown]:
        """Return what an order waits for, or waited for, to become known."""

    def waiting_for(self, names: Collection[str], change_set: str, limit: int) -> list[str]:
        """Return orders that wait for one of these names and were not judged for this change set yet, by their ids."""
