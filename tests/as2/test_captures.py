"""Messages and receipts in the manner of well-known products, written by us; and files in which such things are captured."""

import pytest

from gateway.as2.capture import read_capture
from gateway.as2.errors import MalformedMIME
from gateway.as2.headers import Headers
from gateway.as2.reconciliation import Sent, Verdict, reconcile
from gateway.as2.slices import Slice
from tests.as2.exchange import LENIENT, packed, read_receipt, received, spool
from tests.as2.handmade import (
    BODY,
    compressed,
    enveloped,
    lines_of_base64,
    mic,
    multipart_signed,
    signed_type,
)


def captured(head: str, body: bytes, eol: str = "\r\n") -> tuple[Headers, bytes]:
    whole = head.strip().replace("\n", eol).encode("latin-1") + eol.encode() * 2 + body
    headers, rest = read_capture(Slice(whole), spool, 1 << 30)
    return headers, rest.read()


STERLING_HEAD = """
POST /as2 HTTP/1.1
Host: buyer.example:8080
Message-ID: <1637480000.1234_1@sterling b2b>
AS2-From: "SUPPLIER NORTH"
AS2-To: BUYER
AS2-Version: 1.1
Subject: EDI
Disposition-Notification-To: edi@supplier.example
Disposition-Notification-Options: signed-receipt-protocol=optional,pkcs7-signature;signed-receipt-micalg=optional,sha1,sha256
Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg="sha-256";
\tboundary="_=1234567890sterling=_"
Content-Length: 0000123
"""


def test_sterling_lf_file_with_a_binary_compressed_part_and_a_capitalised_signature_type():
    head = b"Content-Type: application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z\n\n"
    data = compressed(b"Content-Type: application/EDI-X12\r\n\r\n" + BODY)
    body = multipart_signed(
        head + data,
        over=head.replace(b"\n", b"\r\n") + data,
        boundary="_=1234567890sterling=_",
        eol="\n",
        head="Content-Type: Application/x-pkcs7-signature; name=SMIME.p7s\n",
        encode=bytes,
    )
    headers, rest = captured(STERLING_HEAD, body, "\n")
    found = received(headers, rest)
    assert found.payloads[0].read() == BODY
    assert found.message_id == "<1637480000.1234_1@sterling b2b>"
    assert found.request.micalgs == ("sha1", "sha256")
    assert str(found.mic).endswith(", sha1")


MENDELSON_HEAD = """
POST /as2/HttpReceiver HTTP/1.1
message-id: <mendelson_opensource_AS2-1637480000000-0@supplier_buyer>
as2-version: 1.2
ediint-features: multiple-attachments, CEM
as2-from: supplier
as2-to: "buyer works"
mime-version: 1.0
recipient-address: http://buyer.example:8080/as2
user-agent: mendelson opensource AS2
content-type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m
content-disposition: attachment; filename="smime.p7m"
disposition-notification-to: http://supplier.example:8080/as2/HttpReceiver
disposition-notification-options: signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, sha256, md5
receipt-delivery-option: http://supplier.example:8080/as2/HttpReceiver
"""


def test_mendelson_encrypts_content_that_has_no_head_and_asks_for_a_later_receipt():
    data = b"UNB+UNOA:2+SUPPLIER:14+BUYER:14+261121:0800+1'\r\n"
    headers, rest = captured(MENDELSON_HEAD, enveloped(data))
    found = received(headers, rest)
    assert found.payloads[0].read() == data
    assert found.filename is None
    assert found.request.url == "http://supplier.example:8080/as2/HttpReceiver"
    assert str(found.mic) == f"{mic(data)}, sha256"


OPENAS2_HEAD = """
POST /HttpReceiver HTTP/1.1
Connection: close
User-Agent: OpenAS2 v4.9
Date: Sat, 21 Nov 2026 08:00:00 +0000
Message-ID: <OPENAS2-21112026080000+0000-0815@SUPPLIER_BUYER my file.edi>
Mime-Version: 1.0
AS2-Version: 1.1
Recipient-Address: http://buyer.example/as2
AS2-To: BUYER
AS2-From: SUPPLIER
Subject: File my file.edi sent from SUPPLIER to BUYER
Content-Type: application/pkcs7-mime; name="smime.p7m"; smime-type=enveloped-data
Content-Disposition: attachment; filename="my file.edi"
Disposition-Notification-To: edi@supplier.example
Disposition-Notification-Options: signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, SHA256
"""


def test_openas2_signs_text_as_crlf_and_sends_lf_and_names_the_file_in_the_http_head():
    text = b"Content-Type: application/edi-x12\nContent-Transfer-Encoding: 8bit\n\nST*850*0001~\nSE*2*0001~\n"
    inner = f"Content-Type: {signed_type('----=_Part_3_123.456')}\r\n\r\n".encode()
    inner += multipart_signed(text, over=text.replace(b"\n", b"\r\n"), boundary="----=_Part_3_123.456")
    headers, rest = captured(OPENAS2_HEAD, enveloped(inner))
    found = received(headers, rest)
    assert found.filename == "my file.edi"
    assert str(found.mic) == f"{mic(text.replace(bytes([10]), bytes([13, 10])))}, SHA256"


BIZTALK_HEAD = """
POST /BTSHTTPReceive.dll HTTP/1.1
AS2-To: BUYER
AS2-From: SUPPLIER
AS2-Version: 1.2
Message-ID: <SRV01_6B29FC40-CA47-1067-B31D-00DD010662DA>
EDIINT-Features: multiple-attachments
MIME-Version: 1.0
Content-Transfer-Encoding: base64
Content-Type: application/x-pkcs7-mime; name="smime.p7m"; smime-type=enveloped-data
Disposition-Notification-To: http://supplier.example/mdn.aspx
Disposition-Notification-Options: signed-receipt-protocol=required, pkcs7-signature; signed-receipt-micalg=required, sha2_256
Receipt-Delivery-Option: http://supplier.example/mdn.aspx
"""


def test_biztalk_sends_base64_in_http_and_spells_sha2_256():
    part = b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + lines_of_base64(BODY)
    inner = b'Content-Type: multipart/signed; micalg=sha2_256; boundary="_6B29FC40_"; protocol="x"\r\n\r\n'
    inner += multipart_signed(
        part, boundary="_6B29FC40_", preamble="This is a multi-part message in MIME format.\r\n\r\n"
    )
    headers, rest = captured(BIZTALK_HEAD, lines_of_base64(enveloped(inner)))
    found = received(headers, rest)
    assert found.payloads[0].read() == BODY
    assert str(found.mic) == f"{mic(part)}, sha2_256"
    assert found.request.protocol_required


# Receipts. A sent message whose MIC they hold.


def report(message, fields: str, text: str) -> bytes:
    lines = fields.strip().format(id=message.message_id, mic=str(message.mic).partition(",")[0])
    parts = f"--R\n{text}\n--R\nContent-Type: message/disposition-notification\n\n{lines}\n\n--R--\n"
    return parts.replace("\n", "\r\n").encode()


RECEIPTS = {
    "sterling": (
        "\nYour message was received.",
        "Reporting-UA: Sterling B2B\nOriginal-Recipient: rfc822;BUYER\nFinal-Recipient: rfc822;BUYER\n"
        "Original-Message-ID: {id}\nDisposition: Automatic-action/mdn-sent-automatically;processed\n"
        "Received-content-MIC: {mic},sha-256",
    ),
    "mendelson": (
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nThe message was =\nreceived.",
        "reporting-ua: mendelson opensource AS2\noriginal-message-id: {id}\nfinal-recipient: rfc822;buyer\n"
        "disposition: automatic-action/MDN-sent-automatically;  processed\nreceived-content-mic: {mic}, sha256",
    ),
    "openas2": (
        "Content-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: 7bit\n\nThe message sent was received.\n",
        "Reporting-UA: OpenAS2 v4.9@buyer/10.0.0.1:10080\nOriginal-Recipient: rfc822; BUYER\nFinal-Recipient: rfc822; BUYER\n"
        "Original-Message-ID: {id}\nDisposition: automatic-action/MDN-sent-automatically; processed\n"
        "Received-Content-MIC: {mic}, SHA256",
    ),
    "azure": (
        'Content-Type: text/plain; charset="us-ascii"\n\n',
        "Final-Recipient: rfc822;BUYER\nOriginal-Message-ID: {id}\n"
        "Disposition: automatic-action/MDN-sent-automatically; processed\nReceived-Content-MIC: {mic}, sha2_256",
    ),
}


@pytest.mark.parametrize("product", RECEIPTS)
@pytest.mark.parametrize("style", ["signed", "signed with lf", "unsigned"])
def test_receipts_in_the_manner_of_products_are_delivery(product, style):
    text, fields = RECEIPTS[product]
    message = packed()
    inner = b'Content-Type: multipart/report; Report-Type=disposition-notification;\r\n\tboundary="R"\r\n\r\n'
    whole = inner + report(message, fields, text)
    if style == "unsigned":
        mdn = read_receipt(Headers([("Content-Type", "multipart/report; boundary=R")]), report(message, fields, text))
    elif style == "signed":
        mdn = read_receipt(Headers([("Content-Type", signed_type())]), multipart_signed(whole, signer="buyer"))
    else:
        sent = whole.replace(b"\r\n", b"\n")
        body = multipart_signed(sent, over=whole, eol="\n", signer="buyer")
        mdn = read_receipt(Headers([("Content-Type", signed_type())]), body)
    judged = reconcile(Sent(message.message_id, message.mics, style != "unsigned"), mdn)
    assert judged.verdict is Verdict.DELIVERED
    assert mdn.signed is (style != "unsigned")


# Files of captures.

HEAD = b"AS2-From: A\r\nContent-Type: a/b\r\n"


@pytest.mark.parametrize(
    "start",
    [b"", b"POST /as2 HTTP/1.1\r\n", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 200\n", b"\r\n\r\nPOST /x HTTP/1.0\r\n"],
)
@pytest.mark.parametrize("body", [b"", b"x", b"a: b\r\n\r\nc", bytes(range(256))])
def test_a_capture_is_cut_into_head_and_body_whatever_its_start_line(start, body):
    headers, rest = read_capture(Slice(start + HEAD + b"\r\n" + body), spool, 1000)
    assert headers.fields == [("AS2-From", "A"), ("Content-Type", "a/b")]
    assert rest.read() == body


@pytest.mark.parametrize("interim", ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 102 Processing\r\nDate: x\r\n\r\n" * 2])
def test_interim_answers_before_the_answer_are_passed_over(interim):
    whole = interim.encode() + b"HTTP/1.1 200 OK\r\nAS2-From: A\r\n\r\nbody"
    headers, body = read_capture(Slice(whole), spool, 1000)
    assert (headers.fields, body.read()) == ([("AS2-From", "A")], b"body")


def test_chunks_of_a_capture_are_joined_and_damaged_ones_refused():
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n"
    assert (
        read_capture(Slice(head + b"3\r\nabc\r\n0A ;x=y\r\n0123456789\r\n0\r\n\r\n"), spool, 1000)[1].read()
        == b"abc0123456789"
    )
    assert (
        read_capture(Slice(head + b"a body that a proxy joined"), spool, 1000)[1].read()
        == b"a body that a proxy joined"
    )
    for damaged in (b"3\r\nab", b"3\r\nabc\r\nzz\r\n", b"3\r\nabc\r\n"):
        with pytest.raises(MalformedMIME):
            read_capture(Slice(head + damaged), spool, 1000)


def test_what_has_no_head_comes_back_whole():
    for data in (b"", BODY, enveloped(b"x"), b"<html></html>"):
        headers, rest = read_capture(Slice(data), spool, 1000)
        assert not headers
        assert rest.read() == data


def test_a_captured_message_of_ours_is_read_back():
    message = packed()
    whole = b"POST /as2 HTTP/1.1\r\n" + message.headers.to_bytes() + b"\r\n" + message.body.read()
    headers, rest = read_capture(Slice(whole), spool, 1 << 20)
    assert received(headers, rest.read(), LENIENT).mic == message.mic
