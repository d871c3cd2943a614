"""The doors beside the HTTP interface: opened by gateway.yaml, with the bounds and certificates that stand there."""

import asyncio
import dataclasses

import pytest

from gateway import server
from gateway.bootstrap import build
from gateway.configuration import load_configuration
from gateway.doors import as2_front, client_certificates
from gateway.errors import ConfigurationError
from gateway.settings import Environment, load_settings
from gateway.stamps import utc_now
from gateway.transports.as2.front import Reply
from tests.support.certificates import NOW, certificate, der, key, key_pem, pem
from tests.transports.as2.door import knock, post, status

OWN = "name: Ours\nidentities: [{qualifier: ZZ, id: OURS}]\nas2: {names: [OURS]}\n"
ACME = """\
partner: acme
name: ACME
identities: [{qualifier: ZZ, id: ACME}]
channels:
  as2:
    names: [ACME]
    certificates: [{file: certs/acme.pem, use: [sign, tls]}, {file: certs/old.pem, use: [tls], state: revoked}]
    receive: {client_certificate: true, encrypted: optional}
"""


def _settings(folder, gateway="as2: {port: 0}", acme=ACME):
    for name, text in (("gateway.yaml", gateway), ("partners/own.yaml", OWN), ("partners/acme.yaml", acme)):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "certs").mkdir(exist_ok=True)
    (folder / "certs" / "acme.pem").write_bytes(pem(certificate("acme")))
    (folder / "certs" / "old.pem").write_bytes(pem(certificate("old")))
    return load_settings(Environment(config_dir=folder, data_dir=folder / "data", port=0))


def _front(settings, handler):
    configuration = load_configuration(settings.environment.config_dir)
    return as2_front(settings, lambda: configuration, utc_now, handler)


async def _echo(request):
    return Reply(200, (), request.body.read())


def test_without_a_word_about_it_there_is_no_door(tmp_path):
    assert _front(_settings(tmp_path, ""), _echo) is None


async def test_the_door_of_gateway_yaml_takes_what_fits_into_its_bounds(tmp_path):
    settings = _settings(tmp_path, "as2: {port: 0, path: /in/as2, head_kb: 8}\nlimits: {transmission_mb: 1}")
    front = _front(settings, _echo)
    await front.start()
    assert front.address.startswith("http://127.0.0.1:") and front.address.endswith("/in/as2")
    body = b"y" * (1_398_102)  # One MiB in base64.
    assert (await knock(front, post(body, path="/in/as2"))).endswith(body)
    assert status(await knock(front, post(b"x" * (4 << 20), path="/in/as2"))) == 413
    assert status(await knock(front, post(b"x", "X: " + "y" * 9000, path="/in/as2"))) == 431
    assert status(await knock(front, post(b"x"))) == 404
    assert list((tmp_path / "data" / "spool").iterdir()) == [], "a body leaves nothing behind"
    await front.stop()


def test_only_who_has_agreed_to_show_a_certificate_is_asked_for_one(tmp_path):
    _settings(tmp_path)
    assert client_certificates(load_configuration(tmp_path), NOW) == [der(certificate("acme"))]
    _settings(tmp_path, acme=ACME.replace("client_certificate: true, ", ""))
    assert client_certificates(load_configuration(tmp_path), NOW) == []


def test_tls_that_can_not_be_opened_is_told_with_the_file(tmp_path):
    text = "as2: {port: 0, tls: {certificate: certs/acme.pem, key: keys/tls.pem}}"
    settings = _settings(tmp_path, text)
    with pytest.raises(
        ConfigurationError, match=r"gateway\.yaml:1: as2\.tls: certificate .*certs/acme\.pem and key .*can't be used"
    ):
        _front(settings, _echo)
    (tmp_path / "data" / "keys").mkdir()
    (tmp_path / "data" / "keys" / "tls.pem").write_bytes(key_pem(key("acme")))
    assert _front(settings, _echo) is not None


async def test_the_gateway_opens_its_doors_and_closes_them(tmp_path):
    settings = _settings(tmp_path)
    front = _front(settings, _echo)
    house = dataclasses.replace(await build(settings), listeners=[front])
    stop, up = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(server.run(house, stop, lambda _address: up.set()))
    await up.wait()
    assert (await knock(front, post(b"hello"))).endswith(b"hello")
    port = int(front.address.rpartition(":")[2].partition("/")[0])
    stop.set()
    await running
    await house.close()
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_a_port_that_is_taken_is_told_and_nothing_stays_open(tmp_path):
    settings = _settings(tmp_path)
    first = _front(settings, _echo)
    await first.start()
    port = int(first.address.rpartition(":")[2].partition("/")[0])
    second = _front(_settings(tmp_path, f"as2: {{port: {port}}}"), _echo)
    house = dataclasses.replace(await build(settings), listeners=[second])
    with pytest.raises(ConfigurationError, match=r"can't be listened on .*; choose a free port"):
        await server.run(house, asyncio.Event())
    await house.close()
    await first.stop()


async def test_a_running_gateway_says_that_a_certificate_ends(tmp_path):
    text = ACME.replace("use: [sign, tls]", "use: [sign, tls], active_from: 2020-01-01")
    settings = _settings(tmp_path, "", acme=text)
    (tmp_path / "certs" / "acme.pem").write_bytes(pem(certificate("ending", begin=-4000, end=-3000)))
    house = await build(settings)
    stop = asyncio.Event()
    running = asyncio.create_task(server.run(house, stop))
    async with asyncio.timeout(20):
        while not (cases := (await house.views.open_cases("acme", 0, 10)).items):
            await asyncio.sleep(0.01)
    assert [case.cause for case in cases] == ["certificate-expiring"]
    assert "has expired" in cases[0].detail
    stop.set()
    await running
    await house.close()
