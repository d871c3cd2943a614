"""What we bring to a partner's server arrives whole, under its name, once; whatever is in the way is said."""

import json
import sqlite3

import asyncssh
import pytest

from tests.stories.test_buyer import ORDER
from tests.support.house import gateway, supplier
from tests.support.sshd import KINDS, Sshd, other_key
from tests.support.x12 import elements


@pytest.fixture(params=KINDS)
async def sshd(request, tmp_path, keys):
    server = Sshd(keys, tmp_path / "server", request.param)
    server.make("in")
    await server.start()
    yield server
    await server.stop()


def partner(sshd, server=None, **deliver):
    how = {"folder": sshd.path("in"), "name": "{set}_{control_number}.edi"} | deliver
    retry = {"attempts": 6, "first": "1s", "longest": "1s"}
    channel = {"server": sshd.text(deliver=how) | (server or {})}
    return supplier(channels={"sftp": channel}, defaults={"transport": "sftp", "retry": retry})


def files(sshd):
    return sorted(path.name for path in (sshd.folder / "in").iterdir())


def receipts(folder):
    ledger = sqlite3.connect(folder / "data" / "ledger.db")
    rows = list(ledger.execute("select state, message_id, evidence from receipts where transport = 'sftp'"))
    ledger.close()
    return [(state, name, json.loads(evidence)) for state, name, evidence in rows]


async def settled(house):
    """Wait until what was ordered is sent or waits for a person; a try that failed is followed by another one."""

    async def decided():
        await house.settle()
        documents = (await house.get("/api/v1/documents?direction=outbound"))["items"]
        return all(each["state"] == "sent" for each in documents) or (await house.get("/api/v1/cases"))["items"]

    await house.until(decided)


async def detail(house):
    [case] = (await house.get("/api/v1/cases"))["items"]
    return case["detail"]


async def test_an_order_is_put_on_the_partners_server_and_that_is_evidence(tmp_path, sshd, keys):
    async with gateway(tmp_path, partner(sshd)) as house:
        await house.order(ORDER)
        await settled(house)
        assert not (await house.get("/api/v1/cases"))["items"]
        assert files(sshd) == ["850_000000001.edi"]
        assert elements((sshd.folder / "in" / "850_000000001.edi").read_text(), "BEG")[0][3] == "PO1"
        [document] = (await house.get("/api/v1/documents?direction=outbound"))["items"]
        assert (document["state"], document["acknowledgment"]) == ("sent", "waiting")
        [(state, name, evidence)] = receipts(tmp_path)
        assert (state, name) == ("delivered", "850_000000001.edi")
        assert evidence["host_key"] == keys.key(f"host-{sshd.kind}").get_fingerprint()
        assert evidence["path"] == sshd.path("in/850_000000001.edi")
        assert evidence["size"] == (sshd.folder / "in/850_000000001.edi").stat().st_size
        assert evidence["how"] == "flushed and renamed"


async def test_a_server_with_another_host_key_gets_nothing(tmp_path, sshd):
    stranger = other_key().get_fingerprint()
    async with gateway(tmp_path, partner(sshd, {"host_keys": [stranger]})) as house:
        await house.order(ORDER)
        await settled(house)
        assert "which is not pinned" in await detail(house)
        assert files(sshd) == []


async def test_a_pinned_fingerprint_does_and_a_second_one_beside_it_for_a_change(tmp_path, sshd, keys):
    known = keys.key(f"host-{sshd.kind}").get_fingerprint()
    async with gateway(tmp_path, partner(sshd, {"host_keys": [other_key().get_fingerprint(), known]})) as house:
        await house.order(ORDER)
        await settled(house)
        assert files(sshd) == ["850_000000001.edi"]


async def test_a_server_that_does_not_know_our_key_is_a_case(tmp_path, sshd, keys):
    async with gateway(tmp_path, partner(sshd, {"key": f"file:{keys.path('unknown')}"})) as house:
        await house.order(ORDER)
        await settled(house)
        assert "does not let us in" in await detail(house)


async def test_a_folder_that_is_missing_is_a_case(tmp_path, sshd):
    async with gateway(tmp_path, partner(sshd, folder=sshd.path("nowhere"))) as house:
        await house.order(ORDER)
        await settled(house)
        assert "Correct the folder" in await detail(house) or "Ask the partner" in await detail(house)


async def test_a_server_that_is_away_is_tried_again(tmp_path, sshd):
    await sshd.stop()
    async with gateway(tmp_path, partner(sshd)) as house:
        await house.order(ORDER)
        await house.settle()
        assert files(sshd) == []
        await sshd.start()
        await house.until(lambda: files(sshd) == ["850_000000001.edi"])


async def test_a_name_that_is_there_already_is_not_overwritten(tmp_path, sshd):
    sshd.put("in/850_000000001.edi", "somebody else's")
    async with gateway(tmp_path, partner(sshd)) as house:
        await house.order(ORDER)
        await settled(house)
        [theirs, ours] = files(sshd)
        assert theirs == "850_000000001.edi" and ours.startswith("850_000000001_")
        assert (sshd.folder / "in" / theirs).read_text() == "somebody else's"


async def test_a_trigger_file_follows_the_file(tmp_path, sshd):
    async with gateway(tmp_path, partner(sshd, trigger="{stem}.done", temporary=".{name}.tmp")) as house:
        await house.order(ORDER)
        await settled(house)
        assert files(sshd) == ["850_000000001.done", "850_000000001.edi"]
        assert (sshd.folder / "in/850_000000001.done").stat().st_size == 0


@pytest.mark.parametrize("left", [0, 1, 100, "all", "other"])
async def test_what_an_earlier_try_left_is_gone_on_with(tmp_path, sshd, left):
    """The bytes are what they were: a try that was cut at any place is completed, and a stranger's rest is written over."""
    async with gateway(tmp_path / "first", partner(sshd)) as house:
        await house.order(ORDER)
        await settled(house)
        [document] = (await house.get("/api/v1/documents?direction=outbound"))["items"]
        name = sshd.folder / "in" / "850_000000001.edi"
        whole = name.read_bytes()
        name.unlink()
        rest = whole if left == "all" else b"#" * 50 if left == "other" else whole[:left]
        sshd.put("in/850_000000001.edi.part", rest)
        ledger = sqlite3.connect(tmp_path / "first" / "data" / "ledger.db")
        [[sent]] = ledger.execute("select sent_in from documents where id = ?", (document["id"],))
        ledger.close()
        await replay(house, sent)
        assert files(sshd) == ["850_000000001.edi"]
        assert name.read_bytes() == whole


async def replay(house, transmission):
    from gateway.pipeline.oversight.replay import replay as replay_subject

    world = house.house.world
    task = await world.ledger.tx(lambda uow: replay_subject(uow, world, transmission, "for the test", recompute=False))
    world.wake([task])
    await settled(house)
    assert not (await house.get("/api/v1/cases"))["items"]


async def test_a_rename_before_a_crash_is_not_done_again(tmp_path, sshd):
    """Complete, noted, renamed, killed: the partner has taken the file since. It gets no second one."""
    from gateway.tracking.receipt import Receipt

    async with gateway(tmp_path, partner(sshd)) as house:
        await house.order(ORDER)
        await settled(house)
        [(_, _, evidence)] = receipts(tmp_path)
        ledger = sqlite3.connect(tmp_path / "data" / "ledger.db")
        [[sent, receipt]] = ledger.execute("select transmission_id, id from receipts where transport = 'sftp'")
        ledger.close()
        await house.house.world.ledger.tx(
            lambda uow: uow.change(Receipt, receipt, state="waiting", evidence=evidence | {"temporary": "x"})
        )
        (sshd.folder / "in" / "850_000000001.edi").unlink()
        await replay(house, sent)
        assert files(sshd) == []
        [(state, _, evidence)] = receipts(tmp_path)
        assert (state, evidence["how"]) == ("delivered", "renamed before the last restart")


@pytest.mark.parametrize("name", ["../../{id}.edi", "/etc/{id}", "a/{id}.edi"])
async def test_a_name_can_not_leave_its_folder(tmp_path, sshd, name):
    async with gateway(tmp_path, partner(sshd, name=name)) as house:
        await house.order(ORDER)
        await settled(house)
        [only] = files(sshd)
        assert "/" not in only and not only.startswith(".")
        assert sorted(path.name for path in sshd.folder.iterdir()) == ["in"]


async def test_asyncssh_believes_no_key_that_is_not_pinned():
    """The empty list of known hosts must not mean that anybody is believed."""
    from gateway.transports.sftp.client import Pinned

    client = Pinned(frozenset(["SHA256:" + "A" * 43]))
    assert not client.validate_host_public_key("h", "a", 22, asyncssh.generate_private_key("ssh-ed25519"))
