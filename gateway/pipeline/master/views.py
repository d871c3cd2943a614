"""What may be asked of master data from outside."""

from __future__ import annotations

from typing import Protocol

from gateway.tracking.master import Conversion, CrossReference, Entry, Item, MasterChange


class MasterViews(Protocol):
    """The read side of master data."""

    async def item(self, number: str) -> tuple[Item | None, list[CrossReference], list[Conversion]]:
        """Return an item with its other ids and its conversions, whatever their standing."""

    async def entries(
        self, kind: type[Entry], after: int, limit: int, wanted: dict[str, str]
    ) -> list[tuple[int, Entry]]:
        """Return entries of a kind behind a row, each with the number of its row; ``wanted`` are values of fields."""

    async def versions(self, kind: str, entry: str) -> list[MasterChange]:
        """Return the versions of an entry, the oldest first."""
