"""A partner's catalog (832) says under which of its ids it sells our items: that is proposed, and counts once somebody agrees."""

from __future__ import annotations

from gateway.canonical.catalog import Catalog, CatalogLine
from gateway.pipeline.master.keeping import keep
from gateway.pipeline.ports import Stamps, UnitOfWork
from gateway.pipeline.thread.items import own_kinds
from gateway.tracking.document import Document
from gateway.tracking.master import CrossReference, Entry, Standing, reference_id

# Ids that name an item for good; colors, lots and drawings do not.
_LASTING = {
    "buyer": ("supplier_part", "supplier_item", "supplier_catalog", "gtin_12", "gtin_13", "gtin_14"),
    "seller": ("buyer_part", "buyer_item", "buyer_catalog"),
}


def propose(uow: UnitOfWork, stamps: Stamps, document: Document, catalog: Catalog) -> list[str]:
    """Propose what is not known yet; return notes for the document."""
    entries: list[Entry] = []
    for line in catalog.lines:
        for made in _of_line(document, line):
            # What somebody has agreed to, or removed, stays as it is.
            if uow.find(CrossReference, made.id) is None:
                entries.append(made)
    if not entries:
        return []
    kept = keep(uow, stamps, f"catalog:{document.id}"[:60], document.tracking_id, entries)
    return [f"{len(kept.changed)} ids of items are proposed; look at them with: gateway master list --proposed"]


def _of_line(document: Document, line: CatalogLine) -> list[CrossReference]:
    named = [(each.kind, each.value) for each in (*line.item_ids, *(line.ordering.item_ids if line.ordering else ()))]
    ours = next((value for kind, value in named if kind in own_kinds(document.role)), None)
    if ours is None:
        return []
    lasting = _LASTING.get(document.role, ())
    return [
        CrossReference(
            reference_id(document.partner, kind, value), ours, document.partner, kind, value, Standing.PROPOSED
        )
        for kind, value in named
        if kind is not None and kind in lasting
    ]
