"""A supplier who works over SFTP: it uploads invoices, fetches orders and acknowledgments, and finds out what was refused."""

import asyncio
import hashlib
import json
import shutil
import sqlite3
import subprocess

import asyncssh
import pytest

from tests.stories.test_buyer import ORDER
from tests.support.house import customer, gateway
from tests.support.sftp import SETTINGS, Keys, account, client, mailbox, openssh, port_of
from tests.support.x12 import elements, invoice


@pytest.fixture
def keys(tmp_path):
    return Keys(tmp_path / "keys")


def receipts(folder):
    ledger = sqlite3.connect(folder / "data" / "ledger.db")
    ledger.row_factory = sqlite3.Row
    found = [dict(row) for row in ledger.execute("select * from receipts where transport = 'sftp' order by seq")]
    ledger.close()
    return [each | {"evidence": json.loads(each["evidence"])} for each in found]


async def test_an_upload_is_taken_in_and_its_acknowledgment_waits_in_outbound(tmp_path, keys):
    (tmp_path / "invoice.edi").write_text(invoice())
    async with mailbox(tmp_path, keys) as house:
        await openssh(house, keys, f"put {tmp_path}/invoice.edi inbound/", "ls -la inbound")
        await house.until(lambda: len(house.erp.bodies("invoice")) == 1)
        await house.settle()
        listed = await openssh(house, keys, "ls -1 outbound", f"get outbound/* {tmp_path}/")
        assert "997_000000001.edi" in listed
        assert elements((tmp_path / "997_000000001.edi").read_text(), "AK9")[0][1] == "A"


async def test_both_ways_leave_evidence_of_who_when_and_which_bytes(tmp_path, keys):
    (tmp_path / "invoice.edi").write_text(invoice())
    async with mailbox(tmp_path, keys) as house:
        await openssh(house, keys, f"put {tmp_path}/invoice.edi inbound/")
        await house.settle()
        await openssh(house, keys, f"get outbound/997_000000001.edi {tmp_path}/")
        given, fetched = receipts(tmp_path)
        print_of_key = keys.key().get_fingerprint()
        assert (given["direction"], given["state"], given["message_id"]) == ("inbound", "given", "invoice.edi")
        assert given["digest"] == hashlib.sha256(invoice().encode()).hexdigest()
        facts = {"user": "supplier", "remote": "127.0.0.1", "credential": print_of_key}
        assert given["evidence"] == facts | {"completed_by": "close", "size": len(invoice()), "duplicate": False}
        answer = (tmp_path / "997_000000001.edi").read_bytes()
        assert (fetched["direction"], fetched["state"]) == ("outbound", "delivered")
        assert fetched["digest"] == hashlib.sha256(answer).hexdigest()
        assert fetched["evidence"] == facts | {"size": len(answer)}


async def test_a_fetched_order_moves_to_archive_and_its_acknowledgment_is_waited_for(tmp_path, keys):
    async with mailbox(tmp_path, keys) as house, client(house, keys) as sftp:
        await house.order(ORDER)
        await house.settle()
        assert [n for n in await sftp.listdir("outbound") if n[0] != "."] == ["850_000000001.edi"]
        async with sftp.open("outbound/850_000000001.edi", "rb") as file:
            await file.read(10)
        [document] = (await house.get("/api/v1/documents?direction=outbound"))["items"]
        assert document["state"] != "sent"  # Somebody has only looked into it.
        await sftp.get("outbound/850_000000001.edi", tmp_path / "order.edi")
        assert elements((tmp_path / "order.edi").read_text(), "BEG")[0][3] == "PO1"
        [document] = (await house.get("/api/v1/documents?direction=outbound"))["items"]
        assert (document["state"], document["acknowledgment"]) == ("sent", "waiting")
        assert [n for n in await sftp.listdir("outbound") if n[0] != "."] == []
        assert [n for n in await sftp.listdir("archive") if n[0] != "."] == ["850_000000001.edi"]
        await sftp.remove("outbound/850_000000001.edi")  # A script that deletes what it has fetched is not disturbed.
        await sftp.get("archive/850_000000001.edi", tmp_path / "again.edi")
        assert (tmp_path / "again.edi").read_bytes() == (tmp_path / "order.edi").read_bytes()


async def test_where_it_was_agreed_a_fetched_file_stays_until_the_partner_deletes_it(tmp_path, keys):
    async with mailbox(tmp_path, keys, fetched="keep") as house, client(house, keys) as sftp:
        for number in ("PO1", "PO2"):
            await house.order(ORDER | {"body": ORDER["body"] | {"order_number": number}})
        await house.settle()
        with pytest.raises(asyncssh.SFTPPermissionDenied, match="not fetched"):
            await sftp.remove("outbound/850_000000001.edi")
        for name in ("850_000000001.edi", "850_000000002.edi"):
            await sftp.get(f"outbound/{name}", tmp_path / name)
        listed = sorted(n for n in await sftp.listdir("outbound") if n[0] != ".")
        assert listed == ["850_000000001.edi", "850_000000002.edi"]
        await sftp.remove("outbound/850_000000001.edi")
        await sftp.rename("outbound/850_000000002.edi", "archive/850_000000002.edi")
        assert [n for n in await sftp.listdir("outbound") if n[0] != "."] == []
        assert sorted(n for n in await sftp.listdir("archive") if n[0] != ".") == listed


async def test_what_was_refused_lies_in_rejected_with_its_reasons(tmp_path, keys):
    bad = invoice().replace("BIG*", "BIG*NODATE", 1)
    async with mailbox(tmp_path, keys) as house, client(house, keys) as sftp:
        async with sftp.open("inbound/bad.edi", "wb") as file:
            await file.write(bad.encode())
        async with sftp.open("inbound/garbage.txt", "wb") as file:
            await file.write(b"Dear EDI desk, <script>alert(1)</script> attached please find our invoice.")
        async with sftp.open("inbound/good.edi", "wb") as file:
            await file.write(invoice(7).encode())
        await house.settle()
        names = sorted(n for n in await sftp.listdir("rejected") if n[0] != ".")
        assert names == [
            "bad.edi", "bad.edi.997.edi", "bad.edi.html", "bad.edi.json",
            "garbage.txt", "garbage.txt.html", "garbage.txt.json",
        ]  # fmt: skip
        await sftp.mget("rejected/*", tmp_path)
        assert (tmp_path / "bad.edi").read_text() == bad
        assert elements((tmp_path / "bad.edi.997.edi").read_text(), "AK9")[0][1] == "R"
        told = json.loads((tmp_path / "bad.edi.json").read_text())
        [document] = told["documents"]
        assert document["set"] == "810"
        assert any(fault["where"].startswith("810") and fault["fix"] for fault in document["faults"])
        page = (tmp_path / "bad.edi.html").read_text()
        assert "To fix:" in page and "<script" not in page
        assert "ISA" in (tmp_path / "garbage.txt.html").read_text()
        assert "<script" not in (tmp_path / "garbage.txt.html").read_text()


async def test_nobody_sees_the_mailbox_of_somebody_else(tmp_path, keys):
    other = customer(channels={"sftp": {"account": {"keys": [keys.line("other")]}}}, defaults={"transport": "sftp"})
    async with gateway(tmp_path, account(keys), other, settings=SETTINGS) as house:
        await house.order(ORDER)
        async with client(house, keys) as sftp, sftp.open("inbound/a.part", "wb") as file:
            await file.write(b"half")
        await house.settle()
        async with client(house, keys, user="customer", key="other") as sftp:
            for folder in ("inbound", "outbound", "archive", "rejected"):
                assert [n for n in await sftp.listdir(folder) if n[0] != "."] == []


async def test_a_file_that_comes_twice_is_known_and_gets_the_first_answer_again(tmp_path, keys):
    (tmp_path / "a.edi").write_text(invoice())
    async with mailbox(tmp_path, keys) as house:
        for _ in range(2):
            await openssh(house, keys, f"put {tmp_path}/a.edi inbound/")
            await house.settle()
        assert len(house.erp.bodies("invoice")) == 1
        assert [each["evidence"]["duplicate"] for each in receipts(tmp_path) if each["direction"] == "inbound"] == [
            False,
            True,
        ]


async def test_openssh_lists_uploads_fetches_and_renames(tmp_path, keys):
    (tmp_path / "a.edi").write_text(invoice())
    async with mailbox(tmp_path, keys) as house:
        shown = await openssh(
            house,
            keys,
            f"put -p {tmp_path}/a.edi inbound/a.edi.part",
            "rename inbound/a.edi.part inbound/a.edi",
            "ls -la inbound",
            "df",
            "pwd",
        )
        assert "a.edi" in shown and "supplier" in shown and "Remote working directory: /" in shown
        await house.settle()
        assert len(house.erp.bodies("invoice")) == 1
        told = await openssh(
            house, keys, "-mkdir inbound/x", "-symlink /etc/passwd inbound/y", "-ls /etc", "ls -1 inbound"
        )
        assert "/etc" in told and "passwd" not in told.rpartition("ls -1 inbound")[2]


CURL, LFTP = (shutil.which(name) or "" for name in ("curl", "lftp"))
if CURL and "sftp" not in subprocess.run([CURL, "--version"], capture_output=True, text=True).stdout:
    CURL = ""


async def run(*command):
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()


if CURL:

    async def test_curl_uploads_and_fetches(tmp_path, keys):
        """Another implementation (libssh2), which writes in its own way."""
        (tmp_path / "a.edi").write_text(invoice())
        rsa = keys.key("rsa", kind="ssh-rsa", key_size=2048)
        rsa.write_private_key(tmp_path / "rsa.pem", "pkcs1-pem")
        rsa.write_public_key(tmp_path / "rsa.pub")
        async with mailbox(tmp_path, keys, keys=[keys.line("rsa")]) as house:
            base = f"sftp://supplier@127.0.0.1:{port_of(house)}"
            how = (CURL, "-q", "--insecure", "--silent", "--show-error")
            how += ("--key", f"{tmp_path}/rsa.pem", "--pubkey", f"{tmp_path}/rsa.pub")
            await run(*how, "--upload-file", f"{tmp_path}/a.edi", f"{base}/inbound/a.edi")
            await house.settle()
            assert len(house.erp.bodies("invoice")) == 1
            await run(*how, "--output", f"{tmp_path}/997.edi", f"{base}/outbound/997_000000001.edi")
            assert elements((tmp_path / "997.edi").read_text(), "AK9")[0][1] == "A"


if LFTP:

    async def test_lftp_mirrors_both_ways(tmp_path, keys):
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "a.edi").write_text(invoice())
        async with mailbox(tmp_path, keys) as house:
            connect = f"ssh -a -x -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i {keys.path()}"
            script = (
                f'set sftp:connect-program "{connect}"; open -u supplier, -p {port_of(house)} sftp://127.0.0.1;'
                f" mirror -R {tmp_path}/out inbound; bye"
            )
            await run(LFTP, "-c", script)
            await house.settle()
            assert len(house.erp.bodies("invoice")) == 1
            await run(LFTP, "-c", script.replace(f"-R {tmp_path}/out inbound", f"outbound {tmp_path}/in"))
            assert [path.name for path in (tmp_path / "in").iterdir()] == ["997_000000001.edi"]
