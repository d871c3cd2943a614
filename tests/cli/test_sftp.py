"""`gateway sftp`: host keys, our own key, hashes of passwords, and what works with a partner's server."""

import asyncio
import os
import stat

import pytest

from gateway.transports.sftp.passwords import is_password
from tests.cli.command import gateway_command
from tests.support.house import supplier, write_config
from tests.support.sftp import Keys
from tests.support.sshd import KINDS, Sshd, other_key


@pytest.fixture
def keys(tmp_path):
    return Keys(tmp_path / "keys")


def test_host_keys_are_made_announced_and_retired(tmp_path):
    assert "none yet" in gateway_command("sftp", "hostkey", "list", data=tmp_path).err
    first = gateway_command("sftp", "hostkey", "new", data=tmp_path)
    assert first.lines[0].startswith("ed25519-1  SHA256:") and first.lines[0].endswith("serves")
    second = gateway_command("sftp", "hostkey", "new", data=tmp_path)
    assert second.lines[0].startswith("ed25519-2  SHA256:") and second.lines[0].endswith("is announced")
    for path in (tmp_path / "sftp" / "host_keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert gateway_command("sftp", "hostkey", "retire", "ed25519-1", data=tmp_path).code == 0
    listed = gateway_command("sftp", "hostkey", "list", data=tmp_path).lines
    assert listed[0].startswith("ed25519-2") and listed[0].endswith("serves")
    last = gateway_command("sftp", "hostkey", "retire", "ed25519-2", data=tmp_path)
    assert last.code == 2 and "last host key" in last.err
    assert gateway_command("sftp", "hostkey", "new", data=tmp_path).lines[0].startswith("ed25519-3")


def test_our_key_is_made_once_and_then_shown(tmp_path):
    made = gateway_command("sftp", "key", data=tmp_path)
    again = gateway_command("sftp", "key", data=tmp_path)
    assert made.lines[0].startswith("ssh-ed25519 AAAA") and made.lines == again.lines
    assert "key: file:sftp/ours" in made.err and not again.err
    assert stat.S_IMODE((tmp_path / "sftp/ours").stat().st_mode) == 0o600


def test_a_password_becomes_a_hash_and_a_short_one_does_not(tmp_path):
    said = b"correct horse battery\n"
    made = gateway_command("sftp", "password", "acme", data=tmp_path, stdin=said)
    assert is_password("correct horse battery", made.lines[-1])
    assert not is_password("correct horse batterz", made.lines[-1])
    short = gateway_command("sftp", "password", "acme", data=tmp_path, stdin=b"short\n")
    assert short.code == 2 and "12 characters" in short.err


@pytest.mark.parametrize("kind", KINDS)
def test_ping_goes_step_by_step_and_says_where_it_ends(tmp_path, keys, kind):
    server = Sshd(keys, tmp_path / "server", kind)
    server.make("in", "out")
    config, folders = (
        tmp_path / "config",
        {"fetch": {"folder": server.path("out")}, "deliver": {"folder": server.path("in")}},
    )

    def ping(*more, **changes):
        text = server.text(**folders) | changes
        write_config(config, "http://127.0.0.1:9", supplier(channels={"rest": {}, "sftp": {"server": text}}))
        return gateway_command("sftp", "ping", "supplier", *more, config=config, data=tmp_path / "data")

    with asyncio.Runner() as runner:
        away = ping()
        runner.run(server.start())
        try:
            works, stranger = ping("--write"), ping(host_keys=[other_key().get_fingerprint()])
            unknown = ping(key=f"file:{keys.path('unknown')}")
            nowhere = ping(fetch={"folder": server.path("nowhere")})
        finally:
            runner.run(server.stop())
    assert away.code == 1 and "no  stopped: 127.0.0.1" in away.out
    assert works.code == 0, works.out
    told = [line.split(":")[0] for line in works.lines]
    assert told == [
        "ok  reach the server", "ok  know its host key", "ok  log in", "ok  open SFTP", "ok  list what we fetch",
        "ok  list where we deliver", "ok  write, rename and delete there",
    ]  # fmt: skip
    assert list(os.scandir(server.folder / "in")) == []
    assert stranger.code == 1 and "none of them is pinned" in stranger.out
    assert unknown.code == 1 and "does not let us in" in unknown.out
    assert nowhere.code == 1 and "Correct the folder" in nowhere.out


def test_ping_of_a_partner_without_a_server_says_what_to_add(tmp_path):
    write_config(tmp_path, "http://127.0.0.1:9", supplier())
    told = gateway_command("sftp", "ping", "supplier", config=tmp_path)
    assert told.code == 2 and "Add channels: {sftp: {server: ...}}" in told.err
