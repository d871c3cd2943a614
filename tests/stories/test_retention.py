"""Bytes go after their time, and what was there is proved without them. Whoever asks for them is told in plain words."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from gateway.evidence.layout import SUMS, sums_of
from gateway.evidence.verifying import verify_bundle
from gateway.ledger import tables
from tests.evidence.test_bundles import command, export, verify_sh
from tests.stories.test_buyer import ORDER
from tests.stories.test_replay import command as any_command
from tests.support.as2 import as2_house
from tests.support.house import OPERATOR_KEY, SUPPLIER_KEY, gateway
from tests.support.postgres import fresh_database
from tests.support.x12 import acknowledgment, functional, invoice

_TIMES = {
    "transmissions": ("created_at", "sent_at"),
    "documents": ("created_at", "updated_at"),
    "receipts": ("created_at", "received_at"),
    "blobs": ("kept_at",),
}


async def grow_old(house, years=8):
    """Let everything in the ledger have happened years ago."""
    then = datetime.now(UTC) - timedelta(days=366 * years)

    def change():
        with house.house.database.engine.connect() as connection:
            for name, columns in _TIMES.items():
                table = tables.metadata.tables[name]
                for column in columns:
                    connection.execute(sa.update(table).where(table.c[column].is_not(None)).values({column: then}))
            connection.commit()

    await asyncio.to_thread(change)


async def purge(tmp_path, *words, **variables):
    found = await command(tmp_path, "purge", *words, **variables)
    assert found.code == 0, found.err
    return found


async def the_invoice(house):
    await house.until(lambda: _documents(house))
    [found] = await _documents(house)
    return found


async def _documents(house):
    return (await house.get("/api/v1/documents?set=810"))["items"]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    if request.param == "sqlite":
        yield ""
    else:
        with fresh_database() as url:
            yield url


async def test_what_was_purged_is_proved_and_said_in_plain_words(tmp_path, database_url):
    variables = {"GATEWAY_DATABASE_URL": database_url} if database_url else {}
    async with gateway(tmp_path, database_url=database_url) as house:
        await house.send(invoice(1))
        await house.settle()
        [_answer] = await house.outbox(SUPPLIER_KEY)
        document = await the_invoice(house)
        await grow_old(house)
        preview = await purge(tmp_path, **variables)
        assert "2 transmissions would be purged: 3 files" in preview.out and "add --yes" in preview.out
        assert "Nothing was done" in (await purge(tmp_path, "--yes", "--dry-run", **variables)).out
        done = await purge(tmp_path, "--yes", "--by", "anna", **variables)
        assert "2 transmissions are purged: 3 files" in done.out, "the invoice, its message, and our 997"

        shown = await house.get(f"/api/v1/documents/{document['id']}")
        assert shown["purged_at"] is not None and shown["canonical"] is None
        assert shown["acknowledgments"][0]["content"] is None and shown["state"] == "delivered"
        for key in (OPERATOR_KEY, SUPPLIER_KEY):
            address = f"{house.address}/api/v1/documents/{document['id']}/content"
            async with house.session.get(address, headers={"Authorization": f"Bearer {key}"}) as response:
                said = await response.json()
                assert (response.status, said["type"]) == (410, "urn:gateway:problem:purged")
                assert "only the proof of it is left" in said["detail"]
        traced = await any_command(tmp_path, "trace", document["id"], **variables)
        assert "the bytes are deleted" in traced.out and "evidence export" in traced.out
        for effect in ("recompute", "erp-same-key", "erp-new-key", "acknowledgments"):
            words = ("replay", document["id"], "--reason", "x", "--effect", effect)
            refused = await any_command(tmp_path, *words, **variables)
            assert refused.code == 2 and "purged on" in " ".join(refused.err.split()), effect

        files = await export(tmp_path, document["id"], **variables)
        assert invoice(1).encode() not in files.values()
        assert verify_bundle(files) == []
        code, said = verify_sh(tmp_path / "case")
        assert code == 0 and "links to files that were deleted after their time" in said, said
        assert '"person":"anna"' in files["events.jsonl"].decode().replace('": "', '":"')
        checked = await command(tmp_path, "check", **variables)
        assert checked.code == 0 and "3 of the kept files were purged after their time" in checked.out, checked.out


async def test_a_proof_of_a_purge_that_was_changed_is_named(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice(1))
        await house.settle()
        await house.outbox(SUPPLIER_KEY)
        await grow_old(house)
        await purge(tmp_path, "--yes")
    files = await export(tmp_path, "INV1")
    line = files["purged.txt"].decode().splitlines()[0]
    digest, spoken, purged = line.split(" ")
    for changed in (f"{'0' * 64} {spoken} {purged}", f"{digest} {purged} {spoken}", f"{digest} {spoken} {spoken}"):
        forged = files | {"purged.txt": f"{changed}\n".encode()}
        forged |= {SUMS: sums_of(forged)}
        assert verify_bundle(forged), changed
        for path in ("purged.txt", SUMS):
            (tmp_path / "case" / path).write_bytes(forged[path])
        code, said = verify_sh(tmp_path / "case")
        assert code == 1 and "WRONG" in said, said


async def test_bytes_that_somebody_deleted_with_a_forged_purge_are_named(tmp_path):
    """A row that says so is not enough: the chain has to say it."""
    async with gateway(tmp_path) as house:
        await house.send(invoice(1))
        await house.settle()
        document = await the_invoice(house)
        found = await house.house.views.transmission(document["transmission"])
        then = datetime.now(UTC)
        row = {"id": found.digest, "subject": found.id, "reason": "x", "purged_by": "x", "purged_at": then, "size": 1}

        def forge():
            with house.house.database.engine.connect() as connection:
                connection.execute(sa.insert(tables.purges).values(row))
                connection.execute(sa.delete(tables.blobs).where(tables.blobs.c.digest == found.digest))
                connection.commit()

        await asyncio.to_thread(forge)
        await command(tmp_path, "export", "INV1", "-o", tmp_path / "none.zip")  # It seals the log.
        checked = await command(tmp_path, "check")
        assert checked.code == 1 and "no sealed event says that it was purged" in checked.out
        exported = await command(tmp_path, "export", "INV1", "-o", tmp_path / "case.zip")
        assert exported.code != 0 and "no event says that they were purged" in " ".join(exported.err.split())


async def test_a_hold_wins_and_is_told_and_can_be_released(tmp_path):
    async with gateway(tmp_path) as house:
        assert (await house.order(ORDER, Idempotency_Key="o")).status == 202
        await house.settle()
        await house.outbox(SUPPLIER_KEY)
        await house.send(functional("PO", "1", "850", "0001"))
        await house.send(acknowledgment(1))
        await house.settle()
        await house.outbox(SUPPLIER_KEY)
        await grow_old(house)
        held = await command(tmp_path, "hold", "PO1", "--reason", "lawsuit 26-113", "--by", "anna")
        assert held.code == 0 and "PO1 is held, with" in held.out, held.err
        listed = await command(tmp_path, "holds")
        assert "PO1 since" in listed.out and "lawsuit 26-113" in listed.out and listed.err == "1 held\n"
        done = await purge(tmp_path, "--yes")
        assert "0 transmissions are purged" in done.out and "it is held" in done.out, done.out
        again = await command(tmp_path, "hold", "PO1", "--reason", "x")
        assert again.code == 2 and "held already" in again.err
        timeline = (await any_command(tmp_path, "trace", "PO1")).out
        assert "hold.placed" in timeline and "lawsuit 26-113" in timeline
        released = await command(tmp_path, "release", "PO1", "--reason", "settled", "--by", "anna")
        assert released.code == 0 and "not held any more" in released.out
        assert (await command(tmp_path, "holds")).err == "0 held\n"
        assert "released" in (await command(tmp_path, "holds", "--all")).out
        nothing = await command(tmp_path, "hold", "PO-99", "--reason", "x")
        assert nothing.code == 0 and "Nothing is known under it yet" in nothing.err


async def test_an_as2_message_of_which_everything_is_purged_gets_words_when_it_comes_again(tmp_path):
    async with as2_house(tmp_path) as (house, partner):
        packed = partner.pack(acknowledgment(1).encode())
        status, _headers, _receipt = await partner.post(packed)
        assert status == 200
        await house.settle()
        await grow_old(house)
        done = await purge(tmp_path, "--yes")
        assert " 0 transmissions" not in done.out, done.out
        status, _headers, said = await partner.post(packed)
        assert status == 410 and b"Send what is new under a new Message-ID" in said
