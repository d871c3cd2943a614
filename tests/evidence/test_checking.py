"""Whatever anybody changes in the database or the vault behind the gateway's back is named."""

import sqlite3

import pytest
import sqlalchemy as sa

from gateway.evidence.checking import Checker
from gateway.ledger.chain import SqlLog
from gateway.ledger.evidence import SqlArchive
from gateway.ledger.vault import FileVault
from gateway.pipeline.oversight.seal import Sealer
from tests.evidence.test_bundles import command
from tests.ledger.records import event
from tests.support.house import gateway
from tests.support.x12 import invoice

COLUMNS = ("type", "at", "subject", "partner", "tracking_id", "data")


async def wrong_with(database, tmp_path):
    vault = FileVault(tmp_path / "vault", database, limit=1 << 20, shared=True)
    return [words async for words in Checker(SqlArchive(database), vault).check()]


def tamper(database, statement, **values):
    """Change the database as somebody would who may do everything there."""
    table = next(word for word in ("events", "seals", "checkpoints", "blobs") if word in statement)
    with database.engine.connect() as connection:
        if table == "blobs":
            pass
        elif database.engine.dialect.name == "sqlite":
            for what in ("update", "delete"):
                connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_no_{what}"))
        else:
            connection.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        connection.execute(sa.text(statement), values)
        connection.commit()


@pytest.fixture
async def sealed(database, sealer):
    return await grown(database, sealer)


async def grown(database, sealer):
    """Make a ledger of two blocks with a checkpoint each."""
    for number in (1, 2):
        await database.tx(lambda uow, n=number: [uow.add(event(f"t{n}{m}", words="Grüße", n=1.5)) for m in "ab"])
        await sealer.seal()
        await sealer.check()
    return database


async def test_a_ledger_as_it_was_written_is_whole(sealed, tmp_path):
    assert await wrong_with(sealed, tmp_path) == []


CHANGES = {
    "type": "type = 'transmission.recaived'",
    "at": {"sqlite": "at = replace(at, 'T', ' ')", "postgresql": "at = at + interval '1 microsecond'"},
    "subject": "subject = 't1x'",
    "partner": "partner = NULL",
    "tracking_id": "tracking_id = 'e' || substr(tracking_id, 2)",
    "data": {"sqlite": "data = replace(data, 'n', 'm')", "postgresql": "data = replace(data::text, 'n', 'm')::json"},
    "seq": "seq = 9",
}


@pytest.mark.parametrize("column", CHANGES)
async def test_a_change_of_any_column_of_an_event_names_the_event(sealed, tmp_path, column):
    how = CHANGES[column]
    how = how if isinstance(how, str) else how[sealed.engine.dialect.name]
    tamper(sealed, f"UPDATE events SET {how} WHERE seq = 3")
    [words] = await wrong_with(sealed, tmp_path)
    assert words.startswith("event 3 ") and ("was changed after it was sealed" in words or "is gone" in words)


async def test_each_byte_of_an_event_on_sqlite_counts_also_one_that_means_the_same(on_sqlite, clock, tmp_path):
    """A blank for the T of a time, or a digit of an escape in capitals, says the same in other bytes."""
    sealed = await grown(on_sqlite, Sealer(SqlLog(on_sqlite), clock))
    path = str(sealed.engine.url.database)
    with sqlite3.connect(path) as raw:
        raw.executescript("DROP TRIGGER events_no_update; DROP TRIGGER events_no_delete;")
        row = raw.execute(f"SELECT {', '.join(COLUMNS)} FROM events WHERE seq = 3").fetchone()
        for column, value in zip(COLUMNS, row, strict=True):
            for place in range(len(value.encode())):
                changed = bytearray(value.encode())
                changed[place] ^= 0x01
                raw.execute(f"UPDATE events SET {column} = CAST(? AS TEXT) WHERE seq = 3", (bytes(changed),))
                raw.commit()
                found = await wrong_with(sealed, tmp_path)
                assert found and found[0].startswith("event 3 "), (column, place)
            raw.execute(f"UPDATE events SET {column} = ? WHERE seq = 3", (value,))
            raw.commit()
    assert await wrong_with(sealed, tmp_path) == []


async def test_what_is_deleted_or_put_in_between_is_named(sealed, tmp_path):
    tamper(sealed, "DELETE FROM events WHERE seq = 2")
    assert await wrong_with(sealed, tmp_path) == ["event 2 is gone; block 1 has its digest"]
    insert = (
        "INSERT INTO events (seq, type, at, subject, tracking_id, data) VALUES (2, 'x', '2026-11-21', 'y', 'z', '{}')"
    )
    tamper(sealed, insert)
    [words] = await wrong_with(sealed, tmp_path)
    assert words == "event 2 (x of y) was changed after it was sealed"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE seals SET root = replace(root, substr(root, 5, 1), 'g') WHERE seq = 1",
            "block 1: its header was changed",
        ),
        ("UPDATE seals SET previous = substr(previous, 2) || '0' WHERE seq = 2", "block 2: its header was changed"),
        ("UPDATE seals SET count = 7 WHERE seq = 2", "block 2: its header was changed"),
        ("DELETE FROM seals WHERE seq = 1", "block 1 is gone"),
        ("UPDATE checkpoints SET block = 2 WHERE seq = 1", "checkpoint 1 was changed"),
        ("DELETE FROM checkpoints WHERE seq = 1", "checkpoint 1 is gone"),
    ],
)
async def test_a_change_of_the_chain_itself_is_named(sealed, tmp_path, statement, words):
    tamper(sealed, statement)
    assert words in await wrong_with(sealed, tmp_path)


async def test_kept_bytes_that_were_changed_or_lost_are_named_with_the_event_that_speaks_of_them(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice(1))
        await house.settle()
        digest = (
            await house.house.views.transmission((await house.get("/api/v1/documents"))["items"][0]["id"][:-2])
        ).digest
    assert (await command(tmp_path, "export", "INV1", "-o", tmp_path / "case.zip")).code == 0
    whole = await command(tmp_path, "check")
    assert whole.code == 0 and "kept files" in whole.out, whole.out
    with sqlite3.connect(tmp_path / "data" / "ledger.db") as raw:
        raw.execute("UPDATE blobs SET data = zeroblob(3) WHERE digest = ?", (digest,))
    found = await command(tmp_path, "check")
    assert found.code == 1
    assert "transmission.received" in found.out and digest in found.out and "Restore" in found.out
