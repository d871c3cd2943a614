"""The AS2 door over TLS: our certificate, those of partners, and both changed while it is open."""

import asyncio
import contextlib
import ssl
import subprocess

import pytest

from gateway.errors import ConfigurationError
from gateway.transports.as2.tls import Door
from tests.support.certificates import certificate, der, key, key_pem, pem
from tests.transports.as2.door import knock, opened, port_of, post, status

YEARS = {"begin": -4000, "end": 4000}  # TLS looks at the real clock.


def _files(folder, name="server", passphrase=None):
    (folder / "server.pem").write_bytes(pem(certificate(name, **YEARS)))
    (folder / "server.key").write_bytes(key_pem(key(name), passphrase))
    return folder / "server.pem", folder / "server.key"


def _client(folder, name=None, trusting="server"):
    context = ssl.create_default_context(cadata=pem(certificate(trusting, **YEARS)).decode())
    if name is not None:
        both = folder / f"{name}-client.pem"
        both.write_bytes(pem(certificate(name, **YEARS)) + key_pem(key(name)))
        context.load_cert_chain(both)
    return context


async def test_a_message_comes_over_tls(tmp_path):
    door = Door(*_files(tmp_path))
    async with opened(tls=door) as (front, seen):
        assert front.address.startswith("https://127.0.0.1:")
        answer = await knock(front, post(b"hello"), tls=_client(tmp_path))
        assert status(answer) == 200
        assert answer.endswith(b"thanks")
        plain = await knock(front, post(b"hello"))
        assert not plain.startswith(b"HTTP/1.1 200"), "without TLS nothing is taken"
    assert seen.bodies == [b"hello"]
    assert seen.requests[0].client_certificate is None


async def test_what_a_partner_shows_is_handed_on_and_what_a_stranger_shows_is_refused(tmp_path):
    door = Door(*_files(tmp_path), clients=lambda: [der(certificate("acme", **YEARS))])
    async with opened(tls=door) as (front, seen):
        assert status(await knock(front, post(b"one"), tls=_client(tmp_path, "acme"))) == 200
        assert status(await knock(front, post(b"two"), tls=_client(tmp_path))) == 200
        with contextlib.suppress(ssl.SSLError):
            assert await knock(front, post(b"three"), tls=_client(tmp_path, "stranger")) == b""
    assert seen.bodies == [b"one", b"two"]
    assert [each.client_certificate for each in seen.requests] == [der(certificate("acme", **YEARS)), None]


async def test_a_change_of_certificates_is_followed_while_the_door_is_open(tmp_path):
    clients = []
    door = Door(*_files(tmp_path), clients=lambda: clients)
    async with opened(tls=door) as (front, seen):

        async def changed(**client):
            assert door.refresh()
            await front.renew()
            return status(await knock(front, post(), tls=_client(tmp_path, **client)))

        address = front.address
        assert not door.refresh(), "nothing has changed yet"
        assert status(await knock(front, post(), tls=_client(tmp_path, "acme"))) == 200
        clients.append(der(certificate("acme", **YEARS)))
        assert await changed(name="acme") == 200
        clients.clear()
        assert await changed(name="acme") == 200
        (tmp_path / "server.pem").unlink()
        assert not door.refresh()
        assert status(await knock(front, post(), tls=_client(tmp_path))) == 200, "a broken change changes nothing"
        _files(tmp_path, "renewed")
        assert await changed(trusting="renewed") == 200
        assert front.address == address
    shown = [each.client_certificate for each in seen.requests]
    assert shown == [None, der(certificate("acme", **YEARS)), None, None, None]


async def test_a_change_is_noticed_without_being_told(tmp_path, monkeypatch):
    monkeypatch.setattr("gateway.transports.as2.front._WATCH_SECONDS", 0.01)
    clients = []
    door = Door(*_files(tmp_path), clients=lambda: clients)
    async with opened(tls=door) as (front, seen):
        clients.append(der(certificate("acme", **YEARS)))
        async with asyncio.timeout(20):
            while not seen.requests or seen.requests[-1].client_certificate is None:
                assert status(await knock(front, post(), tls=_client(tmp_path, "acme"))) == 200, (
                    "none is refused meanwhile"
                )


async def test_old_versions_of_tls_are_not_spoken(tmp_path):
    door = Door(*_files(tmp_path))
    assert door.context.minimum_version == ssl.TLSVersion.TLSv1_2
    async with opened(tls=door) as (front, _seen):
        command = [
            "openssl",
            "s_client",
            "-connect",
            f"127.0.0.1:{port_of(front)}",
            "-tls1_1",
            "-cipher",
            "ALL@SECLEVEL=0",
        ]
        process = await asyncio.create_subprocess_exec(
            *command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        told, _ = await process.communicate()
    assert process.returncode != 0, told
    assert b"Cipher is (NONE)" in told or b"alert protocol version" in told, told


async def test_a_key_with_a_passphrase_opens_with_it_alone(tmp_path):
    files = _files(tmp_path, passphrase=b"open sesame")
    assert Door(*files, "open sesame").context
    for wrong in (None, "close sesame"):
        with pytest.raises(
            ConfigurationError, match=r"as2\.tls: certificate .* can't be used .*; name a certificate"
        ) as caught:
            Door(*files, wrong)
        assert "sesame" not in str(caught.value)


def test_a_certificate_without_its_key_is_told(tmp_path):
    certificate_file, key_file = _files(tmp_path)
    key_file.write_bytes(key_pem(key("other")))
    with pytest.raises(ConfigurationError, match="can't be used"):
        Door(certificate_file, key_file)
    key_file.unlink()
    with pytest.raises(ConfigurationError, match="No such file"):
        Door(certificate_file, key_file)
