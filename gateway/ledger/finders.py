"""Finds records within a transaction. Its statements are those of the hot path, compiled once (`statements`)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from gateway.ledger import conditions, tables
from gateway.ledger.looking import R
from gateway.ledger.master_finders import MasterFinders
from gateway.ledger.records import TABLE_OF
from gateway.ledger.repair_finders import RepairFinders
from gateway.ledger.thread_finders import ThreadFinders
from gateway.pipeline.ports import UsedNumbers
from gateway.tracking.business_number import BusinessNumber
from gateway.tracking.case import Case
from gateway.tracking.case_note import CaseNote
from gateway.tracking.document import Document
from gateway.tracking.promise import Promise
from gateway.tracking.receipt import Receipt
from gateway.tracking.retention import Hold
from gateway.tracking.transmission import Transmission


class Finders(ThreadFinders, MasterFinders, RepairFinders):
    """Everything that a transaction looks for. None of it walks a table (a test asks the database)."""

    def find(self, kind: type[R], record_id: str) -> R | None:
        """Return a record, or None."""
        found = self._all(kind, "by id", lambda: TABLE_OF[kind].c.id == conditions.WHICH, which=record_id)
        return found[0] if found else None

    def find_transmission(self, source: str, *, key: str | None, digest: str, since: datetime) -> Transmission | None:
        """Return the first transmission of ``source`` with this idempotency key, or with these bytes since then."""
        if key is not None:
            found = self._all(Transmission, "by key", conditions.by_key, source=source, key=key)
            if found:
                return found[0]
        return _earliest(
            self._all(Transmission, "by digest", conditions.by_digest, source=source, digest=digest, since=since)
        )

    def find_first(self, document: Document, since: datetime) -> Document | None:
        """Return the document that came first from the partner under the numbers of ``document``."""
        values = {name: getattr(document, name) for name in conditions.NUMBERS}
        return _earliest(self._all(Document, "first", conditions.first, since=since, which=document.id, **values))

    def find_sent(self, partner: str, group_id: str, group_number: str) -> list[Document]:
        """Return what we last sent to ``partner`` in a group with this number; leading zeros don't count."""
        number = group_number.lstrip("0") or "0"
        sent = self._all(Document, "sent group", conditions.sent_group, partner=partner, number=number, group=group_id)
        return _latest(sent)

    def find_sent_interchange(self, partner: str, interchange_number: str) -> list[Document]:
        """Return what we last sent to ``partner`` in an interchange with this number."""
        number = interchange_number.zfill(9)
        sent = self._all(Document, "sent interchange", conditions.sent_interchange, partner=partner, number=number)
        return _latest(sent)

    def find_for_order(self, partner: str, order_number: str, set_id: str, direction: str) -> list[Document]:
        """Return the documents of a set for a purchase order with ``partner``, in one direction."""
        values = {"partner": partner, "order_number": order_number, "set_id": set_id, "way": direction}
        return self._all(Document, "for order", conditions.for_order, **values)

    def find_named(self, partner: str, number: str) -> list[Document]:
        """Return the documents that were sent to ``partner`` and are known under a document number, the first one first."""
        found = self._all(Document, "named", conditions.named, partner=partner, number=number)
        return sorted(found, key=lambda each: each.id)

    def find_numbered(self, number: BusinessNumber, since: datetime) -> list[Document]:
        """Return other documents that came with a business number since then and were not refused, the first one first."""
        values = {name: getattr(number, name) for name in ("partner", "place", "test", "value")}
        found = self._all(Document, "numbered", conditions.numbered, since=since, which=number.document_id, **values)
        return sorted(found, key=lambda each: each.id)

    def find_used(self, document: Document, since: datetime) -> list[UsedNumbers]:
        """Return the numbers of what other transmissions brought since then in interchanges with that of ``document``."""
        values = {name: getattr(document, name) for name in conditions.ENVELOPE}
        table = tables.documents
        columns = tuple(table.c[name] for name in UsedNumbers._fields)
        self._before_looking("used", values)
        rows = self._cursor.rows(
            "used", lambda: sa.select(*columns).where(conditions.used()), {**values, "since": since}
        )
        return [UsedNumbers(*row) for row in rows]

    def sent_in(self, transmission_id: str) -> list[Document]:
        """Return the documents that went out in a transmission."""
        return self._all(
            Document, "sent in", lambda: tables.documents.c.sent_in == conditions.WHICH, which=transmission_id
        )

    def answers_to(self, transmission_id: str) -> list[Transmission]:
        """Return the acknowledgments of what came in a transmission."""
        # Their ids begin with that of the transmission; a range of ids is found by the index.
        begin = f"{transmission_id}-a"
        return self._all(Transmission, "answers", conditions.ids_between, begin=begin, end=begin + "~")

    def find_receipts(self, source: str, direction: str, message_id: str) -> list[Receipt]:
        """Return the receipts for what ``source`` sent or got under a Message-ID, the first one first."""
        values = {"source": source, "way": direction, "message": message_id}
        return sorted(self._all(Receipt, "by message", conditions.by_message, **values), key=lambda each: each.id)

    def receipts_of(self, transmission_id: str) -> list[Receipt]:
        """Return the receipts for a transmission, the first one first."""
        found = self._all(
            Receipt, "of", lambda: tables.receipts.c.transmission_id == conditions.WHICH, which=transmission_id
        )
        return sorted(found, key=lambda each: each.id)

    def due_receipts(self, until: datetime) -> list[Receipt]:
        """Return the receipts that somebody owes and that are due by then, by us or by a partner, oldest first."""
        found = self._all(Receipt, "owed", conditions.owed, until=until)
        return sorted(found, key=lambda each: (each.due_at or each.created_at, each.id))

    def promises_of(self, subject: str) -> list[Promise]:
        """Return everything that is or was owed for a document or transmission."""
        found = self._all(Promise, "promised", lambda: tables.promises.c.subject == conditions.WHICH, which=subject)
        return sorted(found, key=lambda each: (each.due_at, each.id))

    def find_promises(self, partner: str, order_number: str, what: str) -> list[Promise]:
        """Return what is still owed, by a partner or to it, for a purchase order."""
        values = {"partner": partner, "order_number": order_number, "owed": what}
        found = self._all(Promise, "promised for", conditions.promised_for, **values)
        return sorted(found, key=lambda each: each.id)

    def promises_answered(self, answer: str) -> list[Promise]:
        """Return what is still owed and is kept once ``answer``, a document or transmission of ours, is with the partner."""
        found = self._all(Promise, "answered", conditions.answered_by, which=answer)
        return sorted(found, key=lambda each: each.id)

    def open_cases(self, subject: str) -> list[Case]:
        """Return the cases of a subject that nobody has decided."""
        return self._all(Case, "open cases", conditions.open_cases_of, which=subject)

    def notes_of(self, case_id: str) -> list[CaseNote]:
        """Return what people said about a case, the first one first."""
        found = self._all(CaseNote, "notes", lambda: tables.case_notes.c.case_id == conditions.WHICH, which=case_id)
        return sorted(found, key=lambda each: each.id)

    def find_holds(self) -> list[Hold]:
        """Return what is held; nobody places or releases a hold before the commit."""
        return self._all(Hold, "held", conditions.held)


def _earliest(found: list[R]) -> R | None:
    """Return the record that came first; ids sort by time."""
    return min(found, key=lambda record: record.id, default=None)


def _latest(sent: list[Document]) -> list[Document]:
    """Return the documents of the newest sending: control numbers begin anew after their last one."""
    newest = max(sent, key=lambda document: document.id, default=None)
    return [document for document in sent if newest is not None and document.sent_in == newest.sent_in]
