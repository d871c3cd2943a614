"""Who sent this interchange, under which agreement does each set stand, and what is wrong with it?

Plain functions over the configuration and the X12 engine: nothing is stored here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from gateway.pipeline.ports import Configuration
from gateway.tracking.transmission import Transmission
from gateway.trading.agreement import Agreement
from gateway.trading.directory import Partner
from gateway.x12.acknowledgment import ACKNOWLEDGMENTS
from gateway.x12.faults import FaultCode
from gateway.x12.guides.numbers import Numbers
from gateway.x12.model import InterchangeStart, TransactionSet
from gateway.x12.tolerances import tolerated_codes
from gateway.x12.validator import Judgment, validate


@dataclass(frozen=True, slots=True)
class Origin:
    """Who an interchange is from; ``refusal`` is the cause of a case when nothing in it can be processed."""

    partner: Partner | None
    refusal: str = ""
    detail: str = ""


def origin_of(start: InterchangeStart, transmission: Transmission, configuration: Configuration) -> Origin:
    """Find the sender of an interchange and check that it may send this way, and that it is for us."""
    directory = configuration.directory
    sender = directory.find_by_identity(start.sender)
    shown = f"{start.sender[0]} {start.sender[1]}"
    if transmission.partner is not None and (sender is None or sender.id != transmission.partner):
        detail = f"{transmission.partner} brought an interchange whose sender is {shown}"
        return Origin(directory.partners.get(transmission.partner), "wrong-sender", detail)
    if sender is None:
        return Origin(None, "unknown-sender", f"no partner has the id {shown} (ISA05, ISA06)")
    if not directory.is_own(start.receiver):
        detail = f"{start.receiver[0]} {start.receiver[1]} (ISA07, ISA08) is not one of our ids"
        return Origin(sender, "unknown-receiver", detail)
    return Origin(sender)


def partner_tolerances(partner: Partner | None) -> Collection[FaultCode]:
    """Return what is tolerated in a partner's envelopes: what its defaults name."""
    defaults = partner.text.defaults if partner else None
    return tolerated_codes(defaults.tolerate or ()) if defaults else ()


def judge_set(transaction: TransactionSet, agreement: Agreement | None, configuration: Configuration) -> Judgment:
    """Judge one set by the standard, and by the guide of the agreement where there is one."""
    if agreement is None:
        return validate(transaction)
    judgment = validate(transaction, agreement.tolerate, agreement.characters)
    if agreement.guide is not None:
        judgment = configuration.guide(agreement.guide).apply(judgment, transaction.segments)
    return judgment


def numbers_of(judgment: Judgment, agreement: Agreement | None, configuration: Configuration) -> Numbers | None:
    """Return the numbers of a judged set that the guide of the agreement wants to be unique beyond it."""
    if agreement is None or agreement.guide is None:
        return None
    return configuration.guide(agreement.guide).numbers(judgment)


def agreement_of(partner: Partner | None, transaction: TransactionSet) -> Agreement | None:
    """Return the agreement for an inbound set. Acknowledgments need none of their own."""
    if partner is None or transaction.id in ACKNOWLEDGMENTS:
        return None
    return partner.agreement(transaction.id, "inbound")
