"""The figures by which people see how the business with partners goes: what each one means, as a table.

Docs, API and command line are drawn from these rows. What the gateway can't know stands here too, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Definition:
    """A row. ``over_period``: it is about what happened in a period; else it is how things stand now.

    ``by`` says how it is split. ``because`` is why it is not known here; empty where it is.
    """

    name: str
    title: str
    words: str
    unit: str
    by: tuple[str, ...] = ()
    over_period: bool = False
    because: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a figure: that of one supplier, plant, cause and so on; ``more`` are figures beside it."""

    by: str
    name: str
    value: float
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure. ``value`` is None where there was nothing to measure; ``measured`` is on how many it rests.

    ``complete`` is false where there was more in the period than is measured: then the newest were, or the newest of each part
    of the period.
    """

    value: float | None
    measured: int
    parts: tuple[Part, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)
    complete: bool = True


_S, _P = "supplier", "plant"
_STANDS = (
    Definition(
        "orders_awaiting_acknowledgment",
        "Orders awaiting acknowledgment",
        "Orders of ours that are with the supplier, and of which some line has no answer yet (855, or 865 after a change)."
        " Those that customers wait for us to acknowledge are counted beside it.",
        "orders",
        (_S, _P),
    ),
    Definition(
        "suppliers_missing_ship_notices",
        "Suppliers missing ship notices",
        "Suppliers with a line that is promised for a day that has passed, and of which less was announced as shipped (856)"
        " than promised.",
        "suppliers",
        (_S,),
    ),
    Definition(
        "dates_beyond_tolerance",
        "Dates beyond tolerance",
        "Papers that name another day than was wanted or promised by more than was agreed, and that nobody has decided yet.",
        "papers",
        (_S, "order"),
    ),
    Definition(
        "plants_at_risk",
        "Plants at risk",
        "Plants for which something was wanted before today and has not arrived, or for which a paper differs by more than"
        " was agreed. Orders that name no plant count as one, under the name '-'.",
        "plants",
        (_P,),
    ),
    Definition(
        "order_risk_exposure",
        "Order risk exposure",
        "Lines of ours that were wanted before today and have not all arrived, and what the missing part of them costs.",
        "lines",
        (_S, _P, "currency"),
    ),
    Definition(
        "exception_aging",
        "Age of open cases",
        "How long the open cases have been open: the median; the oldest stands beside it.",
        "hours",
        ("owner", "cause", "partner"),
    ),
    Definition(
        "event_backlog",
        "Event backlog",
        "Events that a broker or webhook has not been given yet, or did not take.",
        "events",
        ("sink",),
    ),
)
_HAPPENED = (
    Definition(
        "order_release_latency",
        "Order release latency",
        "From the order of our ERP to the moment when the supplier has it: the median.",
        "minutes",
        (_S,),
        over_period=True,
    ),
    Definition(
        "order_confirmation_latency",
        "Order confirmation latency",
        "From the moment when the supplier has the order to its first answer (855): the median.",
        "hours",
        (_S, _P),
        over_period=True,
    ),
    Definition(
        "goods_receipt_posting_time",
        "Goods receipt posting time",
        "From the time that the warehouse gives for a receipt to the moment when it counts in the order's thread, or, where"
        " we hand the receipt to the ERP, when the ERP has it: the median.",
        "minutes",
        (_S, _P),
        over_period=True,
    ),
    Definition(
        "exception_resolution_time",
        "Exception resolution time",
        "From the opening of a case to its end, of the cases that ended in the period: the median.",
        "hours",
        ("cause", "partner"),
        over_period=True,
    ),
    Definition(
        "reconciled_by_hand",
        "Reconciled by hand",
        "Of the papers that were compared with their order, and of the figures of lines that differed from what ERP or warehouse"
        " report, the share that somebody took as it is or dismissed although it differs. What was repaired by handing documents"
        " over again stands beside it.",
        "percent",
        (_S,),
        over_period=True,
    ),
    Definition(
        "posting_success_rate",
        "Posting success rate",
        "Of the documents for the ERP, the share that it took; the others it refused, or they could not be handed over.",
        "percent",
        ("partner",),
        over_period=True,
    ),
    Definition(
        "sync_lag",
        "Sync lag",
        "From the moment when a document is with us to the moment when the ERP has it: the median.",
        "seconds",
        ("set", "partner"),
        over_period=True,
    ),
    Definition(
        "inventory_sync_lag",
        "Inventory sync lag",
        "The sync lag of stock reports alone (846).",
        "seconds",
        ("partner",),
        over_period=True,
    ),
    Definition(
        "message_health",
        "Message health",
        "Of the documents in both directions that came to an end, the share that went through; the others were rejected or"
        " wait for a person.",
        "percent",
        ("partner",),
        over_period=True,
    ),
    Definition(
        "failures_by_supplier",
        "Failures by supplier",
        "Documents that were rejected or wait for a person.",
        "documents",
        ("partner",),
        over_period=True,
    ),
    Definition(
        "fill_rate",
        "Fill rate",
        "Of what was ordered and wanted in the period, the share that was received: the mean over lines.",
        "percent",
        (_S,),
        over_period=True,
    ),
    Definition(
        "on_time_shipment",
        "On-time shipment",
        "Of the lines wanted in the period that the supplier had promised, the share that was all shipped by the promised day.",
        "percent",
        (_S,),
        over_period=True,
    ),
    Definition(
        "on_time_receipt",
        "On-time receipt",
        "Of the lines wanted in the period, the share that had all arrived by the day on which it was wanted.",
        "percent",
        (_S,),
        over_period=True,
    ),
)
_UNKNOWN = (
    Definition(
        "inventory_accuracy",
        "Inventory accuracy",
        "Counted stock against booked stock.",
        "percent",
        because="the gateway keeps no stock; ask the WMS or the ERP, which count and book it",
    ),
    Definition(
        "schedule_adherence",
        "Schedule adherence",
        "Production orders finished as planned.",
        "percent",
        because="the gateway sees no production orders; ask the MES, which runs the schedule",
    ),
    Definition(
        "work_order_delay",
        "Work-order delay from shortages",
        "Hours that production orders waited for material.",
        "hours",
        because="the gateway sees no work orders; ask the MES, and see order_risk_exposure for the material that is late",
    ),
    Definition(
        "api_error_rate",
        "API error rate",
        "Requests that were answered with an error.",
        "percent",
        because="the ledger does not count requests; count the log lines request_answered by their status",
    ),
    Definition(
        "time_to_onboard",
        "Time to onboard a supplier or plant",
        "From the decision to trade with somebody to the first document that went through.",
        "days",
        because="nobody tells the gateway of the decision; its first document stands in GET /api/v1/documents?partner=NAME",
    ),
)
DEFINITIONS: dict[str, Definition] = {row.name: row for row in (*_STANDS, *_HAPPENED, *_UNKNOWN)}
