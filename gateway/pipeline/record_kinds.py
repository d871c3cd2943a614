"""Every kind of record that the ledger keeps."""

from __future__ import annotations

from typing import TypeVar

from gateway.tracking.business_number import BusinessNumber
from gateway.tracking.case import Case
from gateway.tracking.case_note import CaseNote
from gateway.tracking.chain import Checkpoint, Seal
from gateway.tracking.document import Document
from gateway.tracking.master import Conversion, CrossReference, Item, Location, MasterChange, Unknown
from gateway.tracking.numbering import NumberSeries
from gateway.tracking.order import Match, Order, OrderLine
from gateway.tracking.promise import Promise
from gateway.tracking.receipt import Receipt
from gateway.tracking.reconciliation import Reconciliation, Repair
from gateway.tracking.release import Release
from gateway.tracking.retention import Hold, Purge
from gateway.tracking.thread.statement import Statement
from gateway.tracking.transmission import Transmission

_Thread = Order | OrderLine | Statement | Match | Release | Reconciliation | Repair
_Owed = Promise | NumberSeries | BusinessNumber
_Proof = Seal | Checkpoint | Hold | Purge
_Master = Item | CrossReference | Conversion | Location | MasterChange | Unknown
Record = Transmission | Document | Case | CaseNote | Receipt | _Thread | _Owed | _Proof | _Master
R = TypeVar("R", bound=Record)
