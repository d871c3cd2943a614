"""Traps 12 to 23, 26, 28 and 29: heads, names, boundaries and parts as peers really write them."""

import base64
import contextlib

import pytest

from gateway.as2.disposition import DispositionType, ModifierKind, parse_disposition
from gateway.as2.errors import AS2Error, InvalidMessageID, MalformedMIME
from gateway.as2.headers import Headers, from_pairs, parse_head
from gateway.as2.mdn_reading import looks_like_receipt
from gateway.as2.message import Payload, Policy, pack
from gateway.as2.mime import read_entity, split
from gateway.as2.names import find_filename, read_message_id, read_name, readings, same_message_id, write_name
from gateway.as2.parameters import parse_value
from gateway.as2.receipt_request import read_receipt_request
from gateway.as2.reconciliation import Sent, Verdict, reconcile
from gateway.as2.slices import Slice
from gateway.as2.terms import (
    NO_CANONICAL_MIC,
    QUOTE_NAMES,
    REFUSE_SPACES_IN_MESSAGE_ID,
    TRANSFER_ENCODING_IN_HTTP,
    AskedReceipt,
)
from tests.as2.exchange import (
    INVOICE,
    LENIENT,
    http,
    marks,
    packed,
    read_receipt,
    receipt_for,
    received,
    spool,
    terms,
    unpacked,
)
from tests.as2.handmade import (
    BODY,
    ENTITY,
    ENVELOPED_TYPE,
    enveloped,
    headers,
    lines_of_base64,
    mic,
    multipart_signed,
    signature,
    signed_entity,
    signed_type,
)
from tests.support.identities import pinned

LONG_NAME = "N" * 128


@pytest.mark.parametrize("fold", ["\r\n ", "\r\n\t", "\n ", " \r\n \t ", "\r\n \r\n  "])
def test_trap_12_folded_headers_are_read_as_one_line(fold):
    head = parse_head(f"AS2-From: A\r\nContent-Type: multipart/signed;{fold}boundary=x\r\nAS2-To: B".encode())
    assert head.get("content-type") == "multipart/signed; boundary=x"
    assert [name for name, _value in head] == ["AS2-From", "Content-Type", "AS2-To"]


def test_trap_12_headers_that_an_http_library_left_folded_are_unfolded():
    head = from_pairs([(b"Content-Type", b"a/b;\r\n\tc=d"), ("X", "1\n 2")])
    assert head.fields == [("Content-Type", "a/b; c=d"), ("X", "1 2")]


def test_trap_12_nothing_that_we_send_is_folded_however_long_it_is():
    message = packed(
        sender=LONG_NAME, receiver=LONG_NAME.lower(), subject="s" * 900, message_id=f"<{'i' * 990}@x>", filename="f" * 250,
        receipt=AskedReceipt(url="https://supplier.example/" + "p" * 400), recipients=(),
    )  # fmt: skip
    assert all("\n" not in value and "\r" not in value for _name, value in message.headers)
    lines = message.headers.to_bytes().split(b"\r\n")
    assert len(lines) == len(message.headers) + 1
    assert not any(line[:1] in (b" ", b"\t") for line in message.body.read().split(b"\r\n"))


@pytest.mark.parametrize("name", ["AS2-From", "Subject", "Content-Disposition", "Receipt-Delivery-Option"])
def test_trap_12_a_line_break_in_a_value_never_becomes_a_header(name):
    evil = "x\r\nAS2-To: SOMEBODY"
    with pytest.raises(MalformedMIME):
        packed(
            sender=evil if name == "AS2-From" else "SUPPLIER",
            subject=evil if name == "Subject" else "",
            filename=evil if name == "Content-Disposition" else "f",
            receipt=AskedReceipt(url=evil if name == "Receipt-Delivery-Option" else None),
        )


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ACME", "ACME"),
        ("acme", "acme"),
        ('"ACME"', "ACME"),
        ('  "ACME West" ', "ACME West"),
        ("ACME West", "ACME West"),
        ('"say \\"hi\\""', 'say "hi"'),
        ('"back\\\\slash"', "back\\slash"),
        ('"ACME";', "ACME"),
        ("[ACME]!<1>", "[ACME]!<1>"),
        ('""', ""),
        ('"', '"'),
        ("M\u00fcller", "M\u00fcller"),
    ],
)
def test_trap_13_as2_names_are_read_with_or_without_quotes_and_keep_their_case(written, name):
    assert read_name(written) == name


@pytest.mark.parametrize(
    "name", ["ACME", "ACME West", 'say "hi"', "a\\b", "[x]!<y>", "M\u00fcller", "a;b", " lead", LONG_NAME]
)
@pytest.mark.parametrize("always", [False, True])
def test_trap_13_names_are_quoted_only_when_needed_and_read_back(name, always):
    written = write_name(name, always_quote=always)
    assert read_name(written) == name
    assert written.startswith('"') is (always or any(sign in name for sign in ' "\\;\u00fc'))


def test_trap_13_a_semicolon_at_the_end_may_or_may_not_belong_to_the_name():
    assert readings("ACME;") == ("ACME;", "ACME")
    assert readings('"ACME";') == ("ACME",)


def test_trap_13_eight_bit_names_are_found_in_either_charset():
    latin = parse_head("AS2-From: M\u00fcller".encode("latin-1")).get("as2-from")
    utf = parse_head("AS2-From: M\u00fcller".encode()).get("as2-from")
    surrogates = from_pairs([("AS2-From", "M\u00fcller".encode("latin-1").decode("utf-8", "surrogateescape"))]).get(
        "as2-from"
    )
    assert latin == utf == surrogates == "M\u00fcller"
    assert "M\u00c3\u00bcller" in readings("M\u00fcller")  # As a file says it that was written in the other one.


def test_trap_13_our_messages_quote_names_always_for_those_who_need_it():
    message = packed(quirks=frozenset({QUOTE_NAMES}))
    assert message.headers.get("as2-from") == '"SUPPLIER"'
    assert packed().headers.get("as2-from") == "SUPPLIER"


ODD_IDS = [
    "<" + "i" * 996 + ">",
    "i" * 998,
    "no-at-and-no-brackets",
    "<no-at>",
    "<with blanks in it@x>",
    '<a/b\\c:d*e?f"g|h@x>',
    "<OPENAS2-21112026080000+0000-1234@A_B file name.edi>",
    "<\u00fc@x>",
]


@pytest.mark.parametrize("message_id", ODD_IDS)
def test_trap_14_any_message_id_is_taken_and_echoed_exactly(message_id):
    message = packed(message_id=message_id)
    found = unpacked(message)
    assert found.message_id == message_id
    written = receipt_for(found)
    mdn = read_receipt(written.headers, written.body)
    assert mdn.original_message_id == message_id
    assert reconcile(Sent(message_id, message.mics), mdn).verdict is Verdict.DELIVERED


@pytest.mark.parametrize("message_id", ["", "   ", "<>", "i" * 999, "<a\x00b>", "<a\x7f>"])
def test_trap_14_what_can_not_be_an_id_is_refused_with_its_disposition(message_id):
    with pytest.raises(InvalidMessageID) as raised:
        read_message_id(message_id)
    assert raised.value.disposition == "processed/error: invalid-message-id"


def test_trap_14_blanks_in_an_id_are_refused_only_from_partners_of_whom_that_was_said():
    message = packed(message_id="<a b@x>")
    assert unpacked(message).message_id == "<a b@x>"
    with pytest.raises(InvalidMessageID):
        unpacked(message, Policy(quirks=frozenset({REFUSE_SPACES_IN_MESSAGE_ID})))


@pytest.mark.parametrize("echoed", ["<1@x>", "1@x", " <1@x> ", "<1@x\r\n >"])
def test_trap_14_brackets_blanks_and_folds_do_not_make_another_id(echoed):
    assert same_message_id("<1@x>", echoed)
    assert not same_message_id("<1@X>", echoed)
    assert not same_message_id("", "")


def report(fields: str, text: str = "Content-Type: text/plain\r\n\r\nReceived.", end: str = "\r\n--x--\r\n") -> bytes:
    lines = fields.strip().replace("\n", "\r\n")
    return f"--x\r\n{text}\r\n--x\r\nContent-Type: message/disposition-notification\r\n\r\n{lines}\r\n{end}".encode()


REPORT = Headers([("Content-Type", 'multipart/report; report-type=disposition-notification; boundary="x"')])


@pytest.mark.parametrize(
    ("fields", "final"),
    [
        ("Original-Message-ID: <1@x>\nDisposition: a/b; processed", ""),
        ("Final-Recipient: SOMEBODY\nOriginal-Message-ID: <1@x>\nDisposition: a/b; processed", "SOMEBODY"),
        ("Final-Recipient: rfc822;BUYER\nDisposition: a/b; processed\nOriginal-Message-ID: <1@x>", "BUYER"),
        (
            'Final-Recipient: RFC822 ; "THE BUYER"\n\nOriginal-Message-ID: <1@x>\nDisposition: a/b; processed',
            "THE BUYER",
        ),
        ("Reporting-UA: x; y\nOriginal-Message-Id: <1@x>\nDISPOSITION: a/b; processed\nX-Own: 1", ""),
    ],
)
def test_trap_15_a_receipt_without_id_date_or_recipient_is_read(fields, final):
    mdn = read_receipt(REPORT, report(fields))
    assert mdn.disposition.is_processed
    assert mdn.original_message_id == "<1@x>"
    assert mdn.final_recipient == final
    assert mdn.message_id == ""


@pytest.mark.parametrize("text", ["\r\nNo headers, only text.", "No headers and no empty line.", "", "\r\n"])
def test_trap_16_a_text_part_without_headers_is_text(text):
    mdn = read_receipt(REPORT, report("Original-Message-ID: <1@x>\nDisposition: a/b; processed", text=text))
    assert mdn.disposition.is_processed
    assert mdn.text == text.strip()


@pytest.mark.parametrize(
    "written",
    [
        "automatic-action/MDN-sent-automatically; processed",
        "Automatic-action/mdn-sent-automatically;processed",
        "AUTOMATIC-ACTION / MDN-SENT-AUTOMATICALLY ;  PROCESSED ",
        "automatic-action/MDN-sent-automatically; processed/",
        "manual-action/MDN-sent-manually; processed",
        "processed",
        "automatic-action/MDN-sent-automatically; displayed",
    ],
)
def test_trap_16_processed_is_read_in_any_case_and_with_any_blanks(written):
    assert parse_disposition(written).is_processed


@pytest.mark.parametrize(
    ("written", "kind", "text"),
    [
        ("a/b; processed/error: decryption-failed", ModifierKind.ERROR, "decryption-failed"),
        ("a/b;processed/Error:Decryption Failed", ModifierKind.ERROR, "Decryption Failed"),
        ("a/b; processed / ERROR : authentication-failed", ModifierKind.ERROR, "authentication-failed"),
        ("a/b; processed/error", ModifierKind.ERROR, ""),
        ("a/b; processed/warning: duplicate-document", ModifierKind.WARNING, "duplicate-document"),
        ("a/b; failed/Failure: unsupported format", ModifierKind.FAILURE, "unsupported format"),
        ("a/b; processed/decryption-failed", None, "decryption-failed"),
        ("a/b; processed/errors: x", None, "errors: x"),
        ("a/b; processed/error; authentication-failed", ModifierKind.ERROR, "authentication-failed"),
    ],
)
def test_trap_16_what_stands_behind_the_slash_is_never_success(written, kind, text):
    found = parse_disposition(written)
    assert (found.kind, found.text) == (kind, text)
    assert not found.is_processed


@pytest.mark.parametrize(
    "written", ["", ";", "a/b", "a/b; ", "a/b; proceeded", "a/b; processed, error", "\x00", "/;/;/"]
)
def test_trap_16_what_is_no_disposition_is_no_success(written):
    assert not parse_disposition(written).is_processed


def test_trap_16_what_is_read_is_written_again():
    for text in ("processed", "processed/error: decryption-failed", "failed/failure: unsupported format"):
        whole = f"automatic-action/MDN-sent-automatically; {text}"
        assert str(parse_disposition(whole)) == whole
    assert parse_disposition("a/b; failed").type is DispositionType.FAILED


def test_trap_17_a_bare_disposition_notification_is_a_receipt():
    body = b"Reporting-UA: pyas2\r\nOriginal-Message-ID: <1@x>\r\nDisposition: a/b; processed\r\n"
    mdn = read_receipt(Headers([("Content-Type", "message/disposition-notification")]), body)
    assert (mdn.original_message_id, mdn.disposition.is_processed, mdn.signed) == ("<1@x>", True, False)


def test_trap_17_the_fields_of_a_receipt_may_be_headers_of_http():
    head = http(
        "Content-Type: text/plain\nDisposition: a/b; processed\nOriginal-Message-ID: <1@x>\nReceived-Content-MIC: QUJD, md5"
    )
    mdn = read_receipt(head, b"All is well.\r\n")
    assert (mdn.original_message_id, str(mdn.mic), mdn.text, mdn.signed) == (
        "<1@x>",
        "QUJD, md5",
        "All is well.",
        False,
    )


def test_trap_17_fields_in_the_http_head_of_a_signed_message_prove_nothing():
    whole = headers(signed_type(), Disposition="a/b; processed", Original_Message_ID="<1@x>")
    found = received(whole, multipart_signed(ENTITY))
    assert found.mdn is None
    assert found.payloads[0].read() == BODY


@pytest.mark.parametrize(
    "written",
    [
        '"multipart/signed; micalg=sha256; boundary=----=_Part_7"',
        '"multipart/signed; micalg=sha256; boundary=\\"----=_Part_7\\""',
        '"multipart/signed; micalg=sha256; boundary="----=_Part_7""',
        '"multipart/signed; micalg=sha256; boundary=----=_Part_7',
        'Multipart/Signed;boundary="----=_Part_7";micalg=sha256;;',
        'multipart/signed ; boundary = "----=_Part_7" ; x',
        "multipart/signed; boundary=----=_Part_7 ; micalg=sha256",
    ],
)
def test_trap_18_a_content_type_wholly_in_quotes_is_opened(written):
    found = parse_value(written)
    assert (found.main, found.get("boundary")) == ("multipart/signed", "----=_Part_7")
    assert received(headers(written), multipart_signed(ENTITY)).payloads[0].read() == BODY


@pytest.mark.parametrize(
    ("head", "encode"),
    [
        ("Content-Type: application/pkcs7-signature\n", lambda data: data),
        ("Content-Type: application/pkcs7-signature\nContent-Transfer-Encoding: binary\n", lambda data: data),
        ("Content-Type: Application/X-PKCS7-Signature; name=SMIME.p7s\n", lambda data: data),
        ("CONTENT-TYPE: APPLICATION/PKCS7-SIGNATURE\nCONTENT-TRANSFER-ENCODING: BASE64\n", lines_of_base64),
        (
            "Content-Type: application/x-pkcs7-signature\nContent-Transfer-Encoding: base64\n",
            lambda data: lines_of_base64(data, "\n"),
        ),
        ("Content-Type: application/pkcs7-signature\n", lines_of_base64),
        ("Content-Type: application/pkcs7-signature\nContent-Transfer-Encoding: base64\n", base64.b64encode),
        ("Content-Type: application/pkcs7-signature\nContent-Transfer-Encoding: base64\n", lambda data: data),
        (
            "Content-Type: application/pkcs7-signature\n",
            lambda data: b"-----BEGIN PKCS7-----\n" + lines_of_base64(data, "\n") + b"-----END PKCS7-----\n",
        ),
        ("Content-Type: application/octet-stream\n", lines_of_base64),
        ("", lambda data: data),
    ],
)
@pytest.mark.parametrize("encrypted", [False, True])
def test_trap_19_the_signature_part_is_read_binary_or_base64_whatever_its_head_says(head, encode, encrypted):
    if encrypted:
        found = received(headers(ENVELOPED_TYPE), enveloped(signed_entity(ENTITY, head=head, encode=encode)))
    else:
        found = received(headers(signed_type()), multipart_signed(ENTITY, head=head, encode=encode))
    assert found.signed
    assert str(found.mic).startswith(mic(ENTITY))


def test_trap_20_a_longer_boundary_that_begins_with_the_shorter_is_another():
    inner = (
        b"Content-Type: multipart/related; type=a/b; boundary=AB7\r\n\r\n"
        b"--AB7\r\nContent-Type: a/b\r\n\r\none\r\n--AB7\r\n\r\ntwo\r\n--AB7--\r\n"
    )
    found = received(headers(signed_type("AB")), multipart_signed(inner, boundary="AB"))
    assert [each.read() for each in found.payloads] == [b"one", b"two"]
    assert str(found.mic).startswith(mic(inner))


@pytest.mark.parametrize(
    "data",
    [
        b"x--AB\r\ny",
        b"\r\n--ABC\r\n",
        b"\r\n--AB-\r\n",
        b"\r\n--AB x\r\n",
        b"\n --AB\r\n",
        b"\r\n--AB--x\r\n",
        b"\r\n--AB\x00\r\n",
        b"\r\n--AB\r\nin the middle of data\r\n--AB\r\n\r\n",
    ],
)
def test_trap_20_the_text_of_a_boundary_within_binary_data_ends_nothing(data):
    entity = b"Content-Type: application/octet-stream\r\n\r\n" + data
    found = received(headers(signed_type("AB")), multipart_signed(entity, boundary="AB"))
    assert found.payloads[0].read() == data


@pytest.mark.parametrize("end", ["\r\n--AB--", "\r\n--AB-- \t", "\r\n--AB--\r\n\r\nepilogue\r\n--AB\r\n", "\r\n", ""])
@pytest.mark.parametrize("preamble", ["", "\r\n", "This is a signed message.\r\n", "--ABC\r\n\r\n"])
def test_trap_20_a_missing_end_an_epilogue_and_a_preamble_are_passed_over(end, preamble):
    body = multipart_signed(ENTITY, boundary="AB", end=end, preamble=preamble)
    found = received(headers(signed_type("AB")), body)
    assert found.payloads[0].read() == BODY
    inside = f"Content-Type: {signed_type('AB')}\r\n\r\n".encode() + body
    assert received(headers(ENVELOPED_TYPE), enveloped(inside)).payloads[0].read() == BODY


def test_trap_20_boundaries_are_found_at_every_place_of_a_large_file():
    for shift in (-3, -2, -1, 0, 1, 2, 40):
        body = b"--AB\r\n\r\n" + b"x" * (65536 - 10 + shift) + b"\r\n--AB\r\n\r\ny\r\n--AB--"
        file = spool()
        file.write(body)
        for data in (Slice(file), Slice(body)):
            assert [len(part) for part in split(data, b"AB")] == [2 + 65536 - 10 + shift, 3]


@pytest.mark.parametrize(
    "data",
    [
        BODY,
        b"UNB+UNOA:2+SENDER:1+RECEIVER:1'\r\n\r\nUNH+1'",
        b"UNA:+.? '\r\nUNB+UNOA:2'\r\n\r\n",
        b"<?xml a='b:c'?>\n\n",
    ],
)
def test_trap_21_encrypted_content_without_headers_is_the_payload(data):
    found = received(headers(ENVELOPED_TYPE), enveloped(data))
    assert found.payloads[0].read() == data
    assert str(found.mic).startswith(mic(data))


@pytest.mark.parametrize(
    "data",
    [
        b"UNA:+.? '",
        b"Note: this is text\r\n\r\nmore",
        b"name: value\n\n",
        b"",
        b"Content",
        b"a: b\r\nISA*00\r\n\r\nContent-Type: x",
    ],
)
def test_trap_21_what_looks_like_a_header_is_data_unless_mime_knows_it(data):
    entity = read_entity(Slice(data))
    assert entity.body.read() == data
    assert not entity.headers


@pytest.mark.parametrize(
    "kind", ["text/plain", "image/png", "application/x-unknown; charset", "multipart/mixed", "garbage", None]
)
def test_trap_22_a_wrong_or_absent_type_changes_nothing_about_the_payload(kind):
    entity = (f"Content-Type: {kind}\r\n" if kind else "").encode() + b"Content-Disposition: attachment\r\n\r\n" + BODY
    found = received(headers(signed_type()), multipart_signed(entity))
    assert found.payloads[0].read() == BODY
    assert received(headers(kind), BODY).payloads[0].read() == BODY


def test_trap_23_attachments_are_written_as_related_with_the_type_of_the_root():
    payloads = [
        Payload(Slice(b"ISA"), "a.edi", "application/edi-x12; charset=x"),
        Payload(Slice(b"%PDF"), "b.pdf", "application/pdf"),
    ]
    message = pack(payloads, terms(signer=None, recipients=()), marks(), spool)
    kind = parse_value(message.headers.get("content-type"))
    assert (kind.main, kind.get("type")) == ("multipart/related", "application/edi-x12")
    assert message.headers.get("ediint-features") == "multiple-attachments"


@pytest.mark.parametrize(
    "kind", ["multipart/related", "multipart/related; type=x", "multipart/mixed", "Multipart/Related; start=y"]
)
def test_trap_23_attachments_without_a_type_and_of_any_type_are_read(kind):
    inner = (
        f"Content-Type: {kind}; boundary=MA\r\n\r\n--MA\r\n\r\nISA*00~\r\n--MA\r\nContent-Type: image/png; name=p.png\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--MA\r\n"
        "Content-Disposition: attachment; filename=n\r\n\r\n\r\n--MA--\r\n"
    ).encode()
    found = received(headers(signed_type()), multipart_signed(inner))
    assert [(each.read(), each.filename, each.content_type) for each in found.payloads] == [
        (b"ISA*00~", None, ""),
        (b"\x00\x01\x02", "p.png", "image/png; name=p.png"),
        (b"", "n", ""),
    ]


@pytest.mark.parametrize("brackets", ["{}", "<{}>", '"{}"', " {} "])
def test_trap_26_a_long_address_with_a_query_is_read_whole(brackets):
    url = "https://supplier.example:8443/as2/mdn?id=" + "a" * 300 + "&x=%20;y"
    asked = read_receipt_request(
        Headers([("Disposition-Notification-To", "x"), ("Receipt-Delivery-Option", brackets.format(url))])
    )
    assert asked.url == url
    assert asked.is_asynchronous


def test_trap_28_a_receipt_at_the_door_for_messages_is_told_by_its_content():
    written = receipt_for(unpacked(packed()))
    found = received(written.headers, written.body, Policy(), signer="buyer")
    assert found.mdn.original_message_id == "<1@supplier.example>"
    assert found.mdn.signed
    assert found.payloads == ()
    assert looks_like_receipt(written.headers, Slice(written.body))


@pytest.mark.parametrize("signer", ["buyer", None])
def test_trap_28_a_receipt_is_told_from_a_message_within_encryption_too(signer):
    written = receipt_for(unpacked(packed()), signer=signer)
    inside = f"Content-Type: {written.headers.get('content-type')}\r\n\r\n".encode() + written.body
    found = received(headers(ENVELOPED_TYPE), enveloped(inside), LENIENT, signer="buyer")
    assert found.mdn.disposition.is_processed
    assert found.mdn.signed is (signer is not None)


def test_trap_28_a_message_that_speaks_of_receipts_is_a_message():
    data = b"Disposition: a/b; processed\r\nOriginal-Message-ID: <1@x>\r\nmessage/disposition-notification\r\n"
    message = packed(data)
    found = unpacked(message)
    assert found.mdn is None
    assert found.payloads[0].read() == data
    assert not looks_like_receipt(message.headers, Slice(message.body.read()))


@pytest.mark.parametrize(
    ("disposition", "kind", "name"),
    [
        ("attachment; filename=po.edi", "", "po.edi"),
        ('attachment; filename="p o.edi"', "", "p o.edi"),
        ('attachment; filename=""po.edi""', "", "po.edi"),
        ("attachment; filename=p o.edi", "", "p o.edi"),
        ('filename="po.edi"', "", "po.edi"),
        ('attachment; filename="C:\\\\Temp\\\\po.edi"', "", "po.edi"),
        ("attachment; filename=C:\\Temp\\po.edi", "", "po.edi"),
        ('attachment; filename="../../etc/passwd"', "", "passwd"),
        ("attachment; filename=/", "a/b; name=n", "n"),
        ("attachment; filename=..", "", None),
        ("attachment; filename*=UTF-8''r%C3%A4t%20e.edi", "", "r\u00e4t e.edi"),
        ("attachment; filename*=iso-8859-1'de'r%E4t.edi; filename=raet.edi", "", "r\u00e4t.edi"),
        ('attachment; filename*0="long "; filename*1=name; filename*2*=%2eedi', "", "long name.edi"),
        ("attachment; filename*=no-such-charset''a%20b", "", "a b"),
        ("attachment; filename*=UTF-8''..%2Fevil%00.edi", "", "evil.edi"),
        ('attachment; filename="a\\"b.edi"', "", 'a"b.edi'),
        ("attachment; filename=a\x00\x1b[2Jb.edi", "", "a[2Jb.edi"),
        ("attachment", "application/edi-x12; name=typed.edi", "typed.edi"),
        ("", "application/edi-x12", None),
        ("attachment; filename=", "", None),
        ("attachment; filename=" + "x" * 500 + ".edi", "", "x" * 251 + ".edi"),
    ],
)
def test_trap_29_file_names_are_read_in_every_style_and_never_with_a_path(disposition, kind, name):
    assert find_filename(disposition, kind) == name


@pytest.mark.parametrize(
    "name",
    ["plain.edi", "with blank.edi", 'quo"te.edi', "r\u00e4tsel \u4e2d.edi", "per%cent;semi=.edi", "a'b.edi", None],
)
def test_trap_29_file_names_that_we_send_are_kept(name):
    assert unpacked(packed(filename=name)).filename == name


def test_trap_29_the_name_in_the_http_head_counts_when_the_part_has_none():
    found = received(
        headers(signed_type(), Content_Disposition='attachment; filename="outer.edi"'), multipart_signed(b"\r\n" + BODY)
    )
    assert found.filename == "outer.edi"
    layered = received(headers(ENVELOPED_TYPE, Content_Disposition="attachment; filename=smime.p7m"), enveloped(BODY))
    assert layered.filename is None


def test_a_transfer_encoding_in_the_http_head_is_written_only_for_those_who_look_for_it():
    assert "content-transfer-encoding" not in packed().headers
    assert packed(quirks=frozenset({TRANSFER_ENCODING_IN_HTTP})).headers.get("content-transfer-encoding") == "binary"


def test_an_entity_whose_head_came_in_the_body_of_the_request_is_read():
    found = received(headers(None), b"Content-Type: " + signed_type().encode() + b"\r\n\r\n" + multipart_signed(ENTITY))
    assert found.signed
    assert found.payloads[0].read() == BODY


def test_an_opaque_signature_is_read():
    from gateway.as2.cms.signing import DATA, SIGNED_DATA

    made = opaque(ENTITY, DATA, SIGNED_DATA)
    found = received(headers("application/pkcs7-mime; smime-type=signed-data"), made)
    assert found.signed
    assert found.payloads[0].read() == BODY
    assert str(found.mic).startswith(mic(ENTITY))


def opaque(content: bytes, data: bytes, signed_data: bytes) -> bytes:
    """Put the content into a detached SignedData, by replacing its empty EncapsulatedContentInfo."""
    from gateway.as2 import der
    from gateway.as2.ber import Element

    whole = Element(signature(content))
    inner = whole.children()[1].children()[0]
    parts = [each.raw for each in inner.children()]
    parts[2] = der.sequence(data, der.tlv(der.context(0), der.octets(content)))
    return der.sequence(signed_data, der.tlv(der.context(0), der.sequence(*parts)))


def test_an_invoice_keeps_its_bytes():
    assert unpacked(packed()).payloads[0].read() == INVOICE


def test_trap_20_content_that_ends_with_cr_before_boundaries_of_lf_keeps_it():
    entity = b"Content-Type: application/octet-stream\n\n\x01\x02\r"
    found = received(headers(signed_type()), multipart_signed(entity, eol="\n"))
    assert found.payloads[0].read() == b"\x01\x02\r"


@pytest.mark.parametrize(
    "kind",
    [
        "application/pkcs7-mime",
        "application/x-pkcs7-mime; smime-type=compressed-data",
        "application/octet-stream",
        None,
    ],
)
@pytest.mark.parametrize("cipher", ["aes256-cbc", "aes128-gcm"])
def test_trap_35_what_a_layer_is_says_its_content_and_not_its_type(kind, cipher):
    found = received(headers(kind), enveloped(ENTITY, cipher=cipher))
    assert [layer.kind for layer in found.layers] == ["auth-enveloped" if cipher.endswith("gcm") else "enveloped"]
    assert found.payloads[0].read() == BODY


def test_trap_35_a_signed_payload_that_is_such_a_file_itself_is_a_payload():
    letter = enveloped(b"for somebody else")
    entity = b"Content-Type: application/x-strange\r\n\r\n" + letter
    assert received(headers(signed_type()), multipart_signed(entity)).payloads[0].read() == letter


@pytest.mark.parametrize("order", [("stranger", "supplier", "buyer"), ("buyer", "stranger")])
def test_trap_36_we_open_what_is_encrypted_for_several_whichever_we_are(order):
    message = packed(recipients=tuple(pinned(name) for name in order))
    assert unpacked(message).payloads[0].read() == INVOICE


def test_the_mic_as_sent_is_given_to_those_who_want_no_line_ends_changed():
    sent = b"Content-Type: application/edi-x12\n\nST*850*0001~\n"
    body = multipart_signed(sent, over=sent.replace(b"\n", b"\r\n"), eol="\n")
    as_sent = received(headers(signed_type()), body, Policy(encrypted=False, quirks=frozenset({NO_CANONICAL_MIC})))
    assert str(as_sent.mic).startswith(mic(sent))
    assert str(received(headers(signed_type()), body).mic).startswith(mic(sent.replace(b"\n", b"\r\n")))


def test_version_1_3_names_the_product_and_1_2_does_not():
    assert packed(version="1.3").headers.get("as2-product") == "partner-gateway"
    assert "as2-product" not in packed().headers
    assert packed().headers.get("as2-version") == "1.2"


def test_headers_of_a_partner_come_along_and_nothing_is_packed_out_of_nothing():
    message = packed(headers=(("X-Tenant", "7"),), subject="Invoices")
    assert (message.headers.get("x-tenant"), message.headers.get("subject")) == ("7", "Invoices")
    with pytest.raises(ValueError, match="nothing to pack"):
        pack([], terms(), marks(), spool)


def test_a_multipart_that_ends_before_it_begins_has_no_parts_and_crashes_nobody():
    body = b"--b--\r\n\r\n"
    with pytest.raises(MalformedMIME):
        split(Slice(body), b"b")
    for kind in ("multipart/signed; boundary=b", "multipart/report; boundary=b", "multipart/mixed; boundary=b"):
        assert looks_like_receipt(headers(kind), Slice(body)) is (kind.startswith("multipart/report"))
        with contextlib.suppress(AS2Error):
            assert received(headers(kind), body).payloads[0].read() == body
