"""What is purged, what stays, and what proves it, on each database: bytes go, records and digests stay, and a hold wins."""

import asyncio
import hashlib
import json
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from gateway.errors import LedgerError, LifecycleError, NotFound, Purged
from gateway.evidence.collecting import everything_about
from gateway.ledger import tables
from gateway.ledger.evidence import SqlArchive
from gateway.ledger.retention import SqlRetention
from gateway.ledger.statements import Statements
from gateway.ledger.vault import FileVault
from gateway.pipeline.oversight import holds, purge
from gateway.pipeline.oversight.purge import Purger
from gateway.tracking.case import Case
from gateway.tracking.document import Document
from gateway.tracking.event import Event
from gateway.tracking.promise import Promise
from gateway.tracking.retention import Purge, Retention
from gateway.tracking.transmission import Transmission
from tests.ledger.records import document, event, receipt, task, transmission

# The vault says when bytes were really stored, so that a test purges in the future of when it runs.
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
RULES = Retention(100 * DAY, {"850": 200 * DAY})
LARGE = bytes(range(256)) * 400


class Stamps:
    clock = staticmethod(lambda: NOW)
    new_id = staticmethod(lambda: "1")


class Keeping:
    """A ledger with a vault, a clock that a test sets, and what purges by it."""

    def __init__(self, database, folder):
        self.database = database
        self.vault = FileVault(folder / "vault", database, limit=1 << 20)
        self.now = NOW
        held = partial(everything_about, SqlArchive(database))
        self.purger = Purger(database, self.vault, SqlRetention(database), RULES, lambda: self.now, held)

    async def store(self, data, name="t1", *, canonical=b"", **more):
        """Keep bytes with a transmission and its one document, as a door does."""
        digest, large = hashlib.sha256(data).hexdigest(), len(data) > 1 << 16
        if large:
            stage = self.vault.stage()
            await stage.write(data)
            await stage.finish()
        made = transmission(name, digest=digest, size=len(data), state=more.pop("state", "read"), created_at=NOW)
        message = canonical or f"message of {name}".encode()
        more = {"created_at": NOW, "updated_at": NOW} | more
        about = document(f"{name}-1", canonical=hashlib.sha256(message).hexdigest(), **more)

        def work(uow):
            if not large:
                uow.keep(data)
            uow.keep(message)
            uow.add(made)
            uow.add(about)
            uow.add(event(name, kept={"bytes": digest}))

        await self.database.tx(work)
        return digest

    async def purge(self, days, **how):
        """Purge so many days after everything was stored."""
        self.now = NOW + days * DAY
        return await self.purger.purge(**how)

    async def is_there(self, digest):
        try:
            return bool(await self.vault.read(digest))
        except (Purged, LedgerError):
            return False

    async def hold(self, name):
        await self.database.tx(lambda uow: holds.place(uow, Stamps, name, [], "lawsuit", "anna"))


@pytest.fixture
def keeping(database, tmp_path):
    return Keeping(database, tmp_path)


@pytest.mark.parametrize("data", [b"ISA*small~", LARGE], ids=["small", "large"])
async def test_bytes_go_after_their_time_and_what_they_were_stays(keeping, data):
    digest = await keeping.store(data)
    assert (await keeping.purge(99)).transmissions == 0
    assert await keeping.is_there(digest)
    report = await keeping.purge(101)
    assert (report.transmissions, report.files) == (1, 2), "the bytes, and the message made of them"
    assert report.size == len(data) + len(b"message of t1")
    with pytest.raises(Purged, match=r"purged on 20..-..-.., after.*gateway evidence export t1 -o proof\.zip"):
        await keeping.vault.read(digest)
    assert (await keeping.database.load(Transmission, "t1")).purged_at == keeping.now
    proof = await keeping.database.load(Purge, digest)
    assert (proof.subject, proof.size, proof.purged_by) == ("t1", len(data), "gateway")
    [told] = await SqlArchive(keeping.database).events_of("purged")
    assert told.subject == "t1" and json.loads(told.data)["digests"][digest] == len(data)
    assert (await keeping.purge(102)).transmissions == 0, "once is enough"


async def test_each_kind_has_its_time_and_a_transmission_the_longest_of_its_documents(keeping):
    invoice = await keeping.store(b"an invoice", "t1")
    both = await keeping.store(b"an order and an invoice", "t2", set_id="850")
    await keeping.database.tx(lambda uow: uow.add(document("t2-2", updated_at=NOW)))
    assert (await keeping.purge(150)).kept == {"its time is not over": 1}
    assert [await keeping.is_there(each) for each in (invoice, both)] == [False, True]
    await keeping.purge(201)
    assert not await keeping.is_there(both)


async def test_time_counts_from_the_last_that_happened(keeping):
    digest = await keeping.store(b"late", updated_at=NOW + 50 * DAY)
    await keeping.purge(120)
    assert await keeping.is_there(digest)
    await keeping.purge(151)
    assert not await keeping.is_there(digest)


async def test_only_what_was_past_its_time_on_a_day_is_purged_when_asked(keeping):
    digest = await keeping.store(b"asked")
    assert (await keeping.purge(150, until=NOW + 90 * DAY)).transmissions == 0
    preview = await keeping.purge(150, preview=True)
    assert (preview.transmissions, preview.files) == (1, 2)
    assert await keeping.is_there(digest), "a preview changes nothing"
    await keeping.purge(150, until=NOW + 110 * DAY, by=("anna", "privacy"))
    assert (await keeping.database.load(Purge, digest)).purged_by == "anna"


def _case(subject, **more):
    words = ("acme", "erp-rejected", "data", "title", "detail", "next", NOW, "f" * 32)
    return Case(f"{subject}:x", subject, *words, **more)


def _promise(subject, state="broken", **more):
    return Promise(f"{subject}:855", subject, "acme", "855", "partner", state, NOW, NOW, "f" * 32, **more)


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (_case("t1-1"), "a case is open"),
        (_case("t1"), "a case is open"),
        (_promise("t1-1"), "a promise is open"),
        (_promise("t0-1", answer="t1-1"), "a promise waits for it"),
        (receipt("r1", transmission_id="t1", state="owed"), "a receipt is owed"),
    ],
    ids=["case", "case of the transmission", "promise", "answer", "receipt"],
)
async def test_what_is_open_is_never_purged_however_old(keeping, record, why):
    digest = await keeping.store(b"open")
    await keeping.database.tx(lambda uow: uow.add(record))
    assert (await keeping.purge(9999)).kept == {why: 1}
    assert await keeping.is_there(digest)


@pytest.mark.parametrize("state", ["parked", "received", "translated", "composed", "accepted"])
async def test_a_document_that_has_not_arrived_is_never_purged(keeping, state):
    digest = await keeping.store(b"not there yet", state="read")
    await keeping.database.tx(lambda uow: uow.change(Document, "t1-1", state=state))
    assert (await keeping.purge(9999)).kept == {f"a document is {state}": 1}
    assert await keeping.is_there(digest)


async def test_a_step_that_is_due_keeps_its_bytes(keeping):
    digest = await keeping.store(b"again")
    await keeping.database.tx(lambda uow: uow.schedule(task("t1-1")))
    assert (await keeping.purge(9999)).kept == {"a step is due": 1}
    await keeping.database.tx(lambda uow: uow.finish(task("t1-1")))
    await keeping.purge(9999)
    assert not await keeping.is_there(digest)


# Holds


@pytest.mark.parametrize("name", ["t1", "t1-1", "PO-7"], ids=["transmission", "document", "order"])
async def test_what_is_held_stays_until_it_is_released(keeping, name):
    digest = await keeping.store(b"held", order_number="PO-7")
    other = await keeping.store(b"not held", "t2", order_number="PO-8")
    await keeping.hold(name)
    assert (await keeping.purge(9999)).kept == {"it is held": 1}
    assert [await keeping.is_there(each) for each in (digest, other)] == [True, False]
    await keeping.database.tx(lambda uow: holds.release(uow, Stamps, name, [], "settled", "anna"))
    await keeping.purge(9999)
    assert not await keeping.is_there(digest)


async def test_a_hold_on_an_order_holds_what_came_and_went_for_it(keeping):
    """The acknowledgment that we sent is a transmission of its own; it is proof of the document all the same."""
    await keeping.store(b"the order", "t1", order_number="PO-7", answers="t1-a0")
    answer = await keeping.store(b"our 997", "t1-a0")
    await keeping.hold("PO-7")
    await keeping.purge(9999)
    assert await keeping.is_there(answer)


async def test_a_hold_is_placed_once_and_released_once_and_may_be_placed_again(keeping):
    await keeping.hold("PO-7")
    with pytest.raises(LifecycleError, match="held already"):
        await keeping.hold("PO-7")
    let_go = partial(keeping.database.tx, lambda uow: holds.release(uow, Stamps, "PO-7", [], "settled", "anna"))
    await let_go()
    with pytest.raises(NotFound, match="not held"):
        await let_go()
    await keeping.hold("PO-7")
    assert [hold.id for hold in await keeping.database.tx(lambda uow: uow.find_holds())] == ["PO-7"]
    kinds = [each.type for each in await SqlArchive(keeping.database).events_about(["PO-7"])]
    assert kinds == ["hold.placed", "hold.released", "hold.placed"]


async def test_a_hold_that_is_placed_while_it_is_purged_wins(keeping, monkeypatch):
    digest = await keeping.store(b"just in time")
    looked, found_out = keeping.purger.held, 0

    async def held(names):
        nonlocal found_out
        found_out += 1
        found = await looked(names)
        if found_out == 1:  # Between what was found out and the transaction that purges.
            await keeping.hold("t1")
        return found

    object.__setattr__(keeping.purger, "held", held)
    assert (await keeping.purge(9999)).kept == {"it is held": 1}
    assert found_out == 2 and await keeping.is_there(digest)


async def test_of_a_hold_and_a_purge_at_the_same_time_one_comes_first(keeping):
    digests = [await keeping.store(b"%d" % number, f"t{number}") for number in range(1, 60)]
    report, *_ = await asyncio.gather(
        keeping.purge(9999), *(keeping.hold(f"t{number}") for number in range(1, 60)), return_exceptions=True
    )
    there = [await keeping.is_there(each) for each in digests]
    assert report.transmissions == there.count(False)
    purged = [(await keeping.database.load(Transmission, f"t{n}")).purged_at is not None for n in range(1, 60)]
    assert purged == [not each for each in there]


# Bytes that several need


@pytest.mark.parametrize("data", [b"the same", LARGE], ids=["small", "large"])
async def test_bytes_that_a_younger_record_needs_stay_with_it(keeping, data):
    digest = await keeping.store(data, "t1")
    await keeping.store(data, "t2", updated_at=NOW + 80 * DAY)
    report = await keeping.purge(101)
    assert (report.transmissions, report.files) == (1, 1), "the message of the first one only"
    assert await keeping.is_there(digest)
    assert (await keeping.purge(181)).files == 2
    assert not await keeping.is_there(digest)


async def test_bytes_that_a_held_record_needs_stay(keeping):
    digest = await keeping.store(b"the same", "t1")
    await keeping.store(b"the same", "t2")
    await keeping.hold("t2-1")
    await keeping.purge(9999)
    assert await keeping.is_there(digest)


async def test_bytes_of_which_all_owners_are_due_go_with_the_last(keeping):
    digest = await keeping.store(b"the same", "t1")
    await keeping.store(b"the same", "t2")
    report = await keeping.purge(101)
    assert (report.transmissions, report.files) == (2, 3)
    assert not await keeping.is_there(digest)


async def test_bytes_of_a_configuration_stay(keeping):
    config = b"partner: acme\n"
    digest = await keeping.store(config)

    def load(uow):
        inventory = uow.keep(b'{"files": {"partners/acme.yaml": "%s"}}' % digest.encode())
        uow.add(Event("configuration.loaded", NOW, "configuration", None, "f" * 32, {"kept": {"inventory": inventory}}))

    await keeping.database.tx(load)
    await keeping.purge(9999)
    assert await keeping.is_there(digest)


async def test_bytes_that_come_again_while_they_are_purged_stay(keeping):
    """The copy is kept after everything was looked at, and before the transaction that purges."""
    digest = await keeping.store(b"again")
    await _kept_long_ago(keeping.database)
    look = keeping.purger.records.owners

    async def owners(digests):
        found = await look(digests)
        await keeping.database.tx(lambda uow: uow.keep(b"again"))
        return found

    keeping.purger.records.owners = owners
    await keeping.database.tx(lambda uow: uow.change(Transmission, "t1", created_at=NOW - 9999 * DAY))
    await keeping.database.tx(lambda uow: uow.change(Document, "t1-1", updated_at=NOW - 9999 * DAY))
    assert (await keeping.purge(0)).kept == {"its bytes were kept anew within a day": 1}
    assert await keeping.is_there(digest)


async def _kept_long_ago(database):
    old = sa.update(tables.blobs).values(kept_at=NOW - 9999 * DAY)
    await database.tx(lambda uow: uow.cursor.run("long ago", lambda: old, {"kept_at": NOW - 9999 * DAY}))


async def test_a_large_file_that_was_stored_again_is_not_deleted(keeping):
    digest = await keeping.store(LARGE)
    stored = (await keeping.vault.find_large(digest)).kept_at
    assert not await keeping.vault.erase(digest, stored)
    assert await keeping.is_there(digest)
    assert await keeping.vault.erase(digest, stored + DAY)
    assert await keeping.vault.erase(digest, stored), "what is gone is gone"
    assert await keeping.vault.find_large(digest) is None


async def test_a_large_file_that_a_dying_process_left_behind_is_deleted_with_the_next_purge(keeping, monkeypatch):
    digest = await keeping.store(LARGE)

    async def die(*_what):
        raise LedgerError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(FileVault, "erase", die)
        with pytest.raises(LedgerError, match="killed"):
            await keeping.purge(101)
    assert keeping.vault.path(digest).exists()
    await keeping.purge(102)
    assert not keeping.vault.path(digest).exists()


async def test_what_was_purged_may_come_again_and_be_purged_again(keeping):
    digest = await keeping.store(b"again", "t1")
    await keeping.purge(101)
    await keeping.store(b"again", "t2", updated_at=NOW + 300 * DAY)
    assert await keeping.is_there(digest)
    await keeping.purge(9999)
    assert not await keeping.is_there(digest)
    assert len(await SqlArchive(keeping.database).events_of("purged")) == 2


async def test_many_are_purged_in_portions(keeping, monkeypatch):
    monkeypatch.setattr(purge, "PAGE", 7)
    digests = [await keeping.store(b"%d" % number, f"t{number:03}") for number in range(60)]
    await keeping.hold("t010")
    report = await keeping.purge(101)
    assert (report.transmissions, report.files, report.kept) == (59, 118, {"it is held": 1})
    assert [digest for digest in digests if await keeping.is_there(digest)] == [digests[10]]


async def test_a_message_that_was_made_anew_goes_with_the_one_before_it(keeping):
    """Only an event tells of the canonical message that was replaced."""
    await keeping.store(b"recomputed")
    before = hashlib.sha256(b"before").hexdigest()

    def recompute(uow):
        uow.keep(b"before")
        uow.add(event("t1-1", kept={"canonical": before}))

    await keeping.database.tx(recompute)
    await keeping.purge(101)
    assert not await keeping.is_there(before)


async def test_sqlite_overwrites_what_it_deletes(on_sqlite, tmp_path):
    keeping = Keeping(on_sqlite, tmp_path)
    secret = b"the words that nobody may find again"
    await keeping.store(secret)
    await keeping.purge(101)
    await on_sqlite.read(lambda connection: connection.exec_driver_sql("pragma wal_checkpoint(truncate)").all())
    assert secret not in (tmp_path / "ledger.db").read_bytes()


async def test_nothing_that_is_looked_for_in_a_transaction_walks_a_table(on_sqlite, tmp_path, monkeypatch):
    keeping, seen = Keeping(on_sqlite, tmp_path), {}
    plain = Statements.get

    def watched(self, key, make):
        statement = plain(self, key, make)
        seen[statement.sql] = len(statement.names)
        return statement

    await keeping.store(b"x")
    monkeypatch.setattr(Statements, "get", watched)
    await on_sqlite.tx(lambda uow: keeping.purger.records.look(uow, "t1"))
    await on_sqlite.tx(lambda uow: keeping.purger.records.take(uow, ["x"]))

    def plans(connection):
        return {
            sql: [row[3] for row in connection.exec_driver_sql(f"explain query plan {sql}", ("1",) * count)]
            for sql, count in seen.items()
        }

    found = await on_sqlite.read(plans)
    assert len(found) > 8
    assert not {sql: plan for sql, plan in found.items() if any(_walks(step) for step in plan)}


def _walks(step):
    return any(step.startswith(f"SCAN {table.name}") for table in tables.metadata.sorted_tables)
