"""What a client may do in its mailbox, and what it is told when it may not."""

import asyncio

import asyncssh
import pytest

from tests.support.sftp import client, connected, mailbox, openssh, port_of
from tests.support.x12 import invoice


async def invoices(house):
    await house.settle()
    return sorted(body["invoice_number"] for body in house.erp.bodies("invoice"))


async def names(sftp, folder):
    return sorted(name for name in await sftp.listdir(folder) if name not in (".", ".."))


async def put(sftp, path, text, *, mode="wb"):
    async with sftp.open(path, mode) as file:
        await file.write(text.encode() if isinstance(text, str) else text)


# What completes an upload


async def test_a_temporary_name_is_taken_in_when_it_is_renamed(tmp_path, keys):
    async with mailbox(tmp_path, keys) as house, client(house, keys) as sftp:
        for number, ending in enumerate((".part", ".tmp", ".filepart", ".partial"), start=1):
            await put(sftp, f"inbound/{number}.edi{ending}", invoice(number))
        await house.settle()
        assert not house.erp.messages
        for number, ending in enumerate((".part", ".tmp", ".filepart", ".partial"), start=1):
            await sftp.rename(f"inbound/{number}.edi{ending}", f"inbound/{number}.edi")
        assert await invoices(house) == ["INV1", "INV2", "INV3", "INV4"]


async def test_a_trigger_file_completes_the_upload_before_it(tmp_path, keys):
    async with mailbox(tmp_path, keys, trigger="{stem}.done") as house, client(house, keys) as sftp:
        await put(sftp, "inbound/a.edi", invoice())
        with pytest.raises(asyncssh.SFTPNoSuchFile, match="Send that first"):
            await put(sftp, "inbound/b.done", "")
        await house.settle()
        assert not house.erp.messages
        await put(sftp, "inbound/a.done", "")
        assert await invoices(house) == ["INV1"]
        assert await names(sftp, "inbound") == ["a.edi"]  # This connection handed it in; the trigger is gone.


async def test_a_dropped_connection_hands_nothing_in_and_the_rest_may_follow(tmp_path, keys):
    text = invoice()
    async with mailbox(tmp_path, keys) as house:
        async with connected(house, keys) as connection:
            sftp = await connection.start_sftp_client()
            file = await sftp.open("inbound/a.edi", "wb")
            await file.write(text[:200].encode())
            connection.abort()
        await house.until(lambda: (tmp_path / "data/sftp/uploads/supplier/open/a.edi").exists())
        await house.settle()
        assert not house.erp.messages
        async with client(house, keys) as sftp:
            assert (await sftp.stat("inbound/a.edi")).size == 200
            async with sftp.open("inbound/a.edi", "ab") as file:
                await file.write(text[200:].encode())
        assert await invoices(house) == ["INV1"]


async def test_the_end_of_input_without_a_close_hands_nothing_in(tmp_path, keys):
    """A killed client: its ssh closes the input in order, and asyncssh closes open files as if the client had asked for it."""
    async with mailbox(tmp_path, keys) as house, connected(house, keys) as connection:
        sftp = await connection.start_sftp_client()
        file = await sftp.open("inbound/a.edi", "wb")
        await file.write(invoice().encode())
        sftp._handler._writer.write_eof()
        await house.until(lambda: (tmp_path / "data/sftp/uploads/supplier/open/a.edi").exists())
        await house.settle()
        assert not house.erp.messages


async def test_a_cut_temporary_file_is_not_taken_in_by_a_rename(tmp_path, keys):
    async with mailbox(tmp_path, keys) as house:
        async with connected(house, keys) as connection:
            sftp = await connection.start_sftp_client()
            file = await sftp.open("inbound/a.edi.part", "wb")
            await file.write(invoice()[:100].encode())
            connection.abort()
        await house.until(lambda: (tmp_path / "data/sftp/uploads/supplier/open/a.edi.part").exists())
        async with client(house, keys) as sftp:
            with pytest.raises(asyncssh.SFTPFailure, match="never closed"):
                await sftp.rename("inbound/a.edi.part", "inbound/a.edi")
        await house.settle()
        assert not house.erp.messages


async def test_writes_out_of_order_make_the_file_and_a_gap_is_told(tmp_path, keys):
    data = invoice().encode()
    async with mailbox(tmp_path, keys) as house, client(house, keys) as sftp:
        file = await sftp.open("inbound/a.edi", "wb")
        for begin in (300, 0, 200, 100):
            await file.write(data[begin : begin + 100], begin)
        await file.close()
        assert await invoices(house) == ["INV1"]
        file = await sftp.open("inbound/b.edi", "wb")
        await file.write(data[:100], 0)
        await file.write(data[200:], 200)
        with pytest.raises(asyncssh.SFTPFailure, match="bytes from 100 on are missing"):
            await file.close()
        async with sftp.open("inbound/b.edi", "r+b") as file:
            await file.write(data[100:200], 100)
        await house.settle()
        listed = (await house.get("/api/v1/documents"))["items"]
        assert len([each for each in listed if each["direction"] == "inbound"]) == 1  # The same bytes: a copy.


async def test_an_empty_file_is_made_first_and_filled_later(tmp_path, keys):
    """So do file systems over SFTP: one handle creates, another one writes."""
    async with mailbox(tmp_path, keys) as house, client(house, keys) as sftp:
        await put(sftp, "inbound/a.edi", "")
        await house.settle()
        assert not house.erp.messages
        async with sftp.open("inbound/a.edi", "r+b") as file:
            await file.write(invoice().encode())
        assert await invoices(house) == ["INV1"]


async def test_a_killed_gateway_gives_back_what_was_not_handed_in(tmp_path, keys):
    async with mailbox(tmp_path, keys) as house, client(house, keys) as sftp:
        await put(sftp, "inbound/a.edi.part", invoice())
    taking = tmp_path / "data/sftp/uploads/supplier/taking"
    taking.mkdir()
    (tmp_path / "data/sftp/uploads/supplier/closed/a.edi.part").rename(taking / "0123456789abcdefa.edi.part")
    async with mailbox(tmp_path, keys) as house, client(house, keys) as sftp:
        assert await names(sftp, "inbound") == ["a.edi.part"]
        await sftp.rename("inbound/a.edi.part", "inbound/a.edi")
        assert await invoices(house) == ["INV1"]


# Names


async def test_plain_rename_never_overwrites_and_posix_rename_may(tmp_path, keys):
    async with mailbox(tmp_path, keys) as house, client(house, keys) as sftp:
        await put(sftp, "inbound/a.part", invoice(1))
        await put(sftp, "inbound/b.part", invoice(2))
        with pytest.raises(asyncssh.SFTPError, match="there already"):
            await sftp.rename("inbound/a.part", "inbound/b.part")
        await sftp.rename("inbound/a.part", "inbound/x.edi")
        with pytest.raises(asyncssh.SFTPError, match="there already"):
            await sftp.rename("inbound/b.part", "inbound/x.edi")
        await sftp.posix_rename("inbound/b.part", "inbound/x.edi")
        assert await invoices(house) == ["INV1", "INV2"]


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd", "/etc/passwd", "inbound/../../data/ledger.db", "inbound/../../../etc/shadow", "..",
        "outbound/../../ledger.db", "inbound/a/b.edi", "/inbound/../etc/hosts", "data", "sftp/host_keys/rsa-1",
        "inbound/\x00.edi", "inbound/a\\b.edi", "inbound/a\nb.edi", "inbound/" + "x" * 201 + ".edi",
    ],
)  # fmt: skip
async def test_no_path_leads_out(tmp_path, keys, path):
    async with mailbox(tmp_path, keys) as house, client(house, keys) as sftp:
        if path != "..":
            for mode in ("rb", "wb"):
                with pytest.raises(asyncssh.SFTPError):
                    await sftp.open(path, mode)
        with pytest.raises(asyncssh.SFTPError):
            await sftp.rename(path, "inbound/stolen.edi")
        assert await names(sftp, "inbound") == []
        assert await sftp.realpath("..") == "/"


async def test_there_are_no_links_and_no_folders_to_make(tmp_path, keys):
    async with mailbox(tmp_path, keys) as house, client(house, keys) as sftp:
        await put(sftp, "inbound/a.part", invoice())
        for asked in (
            sftp.symlink("/etc/passwd", "inbound/b.edi"),
            sftp.link("inbound/a.part", "inbound/b.edi"),
            sftp.readlink("inbound/a.part"),
            sftp.mkdir("inbound/new"),
            sftp.mkdir("inbound"),
            sftp.rmdir("archive"),
            sftp.remove("outbound"),
            sftp.open("outbound/a.edi", "wb"),
            sftp.open("rejected/a.edi", "wb"),
        ):
            with pytest.raises(asyncssh.SFTPError):
                await asked
        assert await names(sftp, "inbound") == ["a.part"]


async def test_a_link_in_the_place_of_an_upload_is_not_followed(tmp_path, keys):
    """Nobody but us writes there; should somebody all the same, it leads nowhere."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    async with mailbox(tmp_path, keys):
        pass
    place = tmp_path / "data/sftp/uploads/supplier/closed"
    place.mkdir(parents=True)
    (place / "a.part").symlink_to(secret)
    async with mailbox(tmp_path, keys) as house, client(house, keys) as sftp:
        assert await names(sftp, "inbound") == []
        await put(sftp, "inbound/a.part", invoice())
        assert secret.read_text() == "secret"


@pytest.mark.parametrize("name", ["Größe 42.edi", "注文書.edi", "a b'c\"$(x).edi", "émile.edi", "-rf.edi", "🚚.edi"])
async def test_names_of_the_world_are_kept(tmp_path, keys, name):
    async with mailbox(tmp_path, keys) as house, client(house, keys) as sftp:
        await put(sftp, f"inbound/{name}", invoice())
        assert await names(sftp, "inbound") == [name]
        assert (await sftp.stat(f"inbound/{name}")).size == len(invoice())
        assert await invoices(house) == ["INV1"]


async def test_names_that_are_no_utf8_and_endings_that_were_not_agreed_are_refused(tmp_path, keys):
    async with mailbox(tmp_path, keys) as house, client(house, keys) as sftp:
        with pytest.raises(asyncssh.SFTPError, match="UTF-8"):
            await sftp.open(b"inbound/\xff\xfe.edi", "wb")
        with pytest.raises(asyncssh.SFTPPermissionDenied, match=r"names are \*\.edi"):
            await sftp.open("inbound/virus.exe", "wb")
        await put(sftp, "inbound/virus.part", "x")
        with pytest.raises(asyncssh.SFTPPermissionDenied, match="names are"):
            await sftp.rename("inbound/virus.part", "inbound/virus.exe")


async def test_what_was_taken_in_can_be_looked_at_but_not_changed_by_who_sent_it(tmp_path, keys):
    async with mailbox(tmp_path, keys) as house, client(house, keys) as sftp:
        await put(sftp, "inbound/a.edi", invoice())
        assert (await sftp.stat("inbound/a.edi")).size == len(invoice())
        for asked in (
            sftp.remove("inbound/a.edi"),
            sftp.rename("inbound/a.edi", "inbound/b.edi"),
            sftp.open("inbound/a.edi", "r+b"),
            sftp.open("inbound/a.edi", "rb"),
            sftp.open("inbound/a.edi", "xb"),
        ):
            with pytest.raises(asyncssh.SFTPError):
                await asked
        await house.settle()
        async with client(house, keys) as other:
            assert await names(other, "inbound") == []


# Bounds


async def test_bounds_of_size_number_and_room_are_told(tmp_path, keys):
    bounds = {"largest_mb": 1, "unfinished_mb": 2, "unfinished_files": 3}
    async with mailbox(tmp_path, keys, **bounds) as house, client(house, keys) as sftp:
        with pytest.raises(asyncssh.SFTPFailure, match="bound of 1048576"):
            await put(sftp, "inbound/large.edi", b"x" * (1 << 20) + b"y")
        assert await names(sftp, "inbound") == []
        for number in (1, 2):
            await put(sftp, f"inbound/{number}.part", b"x" * (1 << 20))
        with pytest.raises(asyncssh.SFTPError, match="2 MB"):
            await put(sftp, "inbound/3.part", b"x")
        await sftp.remove("inbound/1.part")
        await sftp.remove("inbound/2.part")
        for number in (4, 5):
            await put(sftp, f"inbound/{number}.part", b"x")
        with pytest.raises(asyncssh.SFTPError, match="3 unfinished"):
            await put(sftp, "inbound/6.part", b"x")
        assert (await sftp.statvfs("/")).ffree == 0
        await house.settle()
        assert not house.erp.messages


async def test_a_full_disk_is_the_clients_error_and_nothing_is_taken_in(tmp_path, keys, monkeypatch):
    import errno
    import os

    plain = os.pwrite

    def full(file, data, offset):
        if offset + len(data) > 200_000:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return plain(file, data, offset)

    monkeypatch.setattr(os, "pwrite", full)
    async with mailbox(tmp_path, keys) as house, client(house, keys) as sftp:
        with pytest.raises(asyncssh.SFTPError, match="No space left"):
            await put(sftp, "inbound/a.edi", b"x" * 500_000)
        assert await names(sftp, "inbound") == []
        await put(sftp, "inbound/b.edi", invoice())
        assert await invoices(house) == ["INV1"]


async def test_a_commit_that_fails_is_the_clients_error_and_a_second_try_succeeds(tmp_path, keys):
    async with mailbox(tmp_path, keys) as house, client(house, keys) as sftp:
        database = house.house.database

        plain = database.before_commit

        def fail():
            raise OSError(28, "No space left on device")

        data = invoice() + " " * 100_000
        await put(sftp, "inbound/a.part", data)
        database.before_commit = fail
        with pytest.raises(asyncssh.SFTPFailure, match="ledger could not be written"):
            await sftp.rename("inbound/a.part", "inbound/a.edi")
        with pytest.raises(asyncssh.SFTPFailure, match="ledger could not be written"):
            await put(sftp, "inbound/b.edi", invoice(2))
        database.before_commit = plain
        await sftp.rename("inbound/a.part", "inbound/a.edi")
        assert (await invoices(house))[0] == "INV1"


# Who comes in


async def test_wrong_keys_users_and_addresses_do_not_come_in(tmp_path, keys):
    async with mailbox(tmp_path, keys) as house:
        for user, key in (("supplier", "stranger"), ("nobody", "partner"), ("root", "partner")):
            with pytest.raises(asyncssh.PermissionDenied):
                async with connected(house, keys, user=user, key=key):
                    pass
    async with mailbox(tmp_path, keys, addresses=["203.0.113.0/24"]) as house:
        with pytest.raises(asyncssh.PermissionDenied):
            async with connected(house, keys):
                pass


async def test_a_password_opens_only_where_its_hash_was_agreed(tmp_path, keys):
    from gateway.transports.sftp.passwords import hash_password

    hashed = hash_password("correct horse")
    async with mailbox(tmp_path, keys, keys=[], password=hashed) as house:
        more = {"client_keys": None, "password": "correct horse"}
        async with connected(house, keys, **more) as connection, connection.start_sftp_client() as sftp:
            assert await names(sftp, "/") == ["archive", "inbound", "outbound", "rejected"]
        with pytest.raises(asyncssh.PermissionDenied):
            async with connected(house, keys, client_keys=None, password="wrong horse"):
                pass
        with pytest.raises(asyncssh.PermissionDenied):
            async with connected(house, keys):
                pass


async def test_who_guesses_must_wait_and_others_need_not(tmp_path, keys):
    async with mailbox(tmp_path, keys) as house:
        for _ in range(5):
            with pytest.raises(asyncssh.PermissionDenied):
                async with connected(house, keys, key="stranger"):
                    pass
        with pytest.raises((asyncssh.ConnectionLost, ConnectionError)):
            async with connected(house, keys):
                pass
        async with connected(house, keys, local_addr=("127.0.0.2", 0)):
            pass


async def test_neither_shell_nor_command_nor_forwarding_is_given(tmp_path, keys):
    async with mailbox(tmp_path, keys) as house, connected(house, keys) as connection:
        for asked in ({"command": "id"}, {}, {"subsystem": "netconf"}, {"command": "scp -t /inbound"}):
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.create_process(**asked)
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.open_connection("127.0.0.1", port_of(house))
        with pytest.raises(asyncssh.ChannelListenError):
            await connection.forward_remote_port("127.0.0.1", 0, "127.0.0.1", 1)


async def test_old_algorithms_are_offered_only_to_addresses_that_need_them(tmp_path, keys):
    old = {"encryption_algs": ["aes256-cbc"], "mac_algs": ["hmac-sha1"]}
    async with mailbox(tmp_path, keys) as house:
        with pytest.raises(asyncssh.KeyExchangeFailed):
            async with connected(house, keys, **old):
                pass
    legacy = {"legacy": ["aes-cbc", "hmac-sha1"], "addresses": ["127.0.0.1"]}
    async with mailbox(tmp_path, keys, **legacy) as house:
        async with connected(house, keys, **old):
            pass
        with pytest.raises(asyncssh.KeyExchangeFailed):
            async with connected(house, keys, local_addr=("127.0.0.2", 0), **old):
                pass


async def test_a_connection_that_asks_for_nothing_is_closed(tmp_path, keys):
    async with mailbox(tmp_path, keys, idle="1s") as house, connected(house, keys) as connection:
        sftp = await connection.start_sftp_client()
        await sftp.listdir("/")
        async with asyncio.timeout(15):
            await connection.wait_closed()


async def test_no_more_connections_than_agreed(tmp_path, keys):
    async with mailbox(tmp_path, keys, sessions=2) as house:
        async with client(house, keys), client(house, keys):
            with pytest.raises(asyncssh.Error):
                async with client(house, keys) as third:
                    await third.listdir("/")
        async with client(house, keys) as again:
            assert await again.listdir("/")


async def test_a_mailbox_that_is_taken_away_is_shut_for_open_connections_too(tmp_path, keys):
    from tests.support.house import dump, supplier

    async with mailbox(tmp_path, keys) as house, client(house, keys) as sftp:
        await put(sftp, "inbound/a.part", invoice())
        dump(tmp_path / "config/partners/supplier.yaml", supplier())
        assert await asyncio.to_thread(house.house.configuration.refresh)
        with pytest.raises(asyncssh.SFTPError, match="was closed"):
            await sftp.rename("inbound/a.part", "inbound/a.edi")


async def test_of_two_connections_that_write_one_file_the_later_one_counts(tmp_path, keys):
    async with mailbox(tmp_path, keys) as house, client(house, keys) as one, client(house, keys) as two:
        first = await one.open("inbound/a.edi", "wb")
        await first.write(invoice(1).encode())
        second = await two.open("inbound/a.edi", "wb")
        await second.write(invoice(2).encode())
        with pytest.raises(asyncssh.SFTPFailure, match="begun this file anew"):
            await first.close()
        await second.close()
        assert await invoices(house) == ["INV2"]


async def test_openssh_resumes_a_partial_upload(tmp_path, keys):
    (tmp_path / "a.edi").write_text(invoice())
    async with mailbox(tmp_path, keys) as house:
        async with connected(house, keys) as connection:
            sftp = await connection.start_sftp_client()
            file = await sftp.open("inbound/a.edi", "wb")
            await file.write(invoice()[:150].encode())
            connection.abort()
        await house.until(lambda: (tmp_path / "data/sftp/uploads/supplier/open/a.edi").exists())
        await openssh(house, keys, f"reput {tmp_path}/a.edi inbound/a.edi")
        assert await invoices(house) == ["INV1"]
