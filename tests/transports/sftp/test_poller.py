"""What partners put on their own servers is fetched when it is complete, once, and taken away only when we have it."""

import asyncio
import json
import os
import sqlite3

import pytest

from tests.support.house import gateway, supplier
from tests.support.sshd import KINDS, Sshd, other_key
from tests.support.x12 import invoice


@pytest.fixture(params=KINDS)
async def sshd(request, tmp_path, keys):
    server = Sshd(keys, tmp_path / "server", request.param)
    server.make("out")
    await server.start()
    yield server
    await server.stop()


def partner(sshd, server=None, **fetch):
    how = {"folder": sshd.path("out"), "every": "1s", "settle": "1s"} | fetch
    return supplier(channels={"rest": {}, "sftp": {"server": sshd.text(fetch=how) | (server or {})}})


def files(sshd, folder="out"):
    return sorted(path.name for path in (sshd.folder / folder).iterdir() if path.is_file())


async def invoices(house, count):
    await house.until(lambda: len(house.erp.bodies("invoice")) >= count)
    await house.settle()
    return sorted(body["invoice_number"] for body in house.erp.bodies("invoice"))


async def cases(house):
    return [(case["cause"], case["detail"]) for case in (await house.get("/api/v1/cases"))["items"]]


async def test_files_are_fetched_and_deleted_and_that_is_evidence(tmp_path, sshd, keys):
    path = sshd.put("out/a.edi", invoice())
    os.utime(path, (1_800_000_000, 1_800_000_000))
    sshd.put("out/notes.pdf", "not for us")
    sshd.put("out/b.edi.part", "not complete")
    async with gateway(tmp_path, partner(sshd)) as house:
        assert await invoices(house, 1) == ["INV1"]
        await house.until(lambda: files(sshd) == ["b.edi.part", "notes.pdf"])
        ledger = sqlite3.connect(tmp_path / "data" / "ledger.db")
        [[evidence]] = ledger.execute("select evidence from receipts where transport = 'sftp'")
        ledger.close()
        told = json.loads(evidence)
        assert told["path"] == sshd.path("out/a.edi") and told["mtime"] == 1_800_000_000
        assert told["host_key"] == keys.key(f"host-{sshd.kind}").get_fingerprint()
        assert told["server"] == f"127.0.0.1:{sshd.port}"


async def test_files_are_moved_where_that_was_agreed_and_never_over_another(tmp_path, sshd):
    sshd.make("out/done")
    sshd.put("out/done/a.edi", "an older one")
    sshd.put("out/a.edi", invoice())
    async with gateway(tmp_path, partner(sshd, then="move", move_to="done")) as house:
        assert await invoices(house, 1) == ["INV1"]
        await house.until(lambda: len(files(sshd, "out/done")) == 2)
        assert (sshd.folder / "out/done/a.edi").read_text() == "an older one"
        assert files(sshd) == []


async def test_a_file_that_grows_is_left_alone_until_it_rests(tmp_path, sshd):
    async with gateway(tmp_path, partner(sshd)) as house:
        text = invoice()
        for length in range(100, len(text), 60):
            sshd.put("out/a.edi", text[:length])
            await asyncio.sleep(0.4)
        assert not house.erp.messages
        sshd.put("out/a.edi", text)
        assert await invoices(house, 1) == ["INV1"]
        assert await cases(house) == []


async def test_with_trigger_files_only_what_has_one_is_taken(tmp_path, sshd):
    sshd.put("out/a.edi", invoice(1))
    sshd.put("out/b.edi", invoice(2))
    sshd.put("out/b.done", "")
    async with gateway(tmp_path, partner(sshd, trigger="{stem}.done")) as house:
        assert await invoices(house, 1) == ["INV2"]
        await house.until(lambda: files(sshd) == ["a.edi"])


async def test_an_old_name_with_new_bytes_is_new_and_the_same_bytes_are_a_copy(tmp_path, sshd):
    async with gateway(tmp_path, partner(sshd)) as house:
        for number, count in ((1, 1), (2, 2), (2, 2)):
            sshd.put("out/a.edi", invoice(number))
            assert len(await invoices(house, count)) == count
            await house.until(lambda: files(sshd) == [])
        assert await invoices(house, 2) == ["INV1", "INV2"]


async def test_links_are_passed_over(tmp_path, sshd):
    secret = sshd.put("secret.edi", invoice(9))
    (sshd.folder / "out" / "link.edi").symlink_to(secret)
    sshd.put("out/a.edi", invoice(1))
    async with gateway(tmp_path, partner(sshd)) as house:
        assert await invoices(house, 1) == ["INV1"]
        await asyncio.sleep(2.5)
        assert await invoices(house, 1) == ["INV1"]


async def test_a_file_that_can_not_be_had_is_a_case_and_stops_no_other(tmp_path, sshd):
    path = sshd.put("out/a.edi", invoice(1))
    sshd.put("out/b.edi", invoice(2))
    path.chmod(0)
    if sshd.kind == "plain" and os.getuid() == 0:
        path.unlink()
        path.mkdir()  # root may read everything; a folder can't be fetched either way, and is passed over.
        async with gateway(tmp_path, partner(sshd)) as house:
            assert await invoices(house, 1) == ["INV2"]
        return
    async with gateway(tmp_path, partner(sshd)) as house:
        assert await invoices(house, 1) == ["INV2"]
        await house.until(lambda: _any_case(house))
        [(cause, told)] = await cases(house)
        assert cause == "file-not-fetched" and told.startswith("a.edi: ")
        path.chmod(0o644)
        assert await invoices(house, 2) == ["INV1", "INV2"]
        await house.until(lambda: _no_case(house))


async def _any_case(house):
    return bool(await cases(house))


async def _no_case(house):
    return not await cases(house)


async def test_a_server_with_another_host_key_is_not_read_and_a_person_hears_of_it(tmp_path, sshd):
    sshd.put("out/a.edi", invoice())
    async with gateway(tmp_path, partner(sshd, {"host_keys": [other_key().get_fingerprint()]})) as house:
        await house.until(lambda: _any_case(house))
        [(cause, told)] = await cases(house)
        assert cause == "server-not-read" and "which is not pinned" in told
        assert files(sshd) == ["a.edi"]


async def test_a_file_beyond_the_bound_stays_and_is_a_case(tmp_path, sshd):
    sshd.put("out/a.edi", b"x" * ((1 << 20) + 1))
    async with gateway(tmp_path, partner(sshd), settings={"limits": {"transmission_mb": 1}}) as house:
        await house.until(lambda: _any_case(house))
        [(cause, told)] = await cases(house)
        assert cause == "file-not-fetched" and "bound of 1048576" in told
        assert files(sshd) == ["a.edi"]


@pytest.mark.parametrize("then", ["delete", "move"])
async def test_what_was_stored_before_a_crash_is_taken_away_and_not_taken_in_again(tmp_path, sshd, then):
    """The process died between commit and deletion: the file is there again, as it was."""
    path = sshd.put("out/a.edi", invoice())
    os.utime(path, (1_800_000_000, 1_800_000_000))
    how = {"then": then} | ({"move_to": "done"} if then == "move" else {})
    async with gateway(tmp_path, partner(sshd, **how)) as house:
        assert await invoices(house, 1) == ["INV1"]
        await house.until(lambda: files(sshd) == [])
    path = sshd.put("out/a.edi", invoice())
    os.utime(path, (1_800_000_000, 1_800_000_000))
    async with gateway(tmp_path, partner(sshd, **how)) as house:
        await house.until(lambda: files(sshd) == [])
        await house.settle()
        assert not house.erp.messages
        listed = (await house.get("/api/v1/documents"))["items"]
        assert len([each for each in listed if each["direction"] == "inbound"]) == 1
