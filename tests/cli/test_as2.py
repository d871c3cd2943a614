"""`gateway as2 unpack`, `send` and `ping`: what people do when an AS2 connection does not work."""

import json
import re

import pytest
from aiohttp import web
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.as2.disposition import disposition_of
from gateway.as2.mdn import Answer
from gateway.as2.mic import MIC
from tests.cli.command import gateway_command
from tests.cli.test_ledger import command
from tests.stories.test_as2_out import QUICK
from tests.support.as2 import OWN_KEY, THEIR_KEY, AS2Partner, as2_house, as_response
from tests.support.identities import identity, pem, pinned, private_pem
from tests.support.x12 import acknowledgment

TEXT = acknowledgment(1).encode()


def captured(**changed) -> bytes:
    """A message of the supplier as a proxy would store it."""
    packed = AS2Partner(None).pack(TEXT, "<m-1@supplier.example>", **changed)
    return b"POST /as2 HTTP/1.1\r\n" + packed.headers.to_bytes() + b"\r\n" + packed.body.read()


def files(folder):
    """Our key and certificate, and the supplier's certificate, as options."""
    made = {"--key": private_pem(OWN_KEY), "--cert": pem(OWN_KEY), "--partner-cert": pem(THEIR_KEY)}
    options = []
    for option, data in made.items():
        path = folder / f"{option.strip('-')}.pem"
        path.write_bytes(data)
        options += [option, path]
    return options


def opened(folder, data, *options):
    path = folder / "captured.http"
    path.write_bytes(data)
    return gateway_command("as2", "unpack", path, *options, config=folder)


def test_a_captured_request_is_opened_layer_by_layer_with_keys_from_files(tmp_path):
    found = opened(tmp_path, captured(compress="before-signing"), *files(tmp_path), "--out", tmp_path / "opened")
    assert (found.code, found.err) == (0, "")
    for words in ("AS2-From: SUPPLIER-AS2", "enveloped aes256-cbc", "signed sha256", "compressed zlib", "ISA*00*"):
        assert words in found.out, words
    assert len(re.findall(r"^MIC: ", found.out, re.M)) == 3
    assert f"fingerprint:  {pinned(THEIR_KEY).fingerprint}" in found.lines
    assert found.lines[-1].startswith("to do:")
    assert (tmp_path / "opened" / "855.edi").read_bytes() == TEXT
    opened(tmp_path, captured(), *files(tmp_path), "--out", tmp_path / "opened")
    assert (tmp_path / "opened" / "855-1.edi").read_bytes() == TEXT, "nothing is overwritten"


def test_for_programs_it_is_json(tmp_path):
    found = json.loads(opened(tmp_path, captured(), *files(tmp_path), "--json").out)
    assert found["opened"] and found["signed"] and found["encrypted"] and not found["compressed"]
    assert found["message_id"] == "<m-1@supplier.example>"
    assert found["signer"]["fingerprint"] == pinned(THEIR_KEY).fingerprint
    assert len(found["mics"]) == 3 and found["mic"] in found["mics"].values()
    assert found["payloads"][0]["filename"] == "855.edi" and found["payloads"][0]["size"] == len(TEXT)


def test_a_bare_body_and_a_message_without_protection_are_opened_too(tmp_path):
    body = captured().partition(b"\r\n\r\n")[2]
    assert "enveloped aes256-cbc" in opened(tmp_path, body, *files(tmp_path)).out
    plain = opened(tmp_path, captured(signer=None, recipients=()))
    assert plain.code == 0 and "neither encrypted nor signed" in plain.out and "BAK*" in plain.out


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"recipients": (pinned("stranger"),)}, "gateway cert list"),
        ({"signer": identity("stranger")}, "gateway cert import"),
    ],
)
def test_what_can_not_be_opened_or_proved_says_why_and_what_to_do(tmp_path, changed, words):
    found = opened(tmp_path, captured(**changed), *files(tmp_path))
    assert found.code == 1
    assert "failed:" in found.out and words in found.lines[-1]
    data = json.loads(opened(tmp_path, captured(**changed), *files(tmp_path), "--json").out)
    assert not data["opened"] and data["error"]["disposition"].startswith("processed/error") and words in data["to_do"]


def test_what_is_wrong_with_the_options_is_said(tmp_path):
    assert opened(tmp_path, captured(), "--key", tmp_path / "key.pem").code == 2
    nothing = gateway_command("as2", "unpack", tmp_path / "nothing", config=tmp_path)
    assert nothing.code == 2 and "There is no file" in nothing.err


WHOLE = captured()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.integers(0, len(WHOLE)), st.binary(max_size=40), st.integers(0, 60))
@example(0, b"", 0)
@example(len(WHOLE), b"", 0)
def test_whatever_was_captured_it_never_crashes(tmp_path, place, inserted, cut):
    found = opened(tmp_path, WHOLE[:place] + inserted + WHOLE[place + cut :], *files(tmp_path))
    assert found.code in (0, 1)
    assert found.lines[-1].startswith("to do:")


async def test_what_the_gateway_kept_as_evidence_is_opened_by_it(tmp_path):
    async with as2_house(tmp_path) as (house, partner):
        await partner.send(TEXT)
        await house.settle()
        [row] = (await house.get("/api/v1/documents"))["items"]
        [receipt] = (await house.get(f"/api/v1/documents/{row['id']}"))["receipts"]
        vault = house.house.world.vault
        for name, digest, words in (
            ("request", receipt["request_sha256"], "ISA*00*"),
            ("receipt", receipt["sha256"], "automatic-action/MDN-sent-automatically; processed"),
        ):
            path = tmp_path / name
            path.write_bytes(await vault.read(digest))
            found = await command(tmp_path, "as2", "unpack", path, "--partner", "supplier")
            if name == "request":
                assert found.code == 0 and words in found.out and "agreement:" not in found.out
        # Our own receipt is proved by our own certificate.
        proved = gateway_command("as2", "unpack", path, "--partner-cert", *files(tmp_path)[3:4], config=tmp_path)
        assert proved.code == 0 and words in proved.out


async def test_what_the_agreement_refuses_is_said_although_it_can_be_opened(tmp_path):
    async with as2_house(tmp_path):
        path = tmp_path / "captured"
        path.write_bytes(captured(recipients=()))
        found = await command(tmp_path, "as2", "unpack", path, "--partner", "supplier")
    assert found.code == 0 and "agreement:    refused, The message is not encrypted" in found.out


# ping


async def test_a_ping_says_step_by_step_that_all_works(tmp_path):
    async with as2_house(tmp_path, QUICK) as (_house, partner):
        found = await command(tmp_path, "as2", "ping", "supplier")
        assert (found.code, found.err) == (0, "")
        steps = [line.split(":")[0].split(maxsplit=1) for line in found.lines if line.startswith(("ok", "fails"))]
        names = ["files", "DNS", "TCP", "HTTP", "receipt", "decryption", "signature", "MIC"]
        assert steps == [["ok", name] for name in names]
        [arrived] = partner.arrived
        assert arrived.unpacked.payloads[0].read().startswith(b"This is a test")


async def answered(partner, made):
    async def answer(arrived):
        return as_response(partner.receipt_for(arrived.unpacked, **made(arrived.unpacked)))

    partner.answer = answer


@pytest.mark.parametrize(
    ("said", "step"),
    [
        (
            lambda m: {"answer": Answer(m.message_id, disposition_of("processed/error: decryption-failed"))},
            "decryption",
        ),
        (
            lambda m: {"answer": Answer(m.message_id, disposition_of("processed/error: authentication-failed"))},
            "signature",
        ),
        (lambda m: {"answer": Answer(m.message_id, disposition_of("processed"), MIC(b"x" * 32, "sha256"))}, "MIC"),
        (lambda m: {"answer": Answer(m.message_id, disposition_of("failed/failure: unsupported format"))}, "message"),
        (lambda m: {"signer": None}, "signature of the receipt"),
        (lambda m: {"signer": identity("stranger")}, "receipt"),
    ],
)
async def test_a_ping_names_the_step_that_failed_and_what_to_do(tmp_path, said, step):
    async with as2_house(tmp_path, QUICK) as (_house, partner):
        await answered(partner, said)
        found = await command(tmp_path, "as2", "ping", "supplier")
    assert found.code == 1
    assert next(line for line in found.lines if line.startswith("fails")).startswith(f"fails {step}: ")
    assert found.lines[-1].strip().startswith("To do: ")


async def test_a_ping_tells_a_wrong_address_from_a_closed_port_and_from_a_web_page(tmp_path):
    async def page(_arrived):
        return web.Response(text="<html>Welcome</html>", content_type="text/html")

    async with as2_house(tmp_path, QUICK) as (_house, partner):
        partner.answer = page
        assert "fails receipt" in (await command(tmp_path, "as2", "ping", "supplier")).out
        partner.failures = [403]
        assert "answered 403" in (await command(tmp_path, "as2", "ping", "supplier")).out
        own = tmp_path / "config" / "partners" / "supplier.yaml"
        text = own.read_text()
        for url, step in (("http://127.0.0.1:9/as2", "TCP"), ("http://nobody.invalid/as2", "DNS")):
            own.write_text(text.replace(partner.address, url))
            found = await command(tmp_path, "as2", "ping", "supplier")
            assert found.code == 1 and f"fails {step}" in found.out
        own.write_text(text.replace(partner.address, partner.address.replace("http:", "https:")))
        assert "fails TLS" in (await command(tmp_path, "as2", "ping", "supplier")).out


# send


async def test_a_file_is_sent_by_the_running_gateway_and_what_came_back_is_said(tmp_path):
    path = tmp_path / "order.edi"
    path.write_bytes(TEXT)
    async with as2_house(tmp_path, QUICK) as (_house, partner):
        found = await command(tmp_path, "as2", "send", path, "--to", "supplier")
        assert (found.code, found.err) == (0, "")
        assert "receipt: delivered, processed" in found.out
        [arrived] = partner.arrived
        assert arrived.unpacked.payloads[0].read() == TEXT
        assert arrived.unpacked.filename == "855_000000001.edi"
        await answered(
            partner, lambda m: {"answer": Answer(m.message_id, disposition_of("processed/error: decryption-failed"))}
        )
        found = await command(tmp_path, "as2", "send", path, "--to", "supplier")
        assert found.code == 1 and "receipt: failed" in found.out
        # The gateway of this test logs meanwhile, and its lines may stand around the answer.
        [transmission] = [line.split(":")[0] for line in found.lines if re.match(r"[0-9a-z-]{20,}:", line)]
        assert "receipt from the partner (as2): failed" in (await command(tmp_path, "trace", transmission)).out


async def test_a_file_that_is_handed_over_while_no_gateway_runs_goes_out_when_one_does(tmp_path):
    path = tmp_path / "large.edi"
    path.write_bytes(TEXT + b"\n" * (3 << 20))
    async with as2_house(tmp_path, QUICK):
        pass
    found = await command(tmp_path, "as2", "send", path, "--to", "supplier")
    assert found.code == 1 and "No gateway runs" in found.err
    async with as2_house(tmp_path, QUICK) as (house, partner):
        arrived = await partner.wait_for(partner.arrived)
        assert arrived.unpacked.payloads[0].read() == path.read_bytes()
        await house.settle()
        # The gateway of this test logs meanwhile, and its lines may stand around the answer.
        [transmission] = [line.split(":")[0] for line in found.lines if re.match(r"[0-9a-z-]{20,}:", line)]
        [receipt] = (await house.get(f"/api/v1/documents/{transmission}"))["receipts"]
        assert receipt["state"] == "delivered"
