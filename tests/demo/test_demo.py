"""``gateway demo``: the whole trip, checked against what the ERP stored; it fails when something is lost, and leaves nothing."""

import asyncio
import os
import re
import signal
import sqlite3

import aiohttp
import pytest

from gateway.demo.documents import WANTED, strangers
from gateway.x12.model import TransactionSet
from gateway.x12.reader import read
from gateway.x12.validator import validate
from tests.conftest import corpus_folder
from tests.demo.processes import Demo

_LAST = re.compile(r"demo: (\d+) documents delivered, (\d+) acknowledged, (\d+) refused, 0 lost")


_THREAD = (
    "planned PL-70311 (says demo-planning): B-1007 40 each for 2026-12-05",
    "forecast to the partner F-2026-47: B-1007 40 each for 2026-12-05",
    "created PO-2026-0001 (says demo-procurement): line 1 40 each at 12.75",
    "approved PO-2026-0001 (says demo-procurement)",
    "ordered PO-2026-0001: line 1 40 each at 12.75",
    "acknowledged PO-2026-0001",
    "shipped ASN-PO-2026-0001",
    "received GR-1 (says demo-warehouse): line 1 38 each",
    "received GR-2 (says demo-warehouse): line 1 2 each",
)


async def _plays_well(demo):
    code, out, err = await demo.run()
    assert code == 0, out + err
    last = _LAST.fullmatch(out.rstrip("\n").splitlines()[-1])
    assert last is not None, out
    # The forecast, the order and its three answers, four documents of strangers, one over SFTP; of both of these one is refused.
    assert [int(count) for count in last.groups()] == [10, 10, 2]
    for word in ("What happened", "One document as the ERP got it:", '"order_number": "PO-2026-0001"', "Refused: 855"):
        assert word in out
    # The thread begins with what was planned, and ends matched, after goods that were missing had been found.
    told = [out.index(each) for each in _THREAD]
    assert told == sorted(told), out
    assert "One discrepancy on the way, receipt-differs: order PO-2026-0001" in out
    assert "PO-2026-0001  supplier (buyer)  matched" in out
    assert "nothing is open" in out
    assert "To fix: " in out
    assert (
        "Over SFTP: sftp-shop put 2 files: 1 is at the ERP, rejected/ explains promise-2.edi; it fetched 2 ack" in out
    )
    assert "Traceback" not in out + err
    assert demo.running() == []
    assert list(demo.folder.iterdir()) == [], "its files are gone, too"


async def test_it_plays_with_documents_of_our_own_where_there_is_no_corpus(tmp_path):
    """And with none of the settings of a real gateway that may be set where it is started."""
    empty, temporary, real = tmp_path / "empty", tmp_path / "tmp", tmp_path / "real.db"
    empty.mkdir()
    temporary.mkdir()
    demo = Demo(temporary, empty)
    demo.environment |= {"GATEWAY_DATABASE_URL": f"sqlite:///{real}", "GATEWAY_PORT": "1", "GATEWAY_LOG_LEVEL": "loud"}
    await _plays_well(demo)
    assert not real.exists()


async def test_it_plays_with_the_files_of_strangers_where_there_are_some(tmp_path):
    # Without the folder it is the same play as above, under a path that does not even exist.
    await _plays_well(Demo(tmp_path, corpus_folder() or tmp_path / "nowhere"))


async def test_it_fails_when_the_erp_has_lost_or_changed_what_it_said_it_stored(tmp_path):
    """The database of the reference ERP drops each invoice, and changes each ship notice, after its 201."""
    demo = Demo(tmp_path, tmp_path / "nowhere")
    playing = asyncio.create_task(demo.run())
    [path] = await demo.until(lambda: list(tmp_path.glob("gateway-demo-*/erp.db")))
    await demo.until(lambda: _has_table(path))
    with sqlite3.connect(path) as database:
        database.execute(
            "create trigger lose after insert on messages when new.type = 'invoice'"
            " begin delete from messages where key = new.key; end"
        )
        database.execute(
            "create trigger twist after insert on messages when new.type = 'ship_notice'"
            " begin update messages set sha256 = 'another' where key = new.key; end"
        )
    code, out, err = await playing
    assert code == 1
    assert out.rstrip("\n").splitlines()[-1] == "demo: 10 documents delivered, 10 acknowledged, 2 refused, 2 lost"
    assert "the ERP has 6 messages, the gateway delivered 8" in out
    assert len(re.findall(r"810 \w+ of \w+ is lost", out)) == 2
    assert len(re.findall(r"the ERP's \S+ is not what the gateway kept", out)) == 2
    assert demo.running() == []
    assert str(path.parent) in err, "it says where to look"


def _has_table(path):
    with sqlite3.connect(path) as database:
        return database.execute("select name from sqlite_master where name = 'messages'").fetchall()


async def test_kept_running_it_prints_the_addresses_and_ends_when_it_is_told(tmp_path):
    demo = Demo(tmp_path, tmp_path / "nowhere")
    try:
        code, out, err = await demo.run("--keep")
        assert code == 0, out + err
        assert _LAST.fullmatch(out.rstrip("\n").splitlines()[-1])
        gateway, erp = re.search(r"Still running: gateway (http://\S+), reference ERP (http://\S+)", out).groups()
        key = re.search(r"Operator key: (\S+)", out)[1]
        pids = [int(pid) for pid in re.search(r"Stop them with: kill ([\d ]+)", out)[1].split()]
        assert sorted(pids) == sorted(demo.running())
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{gateway}/readyz") as answer:
                assert (await answer.json())["ready"] is True
            headers = {"Authorization": f"Bearer {key}"}
            async with session.get(f"{gateway}/api/v1/documents", headers=headers) as answer:
                assert len((await answer.json())["items"]) >= 9
            async with session.get(erp) as answer:
                assert len(await answer.json()) == 8
        for number, pid in zip((signal.SIGTERM, signal.SIGINT, signal.SIGTERM), pids, strict=True):
            os.kill(pid, number)
        await demo.until(lambda: not demo.running())
        [folder] = tmp_path.iterdir()
        assert "gateway_stopped" in (folder / "gateway.log").read_text()
    finally:
        for pid in demo.running():
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize(("number", "when"), [(signal.SIGTERM, "gateway.log"), (signal.SIGINT, "supplier.log")])
async def test_stopped_in_the_middle_it_leaves_no_process(tmp_path, number, when):
    demo = Demo(tmp_path, tmp_path / "nowhere")
    process = await demo.start()
    await demo.until(lambda: list(tmp_path.glob(f"gateway-demo-*/{when}")))
    process.send_signal(number)
    out, err = await process.communicate()
    assert process.returncode == 128 + number, out + err
    assert b"Traceback" not in out + err
    assert b"stopped, and every process with it" in out
    assert demo.running() == []


async def test_what_cannot_be_started_is_said_in_words(tmp_path):
    demo = Demo(tmp_path, tmp_path / "nowhere")
    playing = asyncio.create_task(demo.run())
    [path] = await demo.until(lambda: list(tmp_path.glob("gateway-demo-*")))
    (path / "data").write_text("a file where the gateway wants its folder")
    code, out, err = await playing
    assert code == 1
    assert "the demonstration broke off: gateway ended at once" in out
    assert err.startswith("The logs and files of this run are in")
    assert demo.running() == []


def test_our_own_documents_are_what_they_pretend_to_be():
    good, bad = strangers(None)
    assert [set_id for each in good for set_id in each.sets] == list(WANTED)
    for each in (*good, bad):
        sets = [part for part in read(each.data) if isinstance(part, TransactionSet)]
        assert [validate(part).accepted for part in sets] == [each is not bad]
    assert len({each.sender for each in (*good, bad)}) >= 4
