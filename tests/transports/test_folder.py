"""Folders that somebody else fills and empties: whole files only, no link leads out, and one bad file stops nobody."""

import asyncio
import os

import pytest

from gateway.errors import PartnerRefused, PartnerUnreachable
from gateway.files import write_whole
from gateway.pipeline.ports import Sending
from gateway.transports.folder.receiver import FolderReceiver
from gateway.transports.folder.sender import FolderSender
from tests.stories.test_buyer import ORDER
from tests.support.house import SUPPLIER_KEY, customer, gateway, supplier
from tests.support.x12 import invoice

CHANNELS = {"folder": {"inbound": "from-supplier", "outbound": "to-supplier"}}


def partner(**changes):
    return supplier(channels=CHANNELS, defaults={"transport": "folder"} | changes)


@pytest.fixture
def inbound(tmp_path):
    folder = tmp_path / "data" / "from-supplier"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def outbound(tmp_path):
    folder = tmp_path / "data" / "to-supplier"
    folder.mkdir(parents=True)
    return folder


def receiver_of(house, folder) -> FolderReceiver:
    """A receiver that looks when the test says so, into a folder of its own: that of the house looks by itself."""
    return FolderReceiver(house.house.world, lambda _path: folder)


async def _invoices(house):
    await house.settle()
    return sorted(body["invoice_number"] for body in house.erp.bodies("invoice"))


async def _gone(house, *paths):
    await house.until(lambda: not any(path.exists() for path in paths))


async def _transmissions(house):
    found = await house.get("/api/v1/documents?direction=inbound")
    return len(found["items"])


# In


async def test_a_file_is_taken_only_when_two_looks_see_the_same(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    async with gateway(tmp_path, partner()) as house:
        looking, path = receiver_of(house, mine), mine / "a.edi"
        for end in range(50, 400, 25):
            path.write_text(invoice()[:end])
            await looking.look()
            assert path.exists()
        path.write_text(invoice())
        for _ in range(2):
            await looking.look()
        assert not path.exists()
        assert await _invoices(house) == ["INV1"]
        assert await _transmissions(house) == 1


async def test_a_file_that_grows_while_it_is_read_is_left_for_later(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    path, staging = mine / "a.edi", tmp_path / "data" / "vault" / "staging"
    path.write_bytes(invoice().encode().ljust(20 << 20, b"\n"))
    async with gateway(tmp_path, partner()) as house:
        looking = receiver_of(house, mine)
        await looking.look()
        taking = asyncio.create_task(looking.look())
        while not list(staging.iterdir()):
            assert not taking.done()
            await asyncio.sleep(0)
        # It is being read, piece by piece: and now its writer goes on.
        with path.open("ab") as file:
            file.write(b"\n" * 10)
        await taking
        assert path.exists()
        assert list(staging.iterdir()) == []
        assert await _invoices(house) == []
        for _ in range(2):
            await looking.look()
        assert not path.exists()
        assert await _invoices(house) == ["INV1"]
        [archived] = (mine / "archive").iterdir()
        assert archived.stat().st_size == (20 << 20) + 10


async def test_links_and_what_is_no_file_are_passed_over(tmp_path, inbound):
    secret = tmp_path / "config-secret.edi"
    secret.write_text(invoice(9))
    (inbound / "link.edi").symlink_to(secret)
    (inbound / "relative.edi").symlink_to("../../config-secret.edi")
    (inbound / "loop.edi").symlink_to("loop.edi")
    os.mkfifo(inbound / "pipe.edi")
    (inbound / "folder.edi").mkdir()
    async with gateway(tmp_path, partner()) as house:
        (inbound / "good.edi").write_text(invoice(1))
        await _gone(house, inbound / "good.edi")
        assert await _invoices(house) == ["INV1"]
        left = {path.name for path in inbound.iterdir()}
        assert left == {"link.edi", "relative.edi", "loop.edi", "pipe.edi", "folder.edi", "archive"}
        assert secret.read_text() == invoice(9)


async def test_an_archive_that_is_a_link_carries_nothing_out(tmp_path):
    """Whoever may write into its folder could point archive/ to where programs are picked up."""
    mine, elsewhere = tmp_path / "mine", tmp_path / "elsewhere"
    mine.mkdir()
    elsewhere.mkdir()
    for shelf in ("archive", "rejected"):
        (mine / shelf).symlink_to(elsewhere)
    async with gateway(tmp_path, partner(), settings={"limits": {"transmission_mb": 1}}) as house:
        (mine / "a.edi").write_text(invoice())
        (mine / "big.edi").write_bytes(b"x" * (2 << 20))
        looking = receiver_of(house, mine)
        for _ in range(6):
            await looking.look()
        assert await _invoices(house) == ["INV1"]
        assert list(elsewhere.iterdir()) == []
        assert (mine / "a.edi").exists()
        # Stored once, however often it is seen; and once the way is free it is put away.
        [document] = (await house.get("/api/v1/documents"))["items"]
        timeline = (await house.get(f"/api/v1/documents/{document['id']}"))["timeline"]
        assert "transmission.duplicate" not in [event["type"] for event in timeline]
        for shelf in ("archive", "rejected"):
            (mine / shelf).unlink()
        for _ in range(2):
            await looking.look()
        assert sorted(path.name for path in mine.iterdir()) == ["archive", "rejected"]
        assert await _invoices(house) == ["INV1"]
        assert list(elsewhere.iterdir()) == []


async def test_a_file_over_the_bound_is_set_aside_with_the_reason(tmp_path, inbound):
    async with gateway(tmp_path, partner(), settings={"limits": {"transmission_mb": 1}}) as house:
        with (inbound / "big.edi").open("wb") as file:
            file.truncate(5 << 30)  # Of holes only: were it read, this test would not end.
        (inbound / "small.edi").write_text(invoice())
        await _gone(house, inbound / "big.edi", inbound / "small.edi")
        assert await _invoices(house) == ["INV1"]
        assert sorted(path.name for path in (inbound / "rejected").iterdir()) == ["big.edi", "big.edi.problem.txt"]
        reason = (inbound / "rejected" / "big.edi.problem.txt").read_text()
        assert reason.endswith("larger than the bound of 1048576 bytes. Split it into several interchanges.\n")
        assert list((tmp_path / "data" / "vault" / "staging").iterdir()) == []


async def test_a_large_file_within_the_bound_goes_through(tmp_path, inbound):
    async with gateway(tmp_path, partner()) as house:
        (inbound / "large.edi").write_bytes(invoice().encode().ljust(20 << 20, b"\n"))
        await _gone(house, inbound / "large.edi")
        assert await _invoices(house) == ["INV1"]


_STRANGE = ["b\udcff\udcfe.edi", "x" * 251 + ".edi", "with\nline;rm -rf.edi", "漢" * 80 + ".EDI"]


async def test_a_strange_name_stops_nobody(tmp_path, inbound):
    for number, name in enumerate((*_STRANGE, "z.edi")):
        with open(os.fsencode(inbound / name), "w") as file:
            file.write(invoice(number + 1))
    async with gateway(tmp_path, partner()) as house:
        await house.until(lambda: [path.name for path in inbound.iterdir()] == ["archive"])
        assert await _invoices(house) == [f"INV{number}" for number in range(1, 6)]


async def test_a_file_that_cannot_be_read_stops_nobody(tmp_path, inbound):
    """The memory of a process stands in a folder as a regular file, and reading it fails even for root."""
    strange = customer(channels={"folder": {"inbound": "/proc/self", "patterns": ["mem"]}})
    async with gateway(tmp_path, strange, partner()) as house:
        (inbound / "good.edi").write_text(invoice())
        await _gone(house, inbound / "good.edi")
        assert await _invoices(house) == ["INV1"]
        assert list((tmp_path / "data" / "vault" / "staging").iterdir()) == []


async def test_a_folder_that_is_none_stops_nobody(tmp_path, inbound):
    (tmp_path / "data" / "blocked").write_text("a file")
    blocked = customer(channels={"folder": {"inbound": "blocked"}})
    async with gateway(tmp_path, blocked, partner()) as house:
        (inbound / "good.edi").write_text(invoice())
        await _gone(house, inbound / "good.edi")
        assert await _invoices(house) == ["INV1"]


async def test_another_file_of_the_same_name_size_and_time_is_another_file(tmp_path, inbound):
    path = inbound / "invoice.edi"
    async with gateway(tmp_path, partner()) as house:
        for number in (1, 2):
            path.write_text(invoice(number))
            os.utime(path, ns=(10**18, 10**18))
            await _gone(house, path)
        assert await _invoices(house) == ["INV1", "INV2"]


# Out


async def test_an_order_is_put_there_whole_while_somebody_looks(tmp_path, outbound):
    async with gateway(tmp_path, partner()) as house:
        seen, done = set(), asyncio.Event()

        async def look():
            while not done.is_set():
                seen.update(path.read_bytes()[-12:-10] for path in outbound.glob("[!.]*"))
                await asyncio.sleep(0)

        looking = asyncio.create_task(look())
        for number in range(8):
            await house.order(ORDER | {"body": ORDER["body"] | {"order_number": f"PO{number}"}})
        await house.settle()
        await house.until(lambda: len(list(outbound.iterdir())) == 8)
        done.set()
        await looking
        assert len(seen) == 1, "every file that was seen had its end"
        assert sorted(path.name for path in outbound.iterdir()) == [f"850_00000000{n}.edi" for n in range(1, 9)]


async def _sending(house, name, body=b"ISA*first"):
    """What the pipeline hands to a sender, made from a document that went out."""
    await house.order(ORDER)
    await house.settle()
    [item] = (await house.get("/api/v1/outbox", SUPPLIER_KEY))["items"]
    transmission = await house.house.views.transmission(item["id"])
    return Sending(transmission, _with_folder(house), body, name, 1)


def _with_folder(house):
    from dataclasses import replace

    found = house.house.configuration().directory.partners["supplier"]
    channels = found.text.channels.model_copy(update={"folder": type(_folder_channel())(outbound="to-supplier")})
    return replace(found, text=found.text.model_copy(update={"channels": channels}))


def _folder_channel():
    from gateway.trading.partner import FolderChannel

    return FolderChannel()


async def test_links_that_wait_for_us_in_the_folder_are_not_written_through(tmp_path, outbound):
    async with gateway(tmp_path) as house:
        sending = await _sending(house, "a.edi")
        victim = tmp_path / "victim"
        victim.write_text("untouched")
        (outbound / "a.edi").symlink_to(victim)
        (outbound / ".a.edi.part").symlink_to(victim)
        (outbound / f".a_{sending.transmission.id}.edi.part").symlink_to(victim)
        sent = await FolderSender(lambda path: tmp_path / "data" / path).send(sending)
        assert victim.read_text() == "untouched"
        assert sent.detail == f"written to a_{sending.transmission.id}.edi"
        written = outbound / f"a_{sending.transmission.id}.edi"
        assert not written.is_symlink()
        assert written.read_bytes() == b"ISA*first"


async def test_the_same_bytes_are_the_same_file_and_others_get_a_name_of_their_own(tmp_path, outbound):
    async with gateway(tmp_path) as house:
        sending = await _sending(house, "a.edi")
        sender = FolderSender(lambda path: tmp_path / "data" / path)
        for _ in range(2):
            await sender.send(sending)
        assert [path.name for path in outbound.iterdir()] == ["a.edi"]
        from dataclasses import replace

        await sender.send(replace(sending, body=b"ISA*other"))
        assert (outbound / "a.edi").read_bytes() == b"ISA*first"
        assert (outbound / f"a_{sending.transmission.id}.edi").read_bytes() == b"ISA*other"
        for name in ("../a.edi", "/etc/a", "..", "", "x/y"):
            with pytest.raises(PartnerRefused, match="is no name of a file"):
                await sender.send(replace(sending, name=name))
        outbound.joinpath("a.edi").unlink()
        blocked = FolderSender(lambda _path: outbound / f"a_{sending.transmission.id}.edi" / "below")
        with pytest.raises(PartnerUnreachable, match=r"can't be written: .* It is tried again."):
            await blocked.send(sending)


def test_a_file_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "x"
    for content in (b"one", b"two" * 1000):
        write_whole(path, content)
        assert path.read_bytes() == content
    assert [each.name for each in tmp_path.iterdir()] == ["x"]
