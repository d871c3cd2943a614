"""Traps 1 to 11: over which bytes the MIC is taken, and how it is spelled."""

import pytest

from gateway.as2.errors import IntegrityCheckFailed, UnsupportedFormat, UnsupportedMICAlgorithms
from gateway.as2.headers import Headers
from gateway.as2.message import Policy
from gateway.as2.mic import MIC, Form, algorithm_named, parse_mic, spelled
from gateway.as2.receipt_request import read_receipt_request, write_options
from gateway.as2.reconciliation import Sent, Verdict, reconcile
from gateway.as2.terms import OLD_DIGEST_NAMES, AskedReceipt
from tests.as2.exchange import LENIENT, packed, read_receipt, receipt_for, received, unpacked
from tests.as2.handmade import (
    BODY,
    ENTITY,
    ENVELOPED_TYPE,
    HEAD,
    WITH_RECEIPT,
    compressed,
    compressed_entity,
    enveloped,
    headers,
    lines_of_base64,
    mic,
    multipart_signed,
    signed_entity,
    signed_type,
)

COMPRESSED_TYPE = "application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z"


def value(found) -> str:
    return str(found.mic).partition(",")[0]


def test_trap_01_the_mic_is_over_the_exact_signed_part_with_its_headers():
    odd = b"CONTENT-TYPE:application/edi-x12;  charset=us-ascii\r\nX-Odd :  two  blanks \r\n\tand a fold\r\n\r\n"
    odd += b"UNB+UNOA:2'\r\n \r\n"
    found = received(headers(signed_type()), multipart_signed(odd))
    assert value(found) == mic(odd)
    assert found.payloads[0].read() == b"UNB+UNOA:2'\r\n \r\n"
    assert found.opening.form is Form.AS_SENT


@pytest.mark.parametrize(
    "changed", [b"CONTENT-TYPE: application/edi-x12\r\n\r\nx", b"CONTENT-TYPE:application/edi-x12\r\n\r\nx "]
)
def test_trap_01_one_byte_more_in_head_or_body_is_another_content(changed):
    exact = b"CONTENT-TYPE:application/edi-x12\r\n\r\nx"
    with pytest.raises(IntegrityCheckFailed):
        received(headers(signed_type()), multipart_signed(changed, over=exact))


def test_trap_02_without_a_transfer_encoding_the_content_is_binary():
    binary = b"Content-Type: application/octet-stream\r\n\r\n" + bytes(range(256)) + b"\n\r\r\n=41=\r\n"
    found = received(headers(signed_type()), multipart_signed(binary))
    assert value(found) == mic(binary)
    assert found.payloads[0].read() == bytes(range(256)) + b"\n\r\r\n=41=\r\n"


@pytest.mark.parametrize("encoding", ["", "Content-Transfer-Encoding: 7bit\n", "Content-Transfer-Encoding: 8bit\n"])
def test_trap_03_what_was_signed_with_crlf_and_sent_with_lf_fits_and_gives_the_senders_mic(encoding):
    sent = f"Content-Type: application/edi-x12\n{encoding}\nST*850*0001~\nSE*2*0001~\n".encode()
    over = sent.replace(b"\n", b"\r\n")
    found = received(headers(signed_type()), multipart_signed(sent, over=over, eol="\n"))
    assert found.opening.form is Form.CANONICAL
    assert value(found) == mic(over)
    assert found.payloads[0].read() == b"ST*850*0001~\nSE*2*0001~\n"


def test_trap_03_a_carriage_return_at_the_edge_of_a_block_is_one_line_end():
    body = b"x" * (65536 - 20)
    for shift in range(40):
        sent = b"A: b\nContent-Type: a/b\n\n" + body + b"y" * shift + b"\r\nz\r"
        over = sent.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
        found = received(headers(signed_type()), multipart_signed(sent, over=over))
        assert value(found) == mic(over)


@pytest.mark.parametrize("boundary_eol", ["\r\n", "\n"])
def test_trap_04_headers_signed_with_crlf_and_a_binary_body_left_alone_fit(boundary_eol):
    body = b"ST*850\n\rSE\r\n\n\x00\xff"
    sent = b"Content-Type: application/edi-x12\nContent-Transfer-Encoding: binary\n\n" + body
    over = b"Content-Type: application/edi-x12\r\nContent-Transfer-Encoding: binary\r\n\r\n" + body
    found = received(headers(signed_type()), multipart_signed(sent, over=over, eol=boundary_eol))
    assert found.opening.form is Form.HEAD_CANONICAL
    assert value(found) == mic(over)
    assert found.payloads[0].read() == body


def test_trap_05_compressed_then_signed_has_its_mic_over_the_compressed_part():
    part = compressed_entity(ENTITY)
    found = received(headers(signed_type()), multipart_signed(part))
    assert value(found) == mic(part)
    assert [layer.kind for layer in found.layers] == ["signed", "compressed"]
    assert found.payloads[0].read() == BODY


@pytest.mark.parametrize("encrypted", [False, True])
def test_trap_05_signed_then_compressed_has_its_mic_over_the_part_inside(encrypted):
    whole = compressed(signed_entity(ENTITY))
    if encrypted:
        whole = enveloped(f"Content-Type: {COMPRESSED_TYPE}\r\n\r\n".encode() + whole)
    found = received(headers(ENVELOPED_TYPE if encrypted else COMPRESSED_TYPE), whole)
    assert value(found) == mic(ENTITY)
    assert found.payloads[0].filename == "po.edi"


def test_trap_06_encrypted_only_has_its_mic_over_the_decrypted_entity_with_headers():
    found = received(headers(ENVELOPED_TYPE), enveloped(ENTITY))
    assert value(found) == mic(ENTITY)
    assert found.payloads[0].read() == BODY


def test_trap_06_neither_signed_nor_encrypted_has_its_mic_over_the_content_only():
    found = received(headers("application/edi-x12"), BODY)
    assert value(found) == mic(BODY)


@pytest.mark.parametrize("encrypted", [False, True])
def test_trap_06_compressed_and_not_signed_has_its_mic_over_the_uncompressed_entity(encrypted):
    whole = compressed(ENTITY)
    if encrypted:
        whole = enveloped(compressed_entity(ENTITY))
    found = received(headers(ENVELOPED_TYPE if encrypted else COMPRESSED_TYPE), whole)
    assert value(found) == mic(ENTITY)


@pytest.mark.parametrize(
    ("listed", "taken"),
    [
        ("sha512", "sha512"),
        ("optional, sha-384, sha1", "sha384"),
        ("required,sha1,sha256", "sha256"),  # SHA-1 is not allowed by this policy, the next one is.
        ("optional, sha3-256, md5, SHA-256", "sha256"),
    ],
)
def test_trap_07_unsigned_with_a_signed_receipt_takes_the_algorithm_from_the_list(listed, taken):
    options = f"signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg={listed}"
    asked = headers("application/edi-x12", **(WITH_RECEIPT | {"Disposition_Notification_Options": options}))
    found = received(asked, BODY, Policy(signed=False, encrypted=False))
    assert found.mic.algorithm == taken
    assert value(found) == mic(BODY, taken)


def test_trap_07_none_that_is_not_listed_is_ever_taken():
    options = "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, md5, sha3-512"
    asked = headers("application/edi-x12", **(WITH_RECEIPT | {"Disposition_Notification_Options": options}))
    with pytest.raises(UnsupportedMICAlgorithms) as raised:
        received(asked, BODY)
    assert raised.value.disposition.lower() == "failed/failure: unsupported mic-algorithms"


def test_trap_07_a_receipt_that_must_be_signed_in_another_way_can_not_be_given():
    with pytest.raises(UnsupportedFormat):
        read_receipt_request(
            Headers(
                [
                    ("Disposition-Notification-To", "x"),
                    ("Disposition-Notification-Options", "signed-receipt-protocol=required, pgp-signature"),
                ]
            )
        )


@pytest.mark.parametrize(
    "written",
    [
        "{mic}, sha-512",
        "{mic},sha512",
        "{mic} ,  SHA512",
        "  {front} {back},\tsha-512 ",
        '"{mic}", "sha-512"',
        "sha512, {mic}",
    ],
)
def test_trap_08_received_content_mic_is_read_without_space_folded_and_in_any_case(written):
    digest = mic(BODY, "sha512")
    found = parse_mic(written.format(mic=digest, front=digest[:70], back=digest[70:]))
    assert found.algorithm == "sha512"
    assert found.agrees(parse_mic(f"{digest}, sha-512"))


@pytest.mark.parametrize(
    "name", ["Received-Content-MIC", "Received-content-MIC", "received-content-mic", "RECEIVED-CONTENT-MIC"]
)
def test_trap_08_a_folded_sha_512_under_any_name_reconciles(name):
    message = packed(receipt=AskedReceipt(signed=False, algorithms=("sha512",)))
    text, algorithm = str(message.mic).split(", ")
    report = (
        "--x\r\nContent-Type: text/plain\r\n\r\nok\r\n--x\r\nContent-Type: message/disposition-notification\r\n\r\n"
        f"Original-Message-ID: {message.message_id}\r\nDisposition: automatic-action/MDN-sent-automatically; processed\r\n"
        f"{name}: {text[:60]}\r\n {text[60:]},\r\n\t{algorithm}\r\n\r\n--x--\r\n"
    )
    mdn = read_receipt(Headers([("Content-Type", "multipart/report; boundary=x")]), report.encode())
    assert reconcile(Sent(message.message_id, message.mics, False), mdn).verdict is Verdict.DELIVERED


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("sha1", "sha1"),
        ("sha-1", "sha1"),
        ("SHA1", "sha1"),
        ("SHA", "sha1"),
        ("rsa-sha1", "sha1"),
        ("sha1WithRSAEncryption", "sha1"),
        ("sha256", "sha256"),
        ("sha-256", "sha256"),
        ("SHA-256", "sha256"),
        ("sha2_256", "sha256"),
        ("sha2-256", "sha256"),
        ('"sha_256"', "sha256"),
        ("rsa-sha256", "sha256"),
        ("id-sha384", "sha384"),
        ("SHA-512", "sha512"),
        ("sha512", "sha512"),
        ("md5", "md5"),
        ("sha3-256", None),
        ("sha2", None),
        ("", None),
        ("x" * 5000, None),
    ],
)
def test_trap_09_every_spelling_of_a_digest_is_known(spelling, name):
    assert algorithm_named(spelling) == name


@pytest.mark.parametrize("spelling", ["SHA256", "sha-256", "sha2_256", "rsa-sha256"])
def test_trap_09_the_partners_own_spelling_goes_back(spelling):
    options = f"signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, {spelling}"
    asked = headers("application/edi-x12", **(WITH_RECEIPT | {"Disposition_Notification_Options": options}))
    written = receipt_for(received(asked, BODY))
    assert f"Received-Content-MIC: {mic(BODY)}, {spelling}\r\n".encode() in written.body


def test_trap_09_old_names_are_written_for_those_who_know_no_others():
    old = packed(quirks=frozenset({OLD_DIGEST_NAMES}), recipients=())
    assert "micalg=sha256;" in old.headers.get("content-type")
    assert old.headers.get("disposition-notification-options").endswith("sha256, sha384, sha512")
    new = packed(recipients=())
    assert "micalg=sha-256;" in new.headers.get("content-type")
    assert new.headers.get("disposition-notification-options").endswith("sha-256, sha-384, sha-512")


@pytest.mark.parametrize("name", ["sha1", "sha224", "sha256", "sha384", "sha512", "md5"])
def test_trap_09_what_we_spell_we_read(name):
    assert algorithm_named(spelled(name)) == algorithm_named(spelled(name, old=True)) == name
    asked = read_receipt_request(Headers([("Disposition-Notification-Options", write_options([name]))]))
    assert asked.choose_mic({name}, "sha256")[0] == name


@pytest.mark.parametrize(
    ("made", "verdict"),
    [
        (lambda mic: None, Verdict.MIC_MISSING),
        (lambda mic: MIC(b"\x01" * 20, "sha1", "sha1"), Verdict.MIC_OTHER_ALGORITHM),
        (lambda mic: MIC(b"\x01" * 32, "sha256", "sha-256"), Verdict.MIC_DIFFERS),
        (lambda mic: MIC(b"\x01" * 32, "", "whirlpool"), Verdict.MIC_OTHER_ALGORITHM),
        (lambda mic: MIC(b"\x01" * 32, "", ""), Verdict.MIC_DIFFERS),
        (lambda mic: MIC(mic.value, "", ""), Verdict.DELIVERED),
        (lambda mic: MIC(mic.value, "sha1", "sha1"), Verdict.MIC_OTHER_ALGORITHM),
        (lambda mic: mic, Verdict.DELIVERED),
    ],
)
def test_trap_10_a_mic_that_is_missing_or_another_is_never_silently_delivered(made, verdict):
    from gateway.as2.disposition import PROCESSED
    from gateway.as2.mdn import Answer

    message = packed(receipt=AskedReceipt(algorithms=("sha256",)))
    found = unpacked(message)
    written = receipt_for(found, Answer(found.message_id, PROCESSED, made(found.mic)))
    judged = reconcile(Sent(message.message_id, message.mics), read_receipt(written.headers, written.body))
    assert judged.verdict is verdict
    assert judged.delivered is (verdict is Verdict.DELIVERED)


@pytest.mark.parametrize("eol", ["\r\n", "\n"])
def test_trap_11_the_mic_of_a_base64_part_is_over_the_encoded_bytes_as_sent(eol):
    head = f"Content-Type: application/edi-x12{eol}Content-Transfer-Encoding: base64{eol}{eol}".encode()
    part = head + lines_of_base64(BODY * 50, eol)
    found = received(headers(signed_type()), multipart_signed(part, eol=eol))
    assert value(found) == mic(part)
    assert found.payloads[0].read() == BODY * 50
    assert HEAD not in part


def test_a_partner_without_receipt_or_signature_gets_the_agreed_digest():
    found = received(headers("application/edi-x12"), BODY, Policy(signed=False, encrypted=False, mic="sha512"))
    assert found.mic.algorithm == "sha512"
    assert received(headers("application/edi-x12"), BODY, LENIENT).mic.algorithm == "sha256"
