"""Messages that openssl signs and encrypts, and curl posts to a running gateway; openssl verifies what curl gets as receipt.

That every algorithm agrees with openssl in both directions is asked in tests/as2/cms; here whole messages go over the wire.
"""

import asyncio
import base64

import pytest

from gateway.as2.capture import read_capture
from gateway.as2.slices import Slice
from tests.as2.openssl import OpenSSL
from tests.interop.as2.combinations import tried
from tests.support.as2 import OURS, OWN_KEY, THEIR_KEY, THEIRS, as2_house
from tests.support.x12 import acknowledgment

SCHEMES = {"rsa": (), "pss": ("-keyopt", "rsa_padding_mode:pss")}
TRANSPORTS = {
    "rsa": (),
    "oaep-sha1": ("-keyopt", "rsa_padding_mode:oaep"),
    "oaep-sha256": ("-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"),
}
CHOICES = tried(
    {
        "digest": ["sha256", "sha384", "sha512"],
        "scheme": list(SCHEMES),
        "attributes": ["attributes", "noattr"],
        "cipher": ["des3", "aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "aes-128-gcm", "aes-256-gcm"],
        "transport": list(TRANSPORTS),
        "form": ["whole", "stream"],
        "length": ["length", "chunked"],
    }
)


def message(openssl: OpenSSL, data: bytes, choice: dict) -> bytes:
    """A signed and encrypted message of openssl."""
    part = b"Content-Type: application/edi-x12\r\nContent-Disposition: attachment; filename=855.edi\r\n\r\n" + data
    options = ["-md", choice["digest"], *SCHEMES[choice["scheme"]]]
    if choice["attributes"] == "noattr":
        options.append("-noattr")
    signature = base64.encodebytes(openssl.sign(part, THEIR_KEY, "rsa", *options))
    signed = (
        b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary="B"\r\n\r\n--B\r\n' + part
        + b"\r\n--B\r\nContent-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + signature + b"\r\n--B--\r\n"
    )  # fmt: skip
    to = ("-recip", openssl.certificate(OWN_KEY), *TRANSPORTS[choice["transport"]])
    stream = ("-stream",) if choice["form"] == "stream" else ()
    return openssl.encrypt(signed, f"-{choice['cipher']}", *stream, *to)


async def post(url: str, folder, body: bytes, number: str, *more: str) -> bytes:
    """Post with curl; return head and body of the answer."""
    (folder / "body").write_bytes(body)
    headers = {
        "AS2-Version": "1.2", "AS2-From": THEIRS, "AS2-To": OURS, "Message-ID": f"<{number}@curl.example>",
        "Content-Type": "application/pkcs7-mime; smime-type=enveloped-data", "Disposition-Notification-To": "x",
        "Disposition-Notification-Options":
            "signed-receipt-protocol=required, pkcs7-signature; signed-receipt-micalg=required, sha256",
    }  # fmt: skip
    words = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    command = [
        "curl",
        "--silent",
        "--show-error",
        "--include",
        "--data-binary",
        f"@{folder / 'body'}",
        *words,
        *more,
        url,
    ]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    answer, complaint = await process.communicate()
    assert process.returncode == 0, complaint.decode()
    return answer


def verified(openssl: OpenSSL, answer: bytes) -> bytes:
    """The report in a receipt, as openssl gives it out once it has verified who signed."""
    headers, body = read_capture(Slice(answer), None, len(answer))
    mail = f"Content-Type: {headers.get('content-type')}\r\n\r\n".encode() + body.read()
    known = openssl.certificate(OWN_KEY)
    trust = ("-CAfile", known, "-certfile", known, "-purpose", "any", "-inform", "SMIME", "-crlfeol", "-binary")
    return openssl.run("cms", "-verify", *trust, data=mail)


@pytest.fixture
def openssl(tmp_path):
    (tmp_path / "openssl").mkdir()
    return OpenSSL(tmp_path / "openssl")


async def test_a_gateway_takes_what_openssl_makes_and_curl_posts_and_openssl_believes_the_receipt(tmp_path, openssl):
    async with as2_house(tmp_path, only_inbound=True) as (house, partner):
        for number, choice in enumerate(CHOICES):
            data = acknowledgment(number + 1, f"PO{number}").encode()
            chunked = ("-H", "Transfer-Encoding: chunked") if choice["length"] == "chunked" else ()
            answer = await post(partner.gateway, tmp_path, message(openssl, data, choice), str(number), *chunked)
            assert answer.startswith(b"HTTP/1.1 200"), choice
            assert b"MDN-sent-automatically; processed\r\n" in verified(openssl, answer), (choice, answer)
        await house.settle()
        found = [body["order_number"] for body in house.erp.bodies("order_acknowledgment")]
        assert sorted(found) == sorted(f"PO{number}" for number in range(len(CHOICES)))


async def test_a_message_damaged_on_its_way_is_refused_with_a_signed_receipt(tmp_path, openssl):
    async with as2_house(tmp_path, only_inbound=True) as (house, partner):
        body = bytearray(message(openssl, acknowledgment(1).encode(), CHOICES[0]))
        body[-20] ^= 1
        answer = await post(partner.gateway, tmp_path, bytes(body), "damaged", "-H", "Expect: 100-continue")
        assert b"MDN-sent-automatically; processed/error: " in verified(openssl, answer)
        await house.settle()
        assert not house.erp.messages
