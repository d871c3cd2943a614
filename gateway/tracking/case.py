"""Something that a person must decide: what is parked, why, whose it is, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.tracking.cause import Cause as Cause
from gateway.tracking.cause import Owner as Owner
from gateway.tracking.event import Event
from gateway.tracking.order_causes import ORDER_CAUSES

_ROWS = (
    Cause(
        "unknown-sender",
        Owner.DATA,
        "nobody is known under the sender's id",
        "add the id to a partner in partners/, or tell the sender which id was agreed; then: gateway replay ID",
    ),
    Cause(
        "unknown-receiver",
        Owner.PARTNER,
        "the receiver's id is not ours",
        "add the id to partners/own.yaml if it is ours, then: gateway replay ID; else ask the sender to correct ISA07/08",
    ),
    Cause(
        "wrong-sender",
        Owner.TECHNICAL,
        "the interchange names another sender than the partner who brought it",
        "ask the partner why; if the id is theirs, add it to their file, then: gateway replay ID",
    ),
    Cause(
        "no-agreement",
        Owner.BUSINESS,
        "there is no agreement for this document with this partner",
        "add an agreement to the partner's file, then: gateway replay ID",
    ),
    Cause(
        "not-readable",
        Owner.PARTNER,
        "the bytes can't be read as a document",
        "ask the sender for a readable one; the bytes are kept",
    ),
    Cause(
        "interchange-rejected",
        Owner.PARTNER,
        "the interchange is at fault, so nothing in it was processed",
        "wait for a corrected interchange: the sender got a TA1 with the reason",
    ),
    Cause(
        "group-rejected",
        Owner.PARTNER,
        "a functional group is at fault, so nothing in it was processed",
        "wait for a corrected group: the sender got an acknowledgment with the reason",
    ),
    Cause(
        "document-rejected",
        Owner.PARTNER,
        "the document breaks the standard or the guide",
        "wait for a corrected one: the sender got the faults; after a change of guide or tolerance: gateway replay ID",
    ),
    Cause(
        "numbers-reused",
        Owner.PARTNER,
        "control numbers that were used before came with another content",
        "ask the sender which of the two counts; the first one was processed",
    ),
    Cause(
        "translation-failed",
        Owner.DATA,
        "the profile can't carry a value over",
        "correct the profile or the value, then: gateway replay ID",
    ),
    Cause(
        "totals-differ",
        Owner.PARTNER,
        "the totals of the document differ from its lines",
        "ask the sender whether lines were lost; to process it all the same: gateway replay ID after totals: note",
    ),
    Cause(
        "erp-rejected",
        Owner.BUSINESS,
        "the ERP refused the message",
        "correct the cause in the ERP or the document, then: gateway replay ID",
    ),
    Cause(
        "delivery-exhausted",
        Owner.TECHNICAL,
        "it could not be delivered in all the tries that were agreed",
        "bring the other side back, then: gateway replay ID",
    ),
    Cause(
        "compose-failed",
        Owner.DATA,
        "the ERP's message can't be written as the agreed document",
        "correct the message in the ERP or the profile, then: gateway replay ID",
    ),
    Cause(
        "acknowledgment-rejected",
        Owner.DATA,
        "the partner could not read what we sent",
        "read the partner's reasons, correct the profile or the data, then send it anew",
    ),
    Cause(
        "advice-rejected",
        Owner.BUSINESS,
        "the partner read what we sent and refused it for business reasons",
        "read the partner's reasons, settle them with the partner, then send it corrected",
    ),
    Cause(
        "acknowledgment-overdue",
        Owner.PARTNER,
        "the partner has not acknowledged what we sent in time",
        "ask the partner whether it arrived; to send it again: gateway replay ID --effect partner",
    ),
    Cause(
        "promise-overdue",
        Owner.PARTNER,
        "the partner has not sent in time what it promised for an order",
        "ask the partner for it, and tell the buyer of the order",
    ),
    Cause(
        "promise-overdue-by-us",
        Owner.BUSINESS,
        "we have not sent in time what we promised for an order",
        "look in the ERP why it was not sent, and send it",
    ),
    Cause(
        "confirmation-overdue",
        Owner.TECHNICAL,
        "the ERP has not confirmed in time that it has a document",
        "look why it was not delivered, with: gateway trace ID",
    ),
    Cause(
        "interchange-missing",
        Owner.PARTNER,
        "an interchange probably never arrived: its number was skipped",
        "ask the partner whether it was sent, and to send it again; if nothing is missing: gateway case close",
    ),
    Cause(
        "acknowledgment-orphan",
        Owner.PARTNER,
        "an acknowledgment answers something that we did not send",
        "compare its control numbers with what was sent; nothing was changed",
    ),
    Cause(
        "message-refused",
        Owner.PARTNER,
        "a message of the partner was refused before anything in it was read",
        "read the reason; correct certificates or agreement if it is ours, else tell the partner; then have it sent again",
    ),
    Cause(
        "unknown-names",
        Owner.DATA,
        "a message came under names that nobody agreed upon",
        "add the AS2 names to the partner's file or to own.yaml if they are right, then have it sent again",
    ),
    Cause(
        "receipt-address",
        Owner.DATA,
        "the partner wants its receipt at an address that was not agreed",
        "add it under channels.as2.receive.reply_to if it is the partner's; then replay the receipt as said",
    ),
    Cause(
        "receipt-undelivered",
        Owner.PARTNER,
        "the receipt that the partner waits for can't be brought to it",
        "ask the partner whether its address works, then: gateway replay ID",
    ),
    Cause(
        "receipt-failed",
        Owner.DATA,
        "the partner says that it could not open what we sent",
        "read its reason, mostly a certificate; correct it with the partner, then: gateway replay ID",
    ),
    Cause(
        "receipt-warning",
        Owner.BUSINESS,
        "the partner has what we sent, and warns",
        "read the warning; nothing has to be sent again",
    ),
    Cause(
        "receipt-doubtful",
        Owner.PARTNER,
        "the partner's receipt does not prove that it has our bytes",
        "ask the partner what arrived; to send the same bytes again: gateway replay ID",
    ),
    Cause(
        "receipt-overdue",
        Owner.PARTNER,
        "the partner has not confirmed in time that what we sent arrived",
        "ask the partner whether it arrived; to send it again: gateway replay ID",
    ),
    Cause(
        "receipt-orphan",
        Owner.PARTNER,
        "a receipt confirms something that we did not send",
        "compare its Message-ID with what was sent; nothing was changed",
    ),
    Cause(
        "certificate-expiring",
        Owner.TECHNICAL,
        "a certificate has expired, or is about to",
        "bring in its successor while both are believed: gateway cert list says what there is",
    ),
    Cause(
        "server-not-read",
        Owner.TECHNICAL,
        "the partner's SFTP server can't be read",
        "look what works and what does not with: gateway sftp ping PARTNER; it is looked at again by itself",
    ),
    Cause(
        "file-not-fetched",
        Owner.PARTNER,
        "a file on the partner's SFTP server can't be fetched",
        "ask the partner for the rights on it, or to put it there anew; it is tried again at every look",
    ),
    Cause(
        "internal",
        Owner.TECHNICAL,
        "the gateway met an error of its own",
        "look at the log lines with this tracking id and report them, then: gateway replay ID",
    ),
)

CAUSES: dict[str, Cause] = {row.code: row for row in (*_ROWS, *ORDER_CAUSES)}


@dataclass(slots=True)
class Case:
    """A row of the ledger. ``subject`` is the id of a document or transmission; one open case a subject and cause.

    ``root`` is the root cause (`root_of`): cases under one root are healed by one fix. ``assignee`` is who works on it. ``rank``
    is how far its risk (`gateway.tracking.risk`) was from the worst when that was last looked at, 0 to 100; None before that.
    """

    id: str
    subject: str
    partner: str | None
    cause: str
    owner: str
    title: str
    detail: str
    next_action: str
    opened_at: datetime
    tracking_id: str
    closed_at: datetime | None = None
    resolution: str | None = None
    root: str = ""
    assignee: str | None = None
    rank: int | None = None


ROOT_LENGTH = 200


def root_of(cause: str, partner: str | None, key: str = "") -> str:
    """Return the root cause of a case: its cause, its partner, and what is at fault, such as an item, a unit or an ERP."""
    printable = "".join(each if each.isprintable() else "?" for each in key)
    return ":".join(part for part in (cause, partner or "", printable) if part)[:ROOT_LENGTH]


def closed_event(case: Case, resolution: str, at: datetime) -> Event:
    """Return the event that a case was closed."""
    data = {"cause": case.cause, "title": case.title, "reason": resolution}
    return Event("case.closed", at, case.subject, case.partner, case.tracking_id, data)
