"""Routing: which of several ERPs gets a document. It is decided once, and the papers of an order follow its first one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.canonical.values import Part
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.thread.items import own_kinds
from gateway.tracking.document import Document
from gateway.tracking.order import Order
from gateway.trading.agreement import Agreement
from gateway.trading.routing import Choice, Facts, RouteText, choose

_PLACES = ("ship_to", "plant", "warehouse")


def erp_of(document: Document, agreement: Agreement) -> str:
    """Return the ERP that gets a document: the one that was decided for it, else the agreement's."""
    return document.erp or agreement.erp


def route(
    uow: UnitOfWork, world: World, document: Document, agreement: Agreement, body: Part, orders: Sequence[Order]
) -> list[str]:
    """Decide which ERP gets a document, and write it on the document and on its orders; return what a person should know.

    ``orders`` are those that the document is about, locked. Where nothing is routed nothing is written, and the agreement counts.
    """
    kept = list(dict.fromkeys(order.erp for order in orders if order.erp))
    if document.erp is None:
        if kept:
            document.erp = kept[0]
        elif world.routing:
            document.erp = chosen(uow, world.routing, document, agreement, body, orders).erp
    if document.erp is not None:
        set_erp(uow, orders, document.erp)
    if len(kept) > 1:
        return [f"its orders are with several ERPs ({', '.join(kept)}); {document.erp} gets it"]
    return []


def set_erp(uow: UnitOfWork, orders: Sequence[Order], erp: str, *, owner: bool = False) -> None:
    """Write on orders with which ERP they are; one that is with another already stays there, unless this one owns it."""
    for order in orders:
        if order.erp is None or (owner and order.erp != erp):
            order.erp = erp
            uow.change(Order, order.id, erp=erp)


def chosen(
    uow: UnitOfWork | None,
    rows: Sequence[RouteText],
    document: Document,
    agreement: Agreement,
    body: Part,
    orders: Sequence[Order] = (),
) -> Choice:
    """Return which row decides for a document, and why. Without a ledger no item has a class."""
    facts = _Collected()
    facts.take_in(body)
    facts.plants += [order.plant for order in orders if order.plant]

    def item_classes() -> list[str]:
        return classes_of(uow, document.partner, agreement.role, facts.items) if uow is not None else []

    return choose(
        rows,
        Facts(
            partner=document.partner,
            set_id=document.set_id,
            plants=_once(facts.plants),
            parties={role: _once(values) for role, values in facts.parties.items()},
            references={kind: _once(values) for kind, values in facts.references.items()},
            items=_once([value for _kind, value in facts.items]),
            item_classes=item_classes,
        ),
        agreement.erp,
    )


def classes_of(uow: UnitOfWork, partner: str, role: str, items: Sequence[tuple[str, str]]) -> list[str]:
    """Return the classes that master data gives items, which are named by whoever's ids."""
    pairs, ours = set(items), own_kinds(role)
    numbers = [value for kind, value in items if kind in ours]
    for each in uow.known_as(_once([value for _kind, value in items]), partner) if items else ():
        if each.partner == partner or (each.kind, each.value) in pairs:
            numbers.append(each.item)
    found = uow.items_numbered(_once(numbers)) if numbers else []
    return sorted({item.item_class for item in found if item.item_class})


class _Collected:
    """What a document says of places, parties, references and items, on whichever of its parts that stands."""

    def __init__(self) -> None:
        self.plants: list[str] = []
        self.parties: dict[str, list[str]] = {}
        self.references: dict[str, list[str]] = {}
        self.items: list[tuple[str, str]] = []

    def take_in(self, part: Part) -> None:
        """Collect what a part says, and the parts in it."""
        for name, inner in _inside(part):
            if name == "parties":
                self._party(inner)
            elif name == "references" and (value := getattr(inner, "value", None)):
                self.references.setdefault(getattr(inner, "kind", None) or "", []).append(value)
            elif name == "item_ids" and (value := getattr(inner, "value", None)):
                self.items.append((getattr(inner, "kind", None) or "", value))
            self.take_in(inner)

    def _party(self, party: Part) -> None:
        said = [each.value for each in getattr(party, "ids", ()) if each.value]
        said += [name] if (name := getattr(party, "name", None)) else []
        role = str(getattr(party, "role", None) or "")
        self.parties.setdefault(role, []).extend(said)
        if role in _PLACES:
            self.plants += said


def _inside(part: Part) -> Iterator[tuple[str, Part]]:
    """Yield the parts in a part, with the name under which each stands. What was left out is not looked at."""
    for name in part.model_fields_set:
        inside = getattr(part, name)
        for inner in inside if isinstance(inside, tuple) else (inside,):
            if isinstance(inner, Part):
                yield name, inner


def _once(values: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(values))
