"""SIGKILL inside a purge: whoever begins it again ends where one that was never killed ends.

What should be gone is gone, everything else is there; no file is left that nobody tells of, and no record tells of bytes that
are not there without saying that they were purged. The chain is whole, and the evidence of what was purged verifies.
"""

import asyncio
import hashlib
import json
import os
import shutil
import signal
import sys
from collections import Counter
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa

from gateway.errors import Purged
from gateway.evidence.checking import Checker
from gateway.evidence.verifying import verify_bundle
from gateway.ledger import tables
from gateway.ledger.engine import make_engine
from gateway.ledger.evidence import SqlArchive
from gateway.ledger.opening import open_ledger
from gateway.ledger.vault import FileVault
from tests.architecture.house import ROOT
from tests.crash.trade import many
from tests.evidence.test_bundles import export, verify_sh
from tests.support.house import SUPPLIER_KEY, gateway
from tests.support.postgres import fresh_database
from tests.support.x12 import acknowledgment, invoice
from tests.web.test_holds import hold

PROOF = bool(os.environ.get("GATEWAY_PROOF"))
SMALL, LARGE = range(1, 6), range(6, 9)
# An 855 is kept for a century.
RETENTION = {"retention": {"default": "2557d", "kinds": {"855": "36500d"}}}


async def trade(folder, url, monkeypatch):
    """Have something of each kind: small and large, held, to be kept longer, not done, twice the same bytes."""
    monkeypatch.setattr("gateway.ledger.vault_base.SMALL", 1000)  # What is larger is a file of the vault.
    async with gateway(folder, settings=RETENTION, database_url=url) as house:
        for number in SMALL:
            await house.send(invoice(number, f"PO{number}"))
        for number in LARGE:
            await house.send(many(number))
        await house.send(many(LARGE[0]), Idempotency_Key="again")
        await house.send(acknowledgment(50, "PO50"))
        await house.send(invoice(51, "PO51").replace("*EA*12.5*", "*QQ*12.5*"))
        await house.settle()
        await house.outbox(SUPPLIER_KEY)
        await house.settle()
        for held in ("PO2", await one_of(house, f"INV{LARGE[1]}00")):
            assert (await hold(house, held))[0] == 201


async def one_of(house, number):
    """Return the id of the document with a number."""
    [document] = (await house.get(f"/api/v1/documents?document_number={number}"))["items"]
    return document["id"]


class Purges:
    """Purges of one folder, each a process of its own."""

    def __init__(self, process, url):
        self._process, self._url = process, url

    @classmethod
    @asynccontextmanager
    async def of(cls, folder, url=""):
        words = (sys.executable, "-m", "tests.crash.purge_life", str(folder / "config"))
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe, cwd=ROOT)
        try:
            yield cls(process, url)
        finally:
            process.stdin.close()
            await process.wait()

    async def killed_at(self, data, number):
        """Purge; return whether it was killed before its end."""
        self._process.stdin.write(f"{json.dumps([str(data), self._url, number])}\n".encode())
        async with asyncio.timeout(60):
            word, status = (await self._process.stdout.readline()).split()
        assert word == b"ended"
        code = os.waitstatus_to_exitcode(int(status))
        assert code in (0, -signal.SIGKILL), "it ended by itself; its errors stand above"
        return code != 0


class Kept:
    """What a ledger and its vault hold."""

    def __init__(self, data, url):
        self.vault = data / "vault"
        self.files = {path.name for path in self.vault.glob("??/*")}
        engine = make_engine(url or f"sqlite:///{data / 'ledger.db'}")
        with engine.connect() as ledger:

            def rows(*columns, where=True):
                return [tuple(row) for row in ledger.execute(sa.select(*columns).where(where))]

            self.blobs = {digest for (digest,) in rows(tables.blobs.c.digest)}
            table = tables.transmissions
            self.owned = dict(rows(table.c.id, table.c.digest))
            self.purged = {name for (name,) in rows(table.c.id, where=table.c.purged_at.is_not(None))}
            self.proofs = {
                tuple(row) for row in rows(tables.purges.c.id, tables.purges.c.subject, tables.purges.c.size)
            }
            self.told = Counter(
                name for (name,) in rows(tables.events.c.subject, where=tables.events.c.type == "purged")
            )
        engine.dispose()

    def same_as(self, other):
        names = ("files", "blobs", "purged", "proofs", "told")
        return {name: getattr(self, name) for name in names} == {name: getattr(other, name) for name in names}

    def is_whole(self):
        """Check what holds after any purge that came to its end."""
        needed = {digest for name, digest in self.owned.items() if name not in self.purged}
        assert self.files <= needed, "a file is left that nobody tells of"
        assert needed <= self.files | self.blobs, "a record tells of bytes that are not there"
        assert set(self.told) == self.purged and set(self.told.values()) <= {1}, "each is told once"


async def check(folder, data, url, kept):
    """Read everything as the gateway does, check the chain, and prove something that was purged."""
    database = open_ledger(make_engine(url or f"sqlite:///{data / 'ledger.db'}"))
    vault = FileVault(data / "vault", database, limit=1 << 20, shared=True)
    purged = {digest for digest, *_ in kept.proofs} - {kept.owned[name] for name in set(kept.owned) - kept.purged}
    for digest in set(kept.owned.values()):
        if digest in purged:
            with pytest.raises(Purged):
                await vault.read(digest)
        else:
            assert hashlib.sha256(await vault.read(digest)).hexdigest() == digest
    await database.close()
    variables = {"GATEWAY_DATABASE_URL": url}
    for name in ("INV1", f"INV{LARGE[0]}01") if PROOF else ():  # Each is two programs more.
        files = await export(folder, name, **variables)  # It seals the log, too.
        assert "purged.txt" in files and verify_bundle(files) == []
        code, said = verify_sh(folder / "case")
        assert code == 0, said
    database = open_ledger(make_engine(url or f"sqlite:///{data / 'ledger.db'}"))
    checker = Checker(SqlArchive(database), FileVault(data / "vault", database, limit=1 << 20, shared=True))
    assert [words async for words in checker.check()] == []
    await database.close()


def sane(kept):
    """The run that is never killed purges something of each kind, and keeps something of each kind."""
    kept.is_whole()
    assert len(kept.purged) >= 10 and len(set(kept.owned) - kept.purged) >= 4
    assert len(kept.files) == 1, "of the large ones the one that is held stays"


@pytest.mark.parametrize("database", ["sqlite", "postgresql"] if PROOF else ["sqlite"])
async def test_killed_at_point_after_point_it_ends_with_nothing_left_over_and_nothing_missing(
    tmp_path, monkeypatch, database
):
    if database == "postgresql":
        with fresh_database() as url:
            await _point_after_point(tmp_path, url, monkeypatch)
    else:
        await _point_after_point(tmp_path, "", monkeypatch)


async def _point_after_point(folder, url, monkeypatch):
    await trade(folder, url, monkeypatch)
    data, killed = folder / "data", 0
    async with Purges.of(folder, url) as purges:
        # A life that came further than the one before it finds less to do, so each gets a little further than the last.
        for number in range(1, 200):
            if not await purges.killed_at(data, number):
                break
            killed += 1
    assert killed >= 5, "this run proves little"
    kept = Kept(data, url)
    sane(kept)
    await check(folder, data, url, kept)


if PROOF:

    async def test_killed_at_any_single_point_the_next_purge_ends_as_one_that_was_never_killed(tmp_path, monkeypatch):
        await trade(tmp_path, "", monkeypatch)
        data, begun = tmp_path / "data", tmp_path / "begun"
        shutil.copytree(data, begun)
        async with Purges.of(tmp_path) as purges:
            assert not await purges.killed_at(data, 0)
            expected = Kept(data, "")
            sane(expected)
            number = 0
            while True:
                number += 1
                shutil.rmtree(data)
                shutil.copytree(begun, data)
                if not await purges.killed_at(data, number):
                    break
                assert not await purges.killed_at(data, 0)
                kept = Kept(data, "")
                kept.is_whole()
                assert kept.same_as(expected), f"killed at point {number}"
                if number % 10 == 1:
                    await check(tmp_path, data, "", kept)
        assert number > 20, f"only {number} points: this run proves little"
