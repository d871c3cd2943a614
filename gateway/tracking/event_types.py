"""Every type of event as a table: what it means, what of it leaves the house, and what stays on our own timeline.

What leaves names documents and says what became of them. Free text stays inside, because it may hold values of a document or
words of a partner: whoever may see those asks for the document. Docs, AsyncAPI and tests are drawn from these rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.tracking.event_fields import FIELDS as FIELDS


@dataclass(frozen=True, slots=True)
class EventType:
    """One row: the fields of ``data`` leave the house, those of ``inside`` stay on the timeline."""

    name: str
    words: str
    data: frozenset[str]
    inside: frozenset[str] = frozenset()


# What evidence rests on: the SHA-256 of the bytes that an event speaks of, the configuration then in force, and the replay that
# led to it, if any.
_PROOF = frozenset({"kept", "configuration", "replay"})


def _row(name: str, words: str, data: str = "", inside: str = "") -> EventType:
    return EventType(name, words, frozenset(data.split()), frozenset(inside.split()) | _PROOF)


EVENT_TYPES: dict[str, EventType] = {
    row.name: row
    for row in (
        # Documents
        _row("document.received", "A document came from a partner or from our ERP.", "set number order type"),
        _row("document.accepted", "A document that was judged again keeps the standard and the guide.", "faults"),
        _row("document.rejected", "A document was refused; its faults say why.", "faults type"),
        _row("document.duplicate", "A document came before, under the same numbers.", "first"),
        _row("document.translated", "The canonical message of a document is made.", "number"),
        _row("document.delivered", "The ERP has a document.", "erp reference"),
        _row("document.composed", "A document for a partner is written as X12.", "interchange transmission"),
        _row("document.sent", "A document is with the partner, or was fetched.", "transport", "detail"),
        _row("document.set_aside", "A document is for nobody: its agreement says so."),
        _row("document.parked", "A document waits for a person.", "type"),
        # Transmissions and what is in them
        _row("transmission.received", "Bytes came and are kept.", "transport size"),
        _row(
            "transmission.duplicate", "The same bytes came before; the first answer was given.", "transport message_id"
        ),
        _row("transmission.refused", "Bytes came that nothing can be done with.", "", "reason"),
        _row("transmission.junk", "Between interchanges there was something that is none.", "offset", "message"),
        _row("interchange.rejected", "The envelope of an interchange is broken.", "", "reason"),
        _row("interchange.refused", "An interchange is not for us, or not from whom it says.", "", "reason"),
        _row("interchange.acknowledged", "A TA1 came for what was sent.", "verdict code by", "words"),
        _row("group.rejected", "The envelope of a functional group is broken.", "group", "reason"),
        _row(
            "message.refused", "An AS2 message can't be opened or is not what was agreed.", "transport code", "reason"
        ),
        _row(
            "request.refused",
            "A request at the AS2 door was refused before it was a message.",
            "transport status",
            "reason remote",
        ),
        _row("message.built", "An AS2 message is made of what goes to a partner.", "message_id mic mic_algorithm"),
        # Acknowledgments
        _row("acknowledgment.composed", "Our acknowledgment is written.", "groups ta1"),
        _row("acknowledgment.sent", "Our acknowledgment is with the partner, or was fetched.", "transport", "detail"),
        _row("acknowledgment.repeated", "Our acknowledgment goes out once more.", "because"),
        _row(
            "acknowledgment.received", "The partner acknowledged what was sent.", "verdict by late repeated", "reasons"
        ),
        _row("acknowledgment.overdue", "The partner has not acknowledged in time.", "set then"),
        _row("acknowledgment.orphan", "An acknowledgment answers nothing that was sent.", "group interchange"),
        _row("advice.composed", "Our 824 is written.", "cause transmission"),
        _row("advice.received", "An 824 of the partner speaks of a document.", "verdict by", "reasons"),
        _row("advice.orphan", "An 824 speaks of nothing that was sent.", "reference"),
        # Receipts
        _row("receipt.received", "The partner's receipt came.", "message_id verdict state", "detail signer changes"),
        _row("receipt.given", "Our receipt went back with the answer.", "message_id mic mic_algorithm", "signer"),
        _row("receipt.owed", "Our receipt is to be posted.", "message_id mic mic_algorithm", "signer"),
        _row("receipt.not_asked", "No receipt was asked for.", "message_id mic mic_algorithm", "signer"),
        _row("receipt.sent", "Our receipt was posted.", "message_id", "detail"),
        _row("receipt.overdue", "The partner's receipt did not come in time.", "message_id then"),
        _row("receipt.orphan", "A receipt confirms nothing that was sent.", "original_message_id"),
        # What the business waits for, and people
        _row("order.moved", "The life of a purchase order went on.", "order before after"),
        _row(
            "supply.commitment.changed",
            "A supplier promises another day or quantity.",
            "order line before after quantity",
        ),
        *(
            _row(f"{name}.discrepancy", f"{words} differs by more than was agreed.", "order number set checks")
            for name, words in (
                ("order", "A change of an order"),
                ("acknowledgment", "An acknowledgment of an order"),
                ("shipment", "A ship notice or milestone"),
                ("receipt", "A receipt of goods"),
                ("invoice", "An invoice"),
                ("hold", "A hold of quality, or its end,"),
                ("consumption", "What production uses"),
            )
        ),
        *(
            _row(f"purchase_order.{what}", f"A procurement system {words}.", "order name transmission")
            for what, words in (
                ("created", "created an order"),
                ("approved", "approved an order"),
                ("dispatched", "had an order sent to its supplier"),
                ("changed", "had a change of an order sent to its supplier"),
                ("cancelled", "took an order back"),
            )
        ),
        _row("invoice.matched", "An invoice matches order and receipt; it may be paid.", "order number verdict"),
        _row(
            "invoice.debited",
            "An 812 debits what an invoice charges too much; number is that of the 812.",
            "order number amount transmission",
        ),
        _row(
            "proposal.accepted",
            "An 860 orders what a supplier had proposed; number is that of its acknowledgment, count how many lines.",
            "order number count transmission",
        ),
        _row("discrepancy.accepted", "A person took what differs as it is.", "order number", "reason person"),
        _row("discrepancy.settled", "What differed is settled.", "order number"),
        # What the systems around an order say of it
        _row("goods.received", "Goods came for an order.", "order number line item quantity lot plant shipment"),
        _row(
            "receipt.advised",
            "Our 861 about goods that came otherwise than announced is written.",
            "number transmission",
        ),
        _row("quality.hold.placed", "Quality keeps goods back.", "order number line item quantity lot plant"),
        _row("quality.hold.released", "Quality lets goods go.", "order number line item quantity lot plant"),
        _row(
            "material.consumed", "Production used what came for an order.", "order number line item quantity lot plant"
        ),
        _row("material.available", "What production waits for is there.", "order number line item quantity plant"),
        _row("production.reported", "Production made or scrapped something.", "type number item quantity lot plant"),
        _row("shipment.milestone", "Something happened to a shipment.", "order shipment milestone after"),
        _row("shipment.late", "A shipment comes too late.", "order shipment line plant before after days_late"),
        _row(
            "supply.risk",
            "Something puts supply at risk: an event open orders, a schedule the suppliers from whom it wants goods sooner.",
            "type reference item plant orders count partners days",
        ),
        _row(
            "inbound_supply.updated",
            "What is expected of a line is another quantity or day, because it was shipped, moved or received.",
            "order line item plant quantity in_transit after lag",
        ),
        _row(
            "inventory.reported",
            "A partner reports its stock of an item (846); item is our number where it is known.",
            "number line item lot plant unit quantities as_of",
        ),
        _row(
            "schedule.released",
            "A schedule (862) or forecast (830) goes to a supplier.",
            "set number release transmission",
        ),
        _row(
            "planned_order.released",
            "A planned order goes to its supplier in a forecast.",
            "number item plant quantity release transmission",
        ),
        _row(
            "cumulative.differs",
            "A supplier says that it has shipped another sum of an item than we know of.",
            "item plant quantity expected",
        ),
        _row("system.event", "A system told of an event of its own.", "type reference values"),
        _row(
            "promise.due_soon",
            "What is due for an order has not come, and its time is nearly over.",
            "set owed_by then",
        ),
        _row("promise.overdue", "What was promised for a document did not come in time.", "set owed_by"),
        _row("promise.late", "What was promised came after its time.", "set owed_by by hours_late"),
        _row("interchange.missing", "The number of an interchange was skipped, and it did not come.", "interchange"),
        _row(
            "interchange.backwards", "The number of an interchange is below one that came before.", "interchange before"
        ),
        _row("interchange.leapt", "The number of an interchange is far beyond the one before.", "interchange before"),
        _row("case.opened", "A person must decide.", "cause title", "detail"),
        _row("case.closed", "A case is settled, by a person or by what came.", "cause title", "reason"),
        _row("case.assigned", "Somebody works on a case, or nobody any more.", "cause title", "person assignee"),
        _row("case.commented", "Somebody said something about a case.", "cause title", "person text"),
        _row(
            "case.proposed",
            "Somebody wants to take what differs as it is; others must approve.",
            "cause title",
            "person reason roles",
        ),
        _row("case.approved", "A second person approved a decision.", "cause title", "person reason roles"),
        _row("case.escalated", "A case was handed on.", "cause title owner"),
        _row("certificate.expiring", "A certificate ends soon.", "certificate name days"),
        _row("master.changed", "An entry of master data has another version.", "type reference state", "person"),
        _row(
            "reconciliation.finished",
            "Reports of other systems were compared with our orders.",
            "lines differ healed strangers",
            "person",
        ),
        _row(
            "reconciliation.diverged",
            "A figure of a line differs from what another system reports: expected is ours, quantity that of the system.",
            "order line system figure expected quantity reference",
        ),
        _row(
            "repair.applied",
            "What differs was repaired: documents were handed over again under the same keys.",
            "order line system figure reference",
            "person reason documents",
        ),
        _row(
            "repair.dismissed",
            "What differs is right as it is, somebody said.",
            "order line system figure reference",
            "person reason",
        ),
        # Evidence
        _row("configuration.loaded", "Another configuration is in force.", "", "files partners program"),
        _row("hold.placed", "Somebody keeps something from being purged.", "", "reason person hold"),
        _row("hold.released", "Somebody lets it be purged again.", "", "reason person hold"),
        _row("purged", "Bytes were deleted after their time; their digests stay.", "", "reason person digests"),
        # Work
        _row("step.retried", "A step failed and is tried again.", "step attempt wait", "detail"),
        _row("replayed", "Somebody sent it on its way again.", "step effect", "reason"),
        _row("document.recomputed", "A document was judged and translated anew.", "verdict changed faults", "detail"),
    )
}


def published(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of an event's data leaves the house: the fields of its row that hold what they may, and no others."""
    row = EVENT_TYPES.get(kind)
    if row is None:
        return {}
    return {name: data[name] for name in sorted(row.data) if name in data and _fits(data[name], FIELDS[name][0])}


def _fits(value: Any, schema: Mapping[str, Any]) -> bool:
    kind = schema["type"]
    if kind == "string":
        return isinstance(value, str) and len(value) <= schema["maxLength"]
    if kind == "object":
        return isinstance(value, dict) and all(_fits(each, schema["additionalProperties"]) for each in value.values())
    if kind == "array":
        return (
            isinstance(value, list)
            and len(value) <= schema["maxItems"]
            and all(_fits(each, schema["items"]) for each in value)
        )
    if kind == "boolean":
        return isinstance(value, bool)
    return isinstance(value, int | float if kind == "number" else int) and not isinstance(value, bool)
