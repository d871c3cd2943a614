"""What we write is read by programs that are not ours, and the other way round: openssl, and Python's mail parser."""

import base64
import email
import email.policy
import itertools
import random

import pytest

from gateway.as2.mime import boundary_of, read_entity, split
from gateway.as2.parameters import parameter, parse_value
from gateway.as2.slices import Slice
from tests.as2.exchange import BUYER, INVOICE, SUPPLIER, http, packed, receipt_for, received, unpacked
from tests.as2.handmade import ENTITY, headers
from tests.support.identities import identity, pem, private_pem

RANDOM = random.Random(8).randbytes(5000)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Run ``openssl`` in the folder of the test."""
    monkeypatch.chdir(tmp_path)


def as_mail(headers, body: bytes) -> bytes:
    """The entity with those of its fields that MIME knows, as a mail program reads it."""
    fields = [(name, value) for name, value in headers if name.lower().startswith(("content-", "mime-"))]
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields if name.lower() != "content-length")
    return lines.encode() + b"\r\n" + body


@pytest.mark.parametrize("data", [INVOICE, RANDOM, b""])
@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_openssl_verifies_what_we_sign(openssl, tmp_path, data, digest):
    """As a whole in base64, because openssl makes every line end CRLF before it hashes."""
    message = packed(data, recipients=(), transfer_encoding="base64", digest=digest)
    (tmp_path / "signed.eml").write_bytes(as_mail(message.headers, message.body.read()))
    (tmp_path / "cert.pem").write_bytes(pem(SUPPLIER))
    openssl.run(
        "cms", "-verify", "-in", "signed.eml", "-inform", "SMIME", "-CAfile", "cert.pem", "-purpose", "any",
        "-out", "content",
    )  # fmt: skip
    content = read_entity(Slice((tmp_path / "content").read_bytes()))
    assert content.headers.get("content-type") == "application/edi-x12"


@pytest.mark.parametrize("compress", ["none", "before-signing"])
@pytest.mark.parametrize("data", [INVOICE, RANDOM, b""])
def test_openssl_verifies_binary_content_that_we_sign(openssl, data, compress):
    message = packed(data, recipients=(), compress=compress)
    boundary = parse_value(message.headers.get("content-type")).get("boundary").encode()
    _before, content, signature, _behind = (b"\r\n" + message.body.read()).split(b"\r\n--" + boundary)
    made = base64.b64decode(signature.partition(b"\r\n\r\n")[2])
    openssl.verify(made, content.removeprefix(b"\r\n"), SUPPLIER)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("cipher", ["aes128-cbc", "aes256-cbc", "3des"])
def test_openssl_opens_what_we_encrypt(openssl, tmp_path, cipher, signed):
    message = packed(cipher=cipher, signer=identity(SUPPLIER) if signed else None)
    (tmp_path / "enveloped.der").write_bytes(message.body.read())
    (tmp_path / "key.pem").write_bytes(private_pem(BUYER))
    openssl.run("cms", "-decrypt", "-in", "enveloped.der", "-inform", "DER", "-inkey", "key.pem", "-out", "inside")
    inside = (tmp_path / "inside").read_bytes()
    assert (INVOICE in inside) and (b"multipart/signed" in inside) is signed


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize("flags", [(), ("-noattr",), ("-keyid",), ("-nocerts",)])
def test_we_verify_what_openssl_signs(openssl, tmp_path, digest, flags):
    (tmp_path / "entity").write_bytes(ENTITY)
    (tmp_path / "cert.pem").write_bytes(pem(SUPPLIER))
    (tmp_path / "key.pem").write_bytes(private_pem(SUPPLIER))
    openssl.run(
        "cms", "-sign", "-binary", "-in", "entity", "-signer", "cert.pem", "-inkey", "key.pem", "-md", digest,
        "-outform", "SMIME", "-out", "signed.eml", *flags,
    )  # fmt: skip
    entity = read_entity(Slice((tmp_path / "signed.eml").read_bytes()))
    found = received(headers(entity.headers.get("content-type")), entity.body.read())
    assert found.signed
    assert found.filename == "po.edi"


@pytest.mark.parametrize("text", [True, False])
def test_we_verify_what_openssl_signs_as_text_with_bare_line_feeds(openssl, tmp_path, text):
    """Without ``-binary`` openssl hashes CRLF, whatever it writes."""
    (tmp_path / "entity").write_bytes(b"Content-Type: application/edi-x12\n\nST*850~\nSE*1~\n")
    (tmp_path / "cert.pem").write_bytes(pem(SUPPLIER))
    (tmp_path / "key.pem").write_bytes(private_pem(SUPPLIER))
    openssl.run(
        "cms", "-sign", "-in", "entity", "-signer", "cert.pem", "-inkey", "key.pem", "-outform", "SMIME",
        "-out", "signed.eml", *(("-crlfeol",) if text else ()),
    )  # fmt: skip
    entity = read_entity(Slice((tmp_path / "signed.eml").read_bytes()))
    found = received(headers(entity.headers.get("content-type")), entity.body.read())
    assert found.payloads[0].read().splitlines() == [b"ST*850~", b"SE*1~"]


@pytest.mark.parametrize("stream", [(), ("-stream",)])
@pytest.mark.parametrize("cipher", ["-aes128", "-aes256", "-des3"])
def test_we_open_what_openssl_encrypts(openssl, tmp_path, cipher, stream):
    (tmp_path / "entity").write_bytes(ENTITY)
    (tmp_path / "cert.pem").write_bytes(pem(BUYER))
    openssl.run(
        "cms", "-encrypt", "-binary", cipher, *stream, "-in", "entity", "-outform", "DER", "-out", "made", "cert.pem"
    )
    found = received(headers("application/pkcs7-mime; smime-type=enveloped-data"), (tmp_path / "made").read_bytes())
    assert found.filename == "po.edi"


def test_openssl_verifies_our_receipt(openssl, tmp_path):
    written = receipt_for(unpacked(packed()))
    (tmp_path / "mdn.eml").write_bytes(as_mail(written.headers, written.body))
    (tmp_path / "cert.pem").write_bytes(pem(BUYER))
    openssl.run(
        "cms",
        "-verify",
        "-in",
        "mdn.eml",
        "-inform",
        "SMIME",
        "-CAfile",
        "cert.pem",
        "-purpose",
        "any",
        "-out",
        "report",
    )
    assert b"Disposition: automatic-action/MDN-sent-automatically; processed" in (tmp_path / "report").read_bytes()


def test_a_mail_parser_reads_our_receipt_as_a_report():
    written = receipt_for(unpacked(packed()))
    mail = email.message_from_bytes(as_mail(written.headers, written.body), policy=email.policy.default)
    report, signature = mail.iter_parts()
    text, fields = report.iter_parts()
    assert mail.get_content_type() == "multipart/signed"
    assert signature.get_content_type() == "application/pkcs7-signature"
    assert "security checks have passed" in text.get_content()
    (block,) = fields.get_payload()
    assert block["Original-Message-ID"] == "<1@supplier.example>"
    assert not mail.defects and not report.defects and not fields.defects


BOUNDARIES = ("b", "=_x", "----=_Part_1", "a'()+_,-./:=?b", "with blank")
BODIES = (b"", b"x", b"line\r\nline\r\n", b"\r\n", b"--b\x00--", b"\r\n--")


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("preamble", [b"", b"Preamble\r\n"])
def test_a_mail_parser_cuts_well_formed_multiparts_where_we_do(boundary, preamble):
    mark = b"--" + boundary.encode()
    for bodies in itertools.product(BODIES, repeat=2):
        parts = [b"Content-Type: text/plain\r\nX-Part: 1\r\n\r\n" + body for body in bodies]
        raw = preamble + b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\nEpilogue\r\n"
        kind = "multipart/mixed; " + parameter("boundary", boundary)
        mail = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + raw)
        theirs = [part.get_payload() for part in mail.get_payload()]
        ours = [read_entity(part) for part in split(Slice(raw), boundary_of(parse_value(kind), Slice(raw)))]
        assert [each.body.read().decode() for each in ours] == theirs
        assert [each.headers.get("x-part") for each in ours] == ["1", "1"]
        assert [each.whole.read() for each in ours] == parts


@pytest.mark.parametrize(
    "value",
    [
        "text/plain",
        "text/plain; charset=us-ascii",
        'multipart/mixed; boundary="a;b=c"',
        'a/b; name="quo\\"ted"',
        "a/b; name*=utf-8''%e4%b8%ad%20x",
        "a/b; name*0=one; name*1=two",
        "a/b; name*0*=utf-8''%c3%a4; name*1=b",
        "a/b ; NAME = x",
        'a/b; name=""',
    ],
)
def test_a_mail_parser_reads_parameters_as_we_do(value):
    from email.message import Message
    from email.utils import collapse_rfc2231_value

    mail = Message()
    mail["Content-Type"] = value
    theirs = {name.lower(): collapse_rfc2231_value(each) for name, each in mail.get_params()[1:]}
    found = parse_value(value)
    assert found.main == mail.get_content_type()
    assert found.parameters == theirs


def test_heads_of_python_are_read_as_python_reads_them():
    head = http("AS2-From: A\nX-Folded: one\n two\n\tthree\nEmpty:\nContent-Type: a/b;\n boundary=x")
    mail = email.message_from_bytes(head.raw + b"\r\n\r\n")
    assert [(name, " ".join(value.split())) for name, value in mail.items()] == head.fields
