"""Whatever a stranger or a broken product sends to the AS2 door: an answer that gives nothing away, a record, no delivery."""

import asyncio
import datetime
import os
import zlib
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from gateway.as2 import der
from gateway.as2.disposition import PROCESSED
from gateway.as2.headers import Headers
from gateway.as2.mdn import Answer, ReceiptTerms, write_mdn
from gateway.as2.message import Keys, Marks, Payload, Policy, pack, unpack
from gateway.as2.slices import Slice
from gateway.stamps import utc_now
from tests.support.as2 import OURS, THEIRS, as2_house, spool
from tests.support.identities import identity, pinned
from tests.support.x12 import acknowledgment

TEXT = acknowledgment(1).encode()
OPEN = {"receive": {"signed": "optional", "encrypted": "optional"}}


@asynccontextmanager
async def door(folder, *args, **more):
    """A gateway, its partner, and what it logs; nothing may be delivered, and no error of ours may be met."""
    async with as2_house(folder, *args, **more) as (house, partner):
        with capture_logs() as logs:
            yield house, partner, logs
            await house.settle()
        assert not house.erp.messages, "something was delivered"
        assert not [line for line in logs if line.get("exc_info") or line["log_level"] == "critical"]
        assert "Traceback" not in str(logs)


async def records(house):
    """What is kept of refused messages, as (state, cause) pairs."""
    cases = (await house.get("/api/v1/cases"))["items"]
    found = [await house.get(f"/api/v1/documents/{case['subject']}") for case in cases]
    return [(each["state"], case["cause"]) for each, case in zip(found, cases, strict=True)]


def head_of(packed, **changed):
    headers = dict(packed.headers.fields) | {name.replace("_", "-"): value for name, value in changed.items()}
    return {name: value for name, value in headers.items() if value is not None}


async def post(partner, body, headers):
    async with partner.session.post(partner.gateway, data=body, headers=headers) as response:
        return response.status, await response.read()


async def talk(partner, data, *, close=False):
    """Send raw bytes and return the whole answer."""
    host, port = partner.gateway.removeprefix("http://").removesuffix("/as2").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(data)
    if close:
        writer.write_eof()
    async with asyncio.timeout(20):
        answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize("changed", [{"AS2_From": "NOBODY"}, {"AS2_To": "NOBODY"}, {"AS2_From": THEIRS.lower()}])
async def test_unknown_names(tmp_path, changed):
    async with door(tmp_path) as (house, partner, logs):
        packed = partner.pack(TEXT)
        status, body = await post(partner, packed.body.read(), head_of(packed, **changed))
        assert status == 200 and b"unknown-trading-relationship" in body
        assert THEIRS.encode() not in body.replace(f"AS2-To: {THEIRS}".encode(), b"") or "AS2_To" in changed
        assert await records(house) == [("refused", "unknown-names")]
        assert [line["code"] for line in logs if line["event"] == "as2_message_refused"] == [
            "as2-unknown-trading-relationship"
        ]


@pytest.mark.parametrize("missing", ["AS2_From", "AS2_To"])
async def test_no_names(tmp_path, missing):
    async with door(tmp_path) as (_house, partner, logs):
        packed = partner.pack(TEXT)
        status, body = await post(partner, packed.body.read(), head_of(packed, **{missing: None}))
        assert status == 400 and b"Send both names" in body
        assert "as2_names_missing" in [line["event"] for line in logs]


async def test_a_wrong_key_and_damaged_ciphertexts_look_the_same_outside(tmp_path):
    async with door(tmp_path) as (house, partner, _logs):
        texts = set()
        stranger = partner.pack(TEXT, recipients=(pinned("stranger"),)).body.read()
        whole = partner.pack(TEXT).body.read()
        damaged = [whole[:-40] + bytes(40), whole[:-16], whole[:400] + b"\0" * 100 + whole[500:]]
        for number, body in enumerate([stranger, *damaged]):
            packed = partner.pack(TEXT)
            headers = head_of(packed, Content_Length=None, Message_ID=f"<d-{number}@supplier.example>")
            headers["Disposition-Notification-Options"] = ""
            status, answer = await post(partner, body, headers)
            assert status == 200
            text = answer.replace(f"<d-{number}@supplier.example>".encode(), b"ID")
            texts.add(text.partition(b"Content-Type: text/plain")[2].partition(b"--=_")[0])
            assert b"decryption-failed" in answer
        assert len(texts) == 1
        assert {state for state, _ in await records(house)} == {"refused"}


def nested(depth):
    """Multiparts within multiparts, each with a boundary of its own."""
    body = b"Content-Type: text/plain\r\n\r\nhello"
    for number in range(depth):
        mark = f"b{number}".encode()
        body = b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n--%s\r\n%s\r\n--%s--\r\n" % (mark, mark, body, mark)
    head, _, rest = body.partition(b"\r\n\r\n")
    return head.split(b": ", 1)[1].decode(), rest


@pytest.mark.parametrize("depth", [50, 2000])
async def test_mime_within_mime_within_mime(tmp_path, depth):
    async with door(tmp_path, OPEN) as (house, partner, _logs):
        kind, body = nested(depth)
        packed = partner.pack(b"", signer=None, recipients=())
        status, _ = await post(partner, body, head_of(packed, Content_Type=kind, Content_Length=None))
        assert status == 200
        await house.settle()
        # It is a message like any other; what is in it is no X12, and that is a case.
        assert (await house.get("/api/v1/cases"))["items"]


async def test_layers_within_layers(tmp_path):
    async with door(tmp_path, OPEN) as (house, partner, _logs):
        body = TEXT
        kind = "application/edi-x12"
        for _ in range(12):
            content = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: binary\r\n\r\n".encode() + body
            body = compressed(content)
            kind = "application/pkcs7-mime; smime-type=compressed-data"
        packed = partner.pack(b"", signer=None, recipients=())
        status, answer = await post(partner, body, head_of(packed, Content_Type=kind, Content_Length=None))
        assert status == 200 and b"unexpected-processing-error" in answer
        assert await records(house) == [("refused", "message-refused")]


def compressed(data):
    """CompressedData (RFC 3274) around some bytes."""
    content = der.sequence(der.oid("1.2.840.113549.1.7.1"), der.tlv(der.context(0), der.octets(zlib.compress(data, 9))))
    inner = der.sequence(der.integer(0), der.sequence(der.oid("1.2.840.113549.1.9.16.3.8")), content)
    return der.sequence(der.oid("1.2.840.113549.1.9.16.1.9"), der.tlv(der.context(0), inner))


async def test_a_decompression_bomb(tmp_path):
    async with door(tmp_path, OPEN) as (house, partner, _logs):
        limit = house.house.world.bounds.transmission_bytes
        bomb = compressed(b"Content-Type: application/edi-x12\r\n\r\n" + bytes(2 * limit))
        assert len(bomb) < limit / 500
        packed = partner.pack(b"", signer=None, recipients=())
        kind = "application/pkcs7-mime; smime-type=compressed-data"
        status, answer = await post(partner, bomb, head_of(packed, Content_Type=kind, Content_Length=None))
        assert status == 200 and b"decompression-failed" in answer
        assert await records(house) == [("refused", "message-refused")]
        assert not list((tmp_path / "data" / "spool").iterdir()), "nothing of it is left on the disk"


async def test_a_payload_that_is_no_edi_is_receipted_and_then_refused_as_what_it_is(tmp_path):
    async with door(tmp_path) as (house, partner, _logs):
        _, mdn = await partner.send(b"%PDF-1.7 this is no interchange")
        assert mdn.disposition.is_processed, "it arrived intact, which is all that a receipt says"
        await house.settle()
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["next_action"]


async def test_a_truncated_body_and_an_endless_one(tmp_path):
    async with door(tmp_path) as (house, partner, logs):
        packed = partner.pack(TEXT)
        head = b"POST /as2 HTTP/1.1\r\n" + packed.headers.to_bytes() + b"\r\n"
        answer = await talk(partner, head + packed.body.read()[:-100], close=True)
        assert answer.startswith(b"HTTP/1.1 400") and b"Send it whole" in answer
        limit = house.house.world.bounds.transmission_bytes * 2
        endless = head.replace(f"Content-Length: {packed.length}".encode(), f"Content-Length: {limit}".encode())
        answer = await talk(partner, endless + bytes(1000))
        assert answer.startswith(b"HTTP/1.1 413") and b"Split it" in answer
        assert [line["status"] for line in logs if line["event"] == "as2_request_refused"] == [400, 413]
        assert await refusals(house) == [400, 413]


async def refusals(house):
    """The statuses of the requests that the log of events says were refused."""
    events = (await house.get("/api/v1/events?type=request.refused"))["items"]
    return [event["data"]["status"] for event in events]


@pytest.mark.parametrize(
    ("chunks", "status"), [(b"zz\r\nhello\r\n0\r\n\r\n", 400), (b"5\r\nhel", 400), (b"ffffffffffffffffff\r\n", 400)]
)
async def test_bad_chunking(tmp_path, chunks, status):
    async with door(tmp_path) as (_house, partner, logs):
        packed = partner.pack(TEXT)
        lines = packed.headers.to_bytes().replace(b"Content-Length", b"X-Length")
        head = b"POST /as2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + lines + b"\r\n"
        answer = await talk(partner, head + chunks, close=True)
        assert answer.startswith(f"HTTP/1.1 {status}".encode())
        assert "as2_request_refused" in [line["event"] for line in logs]


@pytest.mark.parametrize("bomb", [b"X: " + b"a" * 200_000, b"X: a\r\n" * 5000, b"X:\r\n" + b" a\r\n" * 50_000])
async def test_header_bombs(tmp_path, bomb):
    async with door(tmp_path) as (house, partner, logs):
        answer = await talk(partner, b"POST /as2 HTTP/1.1\r\n" + bomb + b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 431")
        assert await refusals(house) == [431]
        assert "as2_request_refused" in [line["event"] for line in logs]


async def test_receipts_are_not_answered_by_receipts(tmp_path):
    async with door(tmp_path) as (_house, partner, _logs):
        marks = Marks("<1@s>", utc_now(), os.urandom)
        written = write_mdn(Answer("<x@y>", PROCESSED), ReceiptTerms(THEIRS, OURS, signer=identity("stranger")), marks)
        headers = dict(written.headers.fields) | {"Disposition-Notification-To": "loop"}
        status, body = await post(partner, written.body, headers)
        assert status == 400 and b"disposition-notification" not in body


async def test_no_stranger_fills_the_ledger(tmp_path):
    async with door(tmp_path) as (house, partner, logs):
        headers = {"AS2-From": "NOBODY", "AS2-To": OURS}
        for number in range(230):
            status, _ = await post(partner, b"x", headers | {"Message-ID": f"<{number}@x>"})
            assert status == 403
        items = (await house.get("/api/v1/cases?limit=500"))["items"]
        assert len(items) == 200
        stored = [line["stored"] for line in logs if line["event"] == "as2_message_refused"]
        assert stored == [True] * 200 + [False] * 30


@pytest.mark.parametrize("days", [-4000, 4000])
async def test_a_clock_that_is_wrong_by_years_refuses_nothing_and_stands_in_the_evidence(tmp_path, days):
    async with as2_house(tmp_path) as (house, partner):
        at = utc_now() + datetime.timedelta(days=days)
        marks = Marks("<skewed@supplier.example>", at, os.urandom)
        packed = pack([Payload(Slice(TEXT), "855.edi", "application/edi-x12")], partner.terms(), marks, spool)
        status, headers, body = await partner.post(packed)
        assert status == 200 and partner.read(headers, body).disposition.is_processed
        await house.settle()
        assert len(house.erp.messages) == 1
        [row] = (await house.get("/api/v1/documents"))["items"]
        [receipt] = (await house.get(f"/api/v1/documents/{row['id']}"))["receipts"]
        assert receipt["warnings"] == [f"signed at {at:%Y-%m-%d %H:%M:%S} UTC by the partner's clock"]


def test_the_helpers_here_are_not_blind():
    """What is made as a bomb is a message that opens while it is small."""
    body = compressed(b"Content-Type: application/edi-x12\r\n\r\n" + TEXT)
    kind = ("Content-Type", "application/pkcs7-mime; smime-type=compressed-data")
    headers = Headers([("AS2-From", THEIRS), ("AS2-To", OURS), ("Message-ID", "<1@s>"), kind])
    policy = Policy(signed=False, encrypted=False)
    found = unpack(headers, Slice(body), Keys(), policy, random=os.urandom, new_spool=spool)
    assert found.compressed and found.payloads[0].read() == TEXT
