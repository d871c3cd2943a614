"""What the pipeline asks of the world. Whoever stands outside fulfils it; nobody here knows how."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol, TypeVar

from gateway.mapping.loader import Mapping as ProfileMapping
from gateway.pipeline.case_ports import CaseFinding
from gateway.pipeline.circuit import Circuits
from gateway.pipeline.master_ports import MasterFinding
from gateway.pipeline.number_ports import NumberGiving
from gateway.pipeline.promise_ports import PromiseFinding
from gateway.pipeline.reconciliation.ports import Nightly, RepairFinding
from gateway.pipeline.record_kinds import R as R
from gateway.pipeline.record_kinds import Record as Record
from gateway.pipeline.task import Task
from gateway.pipeline.thread_ports import ThreadFinding
from gateway.tracking.business_number import BusinessNumber
from gateway.tracking.document import Document
from gateway.tracking.event import Event
from gateway.tracking.order_totals import OrderTotal
from gateway.tracking.receipt import Receipt
from gateway.tracking.transmission import Transmission
from gateway.trading.agreement import Agreement
from gateway.trading.directory import Directory, Partner
from gateway.trading.routing import RouteText
from gateway.x12.guide import Guide

T = TypeVar("T")


class UsedNumbers(NamedTuple):
    """Under which numbers a document came, and what became of it."""

    group_id: str
    group_number: str
    control_number: str
    state: str


class UnitOfWork(NumberGiving, PromiseFinding, ThreadFinding, CaseFinding, MasterFinding, RepairFinding, Protocol):
    """One transaction: what is done through it is committed together or not at all."""

    def add(self, record: Record | Event | OrderTotal) -> None:
        """Store a new record."""

    def change(self, kind: type[Record], record_id: str, **values: Any) -> None:
        """Set columns of a stored record."""

    def find(self, kind: type[R], record_id: str) -> R | None:
        """Return a record, or None."""

    def find_transmission(self, source: str, *, key: str | None, digest: str, since: datetime) -> Transmission | None:
        """Return the first transmission of ``source`` with this idempotency key, or with these bytes since then."""

    def find_first(self, document: Document, since: datetime) -> Document | None:
        """Return the document that came first from the partner under the numbers of ``document``."""

    def find_sent(self, partner: str, group_id: str, group_number: str) -> list[Document]:
        """Return what we last sent to ``partner`` in a group with this number; leading zeros don't count."""

    def find_sent_interchange(self, partner: str, interchange_number: str) -> list[Document]:
        """Return what we last sent to ``partner`` in an interchange with this number."""

    def find_for_order(self, partner: str, order_number: str, set_id: str, direction: str) -> list[Document]:
        """Return the documents of a set for a purchase order with ``partner``, in one direction."""

    def find_named(self, partner: str, number: str) -> list[Document]:
        """Return the documents that were sent to ``partner`` and are known under a document number, the first one first."""

    def find_numbered(self, number: BusinessNumber, since: datetime) -> list[Document]:
        """Return other documents that came with a business number since then and were not refused, the first one first."""

    def find_used(self, document: Document, since: datetime) -> list[UsedNumbers]:
        """Return the numbers of what other transmissions brought since then in interchanges with that of ``document``."""

    def sent_in(self, transmission_id: str) -> list[Document]:
        """Return the documents that went out in a transmission."""

    def answers_to(self, transmission_id: str) -> list[Transmission]:
        """Return the acknowledgments of what came in a transmission."""

    def find_receipts(self, source: str, direction: str, message_id: str) -> list[Receipt]:
        """Return the receipts for what ``source`` sent or got under a Message-ID, the first one first."""

    def receipts_of(self, transmission_id: str) -> list[Receipt]:
        """Return the receipts for a transmission, the first one first."""

    def due_receipts(self, until: datetime) -> list[Receipt]:
        """Return the receipts that somebody owes and that are due by then, by us or by a partner, oldest first."""

    def schedule(self, task: Task) -> None:
        """Make a step due; a step of the same subject and name is replaced."""

    def own(self, task: Task) -> None:
        """Raise LeaseLost when another worker has taken ``task`` over, and let nobody do so until the commit."""

    def finish(self, task: Task) -> None:
        """Take a step off the list."""

    def hold(self, task: Task) -> None:
        """Keep a step on the list without being due: it holds its lane until a person has decided."""

    def keep(self, data: bytes) -> str:
        """Keep small ``data`` in the transaction itself and return its SHA-256."""


class Ledger(Protocol):
    """The one place that forgets nothing."""

    async def tx(self, work: Callable[[UnitOfWork], T], task: Task | None = None) -> T:
        """Run ``work``, the outcome of ``task`` if there is one, in a transaction; return what it gives once it is committed."""

    async def load(self, kind: type[R], record_id: str) -> R | None:
        """Return a record, or None."""

    async def due(self, now: datetime, limit: int) -> list[Task]:
        """Return steps that are due and whose lane is free, oldest first."""


class Stage(Protocol):
    """Bytes on their way into the vault."""

    async def write(self, chunk: bytes) -> None:
        """Add a chunk."""

    async def finish(self) -> Blob:
        """Make them durable and say what they are."""

    async def abandon(self) -> None:
        """Forget them."""


@dataclass(frozen=True, slots=True)
class Blob:
    """Kept bytes: digest and size. ``data`` is there while they are small enough to go into the transaction itself."""

    digest: str
    size: int
    data: bytes | None = None


class Vault(Protocol):
    """The exact bytes, by their SHA-256."""

    def stage(self, limit: int | None = None) -> Stage:
        """Begin to take bytes in: at most ``limit``, or as many as a transmission may have."""

    async def adopt(self, path: str, digest: str, size: int) -> Blob:
        """Take over a complete file of ours, whose SHA-256 is known; it is durable afterwards, and gone from ``path``."""

    async def read(self, digest: str) -> bytes:
        """Return all bytes of a blob."""

    async def read_range(self, digest: str, offset: int, length: int) -> bytes:
        """Return some bytes of a blob."""

    def chunks(self, blob: Blob) -> Iterable[bytes]:
        """Return the bytes of a blob in chunks; called from a thread when the blob is large."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is handed to an ERP: a canonical message as JSON. ``key`` is stable over retry, restart and takeover."""

    key: str
    body: bytes
    message_type: str
    partner: str
    document_number: str
    tracking_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """The ERP has it; ``reference`` is its own number for it, where it gave one."""

    reference: str | None = None


class ErpConnector(Protocol):
    """One ERP."""

    async def deliver(self, delivery: Delivery) -> Delivered:
        """Hand over; raise ErpUnavailable to be tried again, ErpRejected to be parked."""


@dataclass(frozen=True, slots=True)
class Sending:
    """The bytes of one transmission: in ``body``, or, for a sender with `takes_blobs` and what is large, in the vault."""

    transmission: Transmission
    partner: Partner
    body: bytes
    name: str
    attempt: int
    blob: Blob | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The bytes are with the partner, or (``waiting``) ready for it to fetch."""

    waiting: bool = False
    detail: str = ""
    also: Callable[[UnitOfWork], list[Task]] | None = None  # Written in the commit that says that it was sent.


class ReceiptSender(Protocol):
    """What posts a receipt that its partner waits for."""

    async def send_receipt(self, receipt: Receipt, data: bytes, partner: Partner) -> str:
        """Post it and say how it was answered; raise PartnerUnreachable to be tried again, PartnerRefused to be parked."""


class Sender(Protocol):
    """One transport outward. One with an attribute ``takes_blobs`` that is true reads what is large from the vault by itself."""

    async def send(self, sending: Sending) -> Sent:
        """Send; raise PartnerUnreachable to be tried again, PartnerRefused to be parked."""


class Configuration(Protocol):
    """What the files say now. A document keeps the one it began a step with."""

    @property
    def digest(self) -> str:
        """What names this state of the files: the SHA-256 of its inventory."""

    @property
    def directory(self) -> Directory:
        """Partners and agreements."""

    def mapping(self, name: str, version: str) -> ProfileMapping:
        """Return a compiled profile."""

    def guide(self, name: str) -> Guide:
        """Return a guide."""


class Stamps(Protocol):
    """Where times and ids come from."""

    @property
    def clock(self) -> Clock:
        """The time."""

    @property
    def new_id(self) -> Callable[[], str]:
        """A new id, later than those before."""


class Clock(Protocol):
    """The time, as an aware UTC datetime."""

    def __call__(self) -> datetime:
        """Return now."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large things may be."""

    transmission_bytes: int = 100 << 20
    message_bytes: int = 10 << 20  # Canonical JSON is read as a whole.
    documents_at_once: int = 200
    inline_bytes: int = 64 << 10  # Larger ones are read in a thread, so that small ones need not wait.
    order_within: timedelta = timedelta(minutes=15)  # How long what names an unknown order waits before it is a case.


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside, handed to each step."""

    ledger: Ledger
    vault: Vault
    configuration: Callable[[], Configuration]
    erps: Mapping[str, ErpConnector]
    senders: Mapping[str, Sender]
    clock: Clock
    new_id: Callable[[], str]
    random: Callable[[], float]
    wake: Callable[[Sequence[Task]], None]
    bounds: Bounds = Bounds()
    receipt_senders: Mapping[str, ReceiptSender] = field(default_factory=dict)
    circuits: Circuits = field(default_factory=Circuits)
    routing: Sequence[RouteText] = ()
    nightly: Nightly | None = None


def agreement_for(configuration: Configuration, document: Document) -> Agreement | None:
    """Return the agreement under which a stored document stands now."""
    partner = configuration.directory.partners.get(document.partner)
    return partner.agreement(document.set_id, document.direction) if partner else None
