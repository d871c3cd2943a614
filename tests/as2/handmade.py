"""Messages put together by hand, byte by byte, in the manner of other products. Nothing here comes from the code under test.

Signatures and envelopes are made by the CMS room, which has its own oracles; heads, boundaries and line ends are written here.
"""

import base64
import binascii
import hashlib
import os

from gateway.as2.cms.compression import compress
from gateway.as2.cms.enveloping import envelope
from gateway.as2.cms.signing import sign
from tests.as2.exchange import BUYER, NOW, SUPPLIER
from tests.support.identities import identity, pinned

HEAD = b"Content-Type: application/edi-x12\r\nContent-Disposition: attachment; filename=po.edi\r\n\r\n"
BODY = b"ISA*00*          ~\r\nST*850*0001~\r\nSE*2*0001~\r\n"
ENTITY = HEAD + BODY
SIGNATURE_HEAD = "Content-Type: application/pkcs7-signature; name=smime.p7s\nContent-Transfer-Encoding: base64\n"


def signature(content: bytes, digest: str = "sha256", signer: str = SUPPLIER) -> bytes:
    return sign(hashlib.new(digest, content).digest(), digest, identity(signer), signed_at=NOW)


def lines_of_base64(data: bytes, eol: str = "\r\n") -> bytes:
    return base64.encodebytes(data).replace(b"\n", eol.encode())


def multipart_signed(
    content: bytes,
    *,
    over: bytes | None = None,
    boundary: str = "----=_Part_7",
    eol: str = "\r\n",
    preamble: str = "",
    end: str | None = None,
    head: str = SIGNATURE_HEAD,
    encode=lines_of_base64,
    digest: str = "sha256",
    signer: str = SUPPLIER,
) -> bytes:
    """The body of a multipart/signed. ``over`` is what was signed when that isn't the content as it stands."""
    made = signature(content if over is None else over, digest, signer)
    line = eol.encode()
    mark = b"--" + boundary.encode()
    closing = f"{eol}--{boundary}--{eol}" if end is None else end
    return b"".join(
        (
            preamble.encode(),
            mark,
            line,
            content,
            line,
            mark,
            line,
            head.replace("\n", eol).encode(),
            line,
            encode(made),
            closing.encode(),
        )
    )


def signed_type(boundary: str = "----=_Part_7", micalg: str = "sha256") -> str:
    return f'multipart/signed; protocol="application/pkcs7-signature"; micalg={micalg}; boundary="{boundary}"'


def enveloped(content: bytes, cipher: str = "aes256-cbc") -> bytes:
    return b"".join(envelope(content, [pinned(BUYER)], random=os.urandom, cipher=cipher))


def compressed(content: bytes) -> bytes:
    return b"".join(compress(content))


def compressed_entity(content: bytes) -> bytes:
    return b"Content-Type: application/pkcs7-mime; smime-type=compressed-data\r\n\r\n" + compressed(content)


def signed_entity(content: bytes, **how) -> bytes:
    boundary = how.get("boundary", "----=_Part_7")
    return f"Content-Type: {signed_type(boundary)}\r\n\r\n".encode() + multipart_signed(content, **how)


def mic(data: bytes, digest: str = "sha256") -> str:
    return binascii.b2a_base64(hashlib.new(digest, data).digest(), newline=False).decode()


ENVELOPED_TYPE = "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"


def headers(content_type: str | None, **more: str):
    """The HTTP head of a message from the supplier; underscores in names are dashes."""
    from gateway.as2.headers import Headers

    fields = {"AS2-From": "SUPPLIER", "AS2-To": "BUYER", "Message-ID": "<m1@supplier.example>"}
    if content_type is not None:
        fields["Content-Type"] = content_type
    fields |= {name.replace("_", "-"): value for name, value in more.items()}
    return Headers(fields.items())


WITH_RECEIPT = {
    "Disposition_Notification_To": "edi@supplier.example",
    "Disposition_Notification_Options": "signed-receipt-protocol=optional, pkcs7-signature;"
    " signed-receipt-micalg=optional, sha256",
}
