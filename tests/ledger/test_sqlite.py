"""What only the embedded ledger does: many pieces of work share a commit, and another process may hold the file."""

import asyncio
import sqlite3

import pytest

from gateway.errors import LedgerError
from gateway.ledger import database as module
from gateway.ledger.statements import Statements
from gateway.tracking.document import Document
from tests.ledger.conftest import NOW
from tests.ledger.records import document, numbered, task, transmission


def _count(database, table):
    return database.read(lambda connection: connection.exec_driver_sql(f"select count(*) from {table}").scalar())


async def test_what_shares_a_commit_is_one_commit(on_sqlite):
    commits = []
    on_sqlite.after_commit = lambda: commits.append(1)
    await asyncio.gather(*(on_sqlite.tx(lambda uow, n=n: uow.add(transmission(f"t{n}"))) for n in range(50)))
    assert len(commits) == 1
    assert await _count(on_sqlite, "transmissions") == 50


async def test_a_commit_that_fails_is_told_to_everybody_and_the_next_one_works(on_sqlite):
    def fail():
        raise sqlite3.OperationalError("disk I/O error")

    on_sqlite.before_commit = fail
    answers = await asyncio.gather(
        *(on_sqlite.tx(lambda uow, n=n: uow.add(transmission(f"t{n}"))) for n in range(3)), return_exceptions=True
    )
    assert all(isinstance(answer, LedgerError) for answer in answers)
    assert "disk I/O error. Check the disk." in str(answers[0])
    on_sqlite.before_commit = lambda: None
    assert await _count(on_sqlite, "transmissions") == 0
    await on_sqlite.tx(lambda uow: uow.add(transmission()))
    assert await _count(on_sqlite, "transmissions") == 1


async def test_another_process_that_writes_is_waited_for(on_sqlite, tmp_path):
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("begin immediate")
    writing = asyncio.create_task(on_sqlite.tx(lambda uow: uow.add(transmission())))
    done, _ = await asyncio.wait({writing}, timeout=0.4)
    assert not done, "it waits"
    other.execute("commit")
    other.close()
    await writing
    assert await _count(on_sqlite, "transmissions") == 1


async def test_another_process_that_never_ends_is_an_error_and_not_a_standstill(on_sqlite, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_BUSY_SECONDS", 0.1)
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(LedgerError, match="locked"):
        await on_sqlite.tx(lambda uow: uow.add(transmission()))
    other.execute("rollback")
    other.close()
    await on_sqlite.tx(lambda uow: uow.add(transmission()))


async def test_no_statement_of_the_hot_path_walks_a_table(on_sqlite, monkeypatch):
    """At a million documents a scan is a standstill: every finder must use an index."""
    seen = {}
    plain = Statements.get

    def watched(self, key, make):
        statement = plain(self, key, make)
        seen[statement.sql] = len(statement.names)
        return statement

    monkeypatch.setattr(Statements, "get", watched)

    def everything(uow):
        uow.find(Document, "x")
        uow.find_transmission("s", key="k", digest="d", since=NOW)
        uow.find_first(document(), NOW)
        uow.find_sent("acme", "PO", "1")
        uow.find_sent_interchange("acme", "1")
        uow.find_for_order("acme", "PO1", "855", "inbound")
        uow.find_named("acme", "INV1")
        uow.find_numbered(numbered(), NOW)
        uow.find_used(document(), NOW)
        uow.sent_in("x")
        uow.answers_to("x")
        uow.find_receipts("partner:acme", "inbound", "<1@acme>")
        uow.receipts_of("x")
        uow.due_receipts(NOW)
        uow.promises_of("x")
        uow.find_promises("acme", "PO1", "855")
        uow.promises_answered("x")
        uow.open_cases("x")
        uow.find_holds()
        uow.change(Document, "x", state="sent")
        uow.hold(task())
        uow.finish(task())
        uow.close_cases("x", "y", NOW)
        uow.next_number("x", 1, 2)

    await on_sqlite.tx(everything)

    def plans(connection):
        return {
            sql: [row[3] for row in connection.exec_driver_sql(f"explain query plan {sql}", ("1",) * count)]
            for sql, count in seen.items()
        }

    found = await on_sqlite.read(plans)
    assert len(found) > 10
    scans = {sql: plan for sql, plan in found.items() if any(step.startswith("SCAN") for step in plan)}
    assert not scans


async def test_an_order_is_looked_for_by_its_number_and_not_among_all_of_its_partner(on_sqlite, monkeypatch):
    seen = []
    plain = Statements.get
    monkeypatch.setattr(Statements, "get", lambda self, key, make: seen.append(plain(self, key, make)) or seen[-1])
    await on_sqlite.tx(lambda uow: uow.find_orders("acme", "buyer", "PO1"))
    (statement,) = (each for each in seen if "FROM orders" in each.sql)
    plan = await on_sqlite.read(
        lambda connection: connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {statement.sql}", ("x",) * len(statement.names)
        ).all()
    )
    assert ["ix_orders_order_number" in row[-1] for row in plan] == [True]
