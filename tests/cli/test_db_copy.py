"""`gateway db copy`: a ledger that grew on SQLite goes on, whole, on PostgreSQL."""

import asyncio
import json
import sqlite3
from functools import partial

import pytest

from gateway.ledger import copying
from gateway.ledger.lock import FolderLock
from tests.cli.command import gateway_command
from tests.support.house import gateway
from tests.support.postgres import fresh_database
from tests.support.x12 import invoice


@pytest.fixture
def url():
    with fresh_database(empty=True) as made:
        yield made


async def _grow(folder):
    """Take in what ends well, what is parked, what is refused, and what is no X12 at all."""
    async with gateway(folder) as house:
        house.erp.answers.append(422)
        for number in range(1, 4):
            await house.send(invoice(number))
        await house.send(invoice(9).replace("BIG*2026", "BIG*2O26"))
        await house.send("no X12 \0 at all")
        await house.settle()


async def _command(folder, *words, **variables):
    """Run a command that has a loop of its own, so it gets a thread of its own."""
    run = partial(gateway_command, *words, config=folder / "config", data=folder / "data", **variables)
    return await asyncio.to_thread(run)


async def _trace(folder, number, **variables):
    found = await _command(folder, "trace", number, "--json", **variables)
    assert found.code == 0, found.err
    return json.loads(found.out)


async def test_a_copied_ledger_says_the_same_and_goes_on(tmp_path, url):
    await _grow(tmp_path)
    before = {number: await _trace(tmp_path, number) for number in ("INV1", "INV2", "INV3")}
    copied = gateway_command("db", "copy", tmp_path / "data" / "ledger.db", url, config=tmp_path / "config")
    assert copied.code == 0, copied.err
    assert "documents: 4 rows, equal" in copied.lines
    assert "GATEWAY_DATABASE_URL=postgresql+psycopg://" in copied.err
    assert {number: await _trace(tmp_path, number, GATEWAY_DATABASE_URL=url) for number in before} == before
    async with gateway(tmp_path, database_url=url) as house:
        parked = next(item for item in before.values() if item["state"] == "parked")
        words = ("replay", parked["id"], "--reason", "the ERP knows it now")
        replayed = await _command(tmp_path, *words, GATEWAY_DATABASE_URL=url)
        assert replayed.code == 0, replayed.err
        assert (await (await house.send(invoice(2))).json())["duplicate"], "what came before is still known"
        assert (await house.send(invoice(5))).status == 202
        await house.until(lambda: {body["invoice_number"] for body in house.erp.bodies("invoice")} >= {"INV5"})
        await house.settle()
        traces = [await _trace(tmp_path, number, GATEWAY_DATABASE_URL=url) for number in ("INV5", *before)]
    assert {found["state"] for found in traces} == {"delivered"}


async def test_a_copy_that_breaks_off_leaves_nothing_and_can_be_made_again(tmp_path, url, monkeypatch):
    await _grow(tmp_path)
    plain = copying._copy

    def breaks(reading, writing, table):
        if table.name == "orders":
            raise OSError("the line is dead")
        plain(reading, writing, table)

    words = ("db", "copy", tmp_path / "data" / "ledger.db", url)
    monkeypatch.setattr(copying, "_copy", breaks)
    assert gateway_command(*words, config=tmp_path / "config").code == 2
    monkeypatch.setattr(copying, "_copy", plain)
    assert gateway_command(*words, config=tmp_path / "config").code == 0
    again = gateway_command(*words, config=tmp_path / "config")
    assert (again.code, again.out) == (2, "") and "is not empty" in again.err and "nothing was changed" in again.err


async def test_a_copy_that_differs_is_not_kept(tmp_path, url, monkeypatch):
    await _grow(tmp_path)
    plain = copying._copy

    def forgets(reading, writing, table):
        plain(reading, writing, table)
        if table.name == "documents":
            writing.exec_driver_sql("delete from documents where seq = 1")

    words = ("db", "copy", tmp_path / "data" / "ledger.db", url)
    monkeypatch.setattr(copying, "_copy", forgets)
    found = gateway_command(*words, config=tmp_path / "config")
    assert found.code == 2 and "The copy of documents differs" in found.err and "Nothing was kept" in found.err
    monkeypatch.setattr(copying, "_copy", plain)
    assert gateway_command(*words, config=tmp_path / "config").code == 0, "the database is empty as before"


def test_what_can_not_be_copied_is_a_sentence(tmp_path, url):
    data = tmp_path / "data"
    missing = gateway_command("db", "copy", data / "ledger.db", url, config=tmp_path)
    assert missing.code == 2 and "There is no ledger" in missing.err
    gateway_command("db", "upgrade", config=tmp_path, data=data)
    lock = FolderLock(data)
    running = gateway_command("db", "copy", data / "ledger.db", url, config=tmp_path)
    assert running.code == 2 and "Another gateway" in running.err
    lock.release()
    with sqlite3.connect(data / "ledger.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()
    old = gateway_command("db", "copy", data / "ledger.db", url, config=tmp_path)
    assert old.code == 2 and "has version 0001" in old.err and "gateway db upgrade" in old.err
