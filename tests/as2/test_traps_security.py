"""Traps 38 and 39 and the forged receipts: what proves nothing is refused, and a refusal gives nothing away."""

import base64
import os

import pytest

from gateway.as2.cms.compression import compress
from gateway.as2.disposition import PROCESSED, disposition_of
from gateway.as2.errors import (
    AlgorithmNotAllowed,
    AS2Error,
    AuthenticationFailed,
    DecompressionFailed,
    DecompressionTooLarge,
    DecryptionFailed,
    ForeignSigner,
    InsufficientMessageSecurity,
    IntegrityCheckFailed,
    MalformedCMS,
    MalformedMIME,
    NoSigner,
    NotAReceipt,
    SenderEqualsReceiver,
    UnsupportedFormat,
)
from gateway.as2.headers import Headers
from gateway.as2.mdn import Answer
from gateway.as2.message import Policy
from gateway.as2.mic import MIC
from gateway.as2.reconciliation import Sent, Verdict, reconcile
from tests.as2.exchange import (
    BUYER,
    LENIENT,
    STRANGER,
    SUPPLIER,
    packed,
    read_receipt,
    receipt_for,
    received,
    unpacked,
)
from tests.as2.handmade import (
    BODY,
    ENTITY,
    ENVELOPED_TYPE,
    compressed,
    compressed_entity,
    enveloped,
    headers,
    lines_of_base64,
    multipart_signed,
    signed_entity,
    signed_type,
)

STRICT = Policy()
COMPRESSED_TYPE = "application/pkcs7-mime; smime-type=compressed-data"


def without_signers(made: bytes) -> bytes:
    """The same SignedData with an empty set of signers, certificates kept."""
    from gateway.as2 import der
    from gateway.as2.ber import Element

    whole = Element(made)
    kind, inner = whole.children()
    parts = [each.raw for each in inner.children()[0].children()]
    parts[-1] = der.tlv(der.SET, b"")
    return der.sequence(kind.raw, der.tlv(der.context(0), der.sequence(*parts)))


def test_trap_38_a_stranger_signs_in_vain_although_its_certificate_is_in_the_message():
    with pytest.raises(ForeignSigner) as raised:
        received(headers(signed_type()), multipart_signed(ENTITY, signer=STRANGER))
    assert raised.value.disposition == "processed/error: authentication-failed"


def test_trap_38_a_signature_without_a_signer_is_refused():
    with pytest.raises(NoSigner):
        received(
            headers(signed_type()), multipart_signed(ENTITY, encode=lambda made: lines_of_base64(without_signers(made)))
        )


def test_trap_38_a_signature_over_another_content_is_refused():
    with pytest.raises(IntegrityCheckFailed) as raised:
        received(headers(signed_type()), multipart_signed(ENTITY, over=ENTITY + b" "))
    assert raised.value.disposition == "processed/error: integrity-check-failed"


def test_trap_38_a_part_that_the_signature_does_not_cover_is_refused():
    body = multipart_signed(ENTITY, boundary="AB")
    last = b"\r\n--AB\r\nContent-Type: application/pkcs7"
    smuggled = body.replace(last, b"\r\n--AB\r\n\r\nPAY ME" + last)
    assert smuggled != body
    with pytest.raises(IntegrityCheckFailed):
        received(headers(signed_type("AB")), smuggled)


def test_trap_38_a_part_before_the_signed_one_is_refused():
    body = b"--AB\r\n\r\nPAY ME\r\n" + multipart_signed(ENTITY, boundary="AB")
    with pytest.raises(IntegrityCheckFailed):
        received(headers(signed_type("AB")), body)


def test_trap_38_what_stands_behind_the_closing_boundary_is_never_a_payload():
    found = received(headers(signed_type("AB")), multipart_signed(ENTITY, boundary="AB") + b"--AB\r\n\r\nPAY ME")
    assert [each.read() for each in found.payloads] == [BODY]


@pytest.mark.parametrize("digest", ["sha1", "sha224"])
def test_an_old_digest_is_taken_only_from_partners_of_whom_that_was_said(digest):
    body = multipart_signed(ENTITY, digest=digest)
    with pytest.raises(AlgorithmNotAllowed):
        received(headers(signed_type()), body, Policy(encrypted=False))
    assert received(headers(signed_type()), body, LENIENT).signer.digest == digest


def test_an_old_cipher_is_taken_only_from_partners_of_whom_that_was_said():
    body = enveloped(signed_entity(ENTITY), cipher="3des")
    with pytest.raises(AlgorithmNotAllowed):
        received(headers(ENVELOPED_TYPE), body, Policy(ciphers=frozenset({"aes256-cbc"})))
    assert received(headers(ENVELOPED_TYPE), body).layers[0].text.startswith("3des")


@pytest.mark.parametrize(
    ("body", "kind", "policy", "lacking"),
    [
        (BODY, "application/edi-x12", STRICT, "signed and not encrypted"),
        (enveloped(ENTITY), ENVELOPED_TYPE, STRICT, "signed"),
        (multipart_signed(ENTITY), signed_type(), STRICT, "encrypted"),
        (enveloped(signed_entity(ENTITY)), ENVELOPED_TYPE, Policy(compressed="required"), "compressed"),
        (compressed(ENTITY), COMPRESSED_TYPE, STRICT, "signed and not encrypted"),
    ],
)
def test_what_is_less_protected_than_agreed_is_refused_and_says_what_is_missing(body, kind, policy, lacking):
    with pytest.raises(InsufficientMessageSecurity) as raised:
        received(headers(kind), body, policy)
    assert raised.value.disposition == "processed/error: insufficient-message-security"
    assert f"not {lacking}," in raised.value.detail


def test_what_is_compressed_against_the_agreement_is_refused():
    body = enveloped(signed_entity(compressed_entity(ENTITY)))
    with pytest.raises(UnsupportedFormat):
        received(headers(ENVELOPED_TYPE), body, Policy(compressed="refused"))
    assert received(headers(ENVELOPED_TYPE), body, STRICT).compressed


def test_one_who_sends_to_himself_is_refused():
    with pytest.raises(SenderEqualsReceiver):
        received(headers(None, AS2_To='"SUPPLIER"', Content_Type="a/b"), BODY)


def failure(body: bytes, kind: str = ENVELOPED_TYPE, policy: Policy = STRICT) -> AS2Error:
    with pytest.raises(AS2Error) as raised:
        received(headers(kind), body, policy)
    return raised.value


INSIDES = {
    "signed": signed_entity(ENTITY),
    "signed, binary": signed_entity(ENTITY, head="Content-Type: application/pkcs7-signature\n", encode=bytes),
    "signed, open end": signed_entity(ENTITY, end=""),
    "compressed": compressed_entity(signed_entity(ENTITY)),
    "bare compressed": compressed(signed_entity(ENTITY)),
    "opaque": None,
}


def inside(name: str) -> bytes:
    if name != "opaque":
        return INSIDES[name]
    from gateway.as2.cms.signing import DATA, SIGNED_DATA
    from tests.as2.test_traps_mime import opaque

    return b"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n\r\n" + opaque(ENTITY, DATA, SIGNED_DATA)


@pytest.mark.parametrize("name", INSIDES)
def test_trap_39_whoever_plays_with_the_last_blocks_learns_nothing_from_the_answers(name):
    """Blocks appended to a captured message, or put in place of its last ones: right and wrong padding get the same answer."""
    whole = enveloped(inside(name))
    assert received(headers(ENVELOPED_TYPE), whole, STRICT).payloads[0].read() == BODY
    right = [enveloped(inside(name) + os.urandom(32)) for _ in range(60)]
    right += [enveloped(inside(name)[:-32] + os.urandom(32)) for _ in range(60)]
    wrong = [with_other_blocks(whole, os.urandom(32), appended) for appended in (False, True) for _ in range(60)]
    answers = {(error.disposition, error.public) for error in map(failure, right + wrong)}
    assert answers == {("processed/error: decryption-failed", DecryptionFailed().public)}


def with_other_blocks(whole: bytes, blocks: bytes, appended: bool) -> bytes:
    """Put blocks behind the encrypted content, or in place of its end; the lengths around it are written anew."""
    from gateway.as2 import der
    from gateway.as2.ber import Element

    kind, inner = Element(whole).children()
    version, recipients, info = inner.children()[0].children()
    what, algorithm, content = info.children()
    kept = content.content if appended else content.content[: -len(blocks)]
    changed = der.sequence(what.raw, algorithm.raw, der.tlv(der.context(0, constructed=False), kept + blocks))
    return der.sequence(kind.raw, der.tlv(der.context(0), der.sequence(version.raw, recipients.raw, changed)))


def test_trap_39_a_wrong_key_a_wrong_padding_and_garbage_get_the_same_answer():
    from gateway.as2.cms.enveloping import envelope
    from tests.support.identities import pinned

    for_others = b"".join(envelope(signed_entity(ENTITY), [pinned(STRANGER)], random=os.urandom))
    garbage = enveloped(os.urandom(500))
    cut = enveloped(signed_entity(ENTITY)[:-400])
    broken = enveloped(compressed_entity(signed_entity(ENTITY))[:-30])
    answers = {(each.disposition, each.public) for each in map(failure, (for_others, garbage, cut, broken))}
    assert answers == {("processed/error: decryption-failed", DecryptionFailed().public)}


def test_trap_39_what_was_decrypted_and_is_honestly_wrong_is_named():
    assert isinstance(failure(enveloped(signed_entity(ENTITY, signer=STRANGER))), ForeignSigner)
    assert isinstance(failure(enveloped(signed_entity(ENTITY, over=ENTITY + b"x"))), IntegrityCheckFailed)


def test_trap_39_a_decompression_bomb_is_stopped():
    bomb = b"".join(compress(b"Content-Type: a/b\r\n\r\n" + b"0" * 50_000_000))
    policy = Policy(signed=False, encrypted=False, largest=1_000_000)
    assert isinstance(failure(bomb, COMPRESSED_TYPE, policy), DecompressionTooLarge)
    assert isinstance(failure(bomb, COMPRESSED_TYPE, LENIENT), DecompressionTooLarge)  # By its ratio.
    assert failure(bomb, COMPRESSED_TYPE, policy).disposition == "processed/error: decompression-failed"


def test_trap_39_layers_within_layers_within_layers_are_stopped():
    whole = ENTITY
    for _ in range(9):
        whole = compressed_entity(whole)
    assert isinstance(failure(whole.partition(b"\r\n\r\n")[2], COMPRESSED_TYPE, LENIENT), MalformedMIME)
    nested = ENTITY
    for number in range(9):
        nested = signed_entity(nested, boundary=f"b{number}")
    assert isinstance(failure(nested.partition(b"\r\n\r\n")[2], signed_type("b8"), LENIENT), MalformedMIME)


def test_trap_39_multiparts_within_multiparts_end_as_one_payload():
    whole = BODY
    for number in range(50):
        whole = (
            f"Content-Type: multipart/mixed; boundary=b{number}\r\n\r\n--b{number}\r\n".encode()
            + whole
            + f"\r\n--b{number}--".encode()
        )
    found = received(headers("multipart/mixed; boundary=b49"), whole.partition(b"\r\n\r\n")[2])
    assert len(found.payloads) == 1


def test_trap_39_thousands_of_parts_and_fields_are_refused():
    parts = b"--b\r\n\r\nx\r\n" * 5000 + b"--b--"
    found = received(headers("multipart/mixed; boundary=b"), parts)
    assert len(found.payloads) == 1  # It is one payload of a wrong type, not five thousand documents.
    head = b"Content-Type: a/b\r\n" + b"X: y\r\n" * 5000 + b"\r\n"
    assert isinstance(failure(multipart_signed(head + BODY), signed_type(), LENIENT), MalformedMIME)
    endless = b"Content-Type: a/b\r\nX: " + b"y" * 100_000 + b"\r\n\r\n"
    assert isinstance(failure(multipart_signed(endless + BODY), signed_type(), LENIENT), MalformedMIME)


def test_what_calls_itself_encrypted_and_is_not_is_malformed():
    assert isinstance(failure(b"this is no CMS", policy=LENIENT), MalformedCMS)
    assert isinstance(failure(compressed(ENTITY)[:60], COMPRESSED_TYPE, LENIENT), DecompressionFailed)


# Receipts.

FIELDS = (
    b"Content-Type: message/disposition-notification\r\n\r\n"
    b"Original-Message-ID: <1@x>\r\nDisposition: a/b; processed\r\n"
)


def message():
    return packed()


def judged(sent, written, trusted: str = BUYER):
    return reconcile(Sent(sent.message_id, sent.mics), read_receipt(written.headers, written.body, trusted))


def test_a_receipt_signed_by_a_stranger_is_refused():
    sent = message()
    forged = receipt_for(unpacked(sent), signer=STRANGER)
    with pytest.raises(ForeignSigner):
        judged(sent, forged)


def test_a_receipt_signed_by_the_supplier_itself_is_refused():
    sent = message()
    with pytest.raises(ForeignSigner):
        judged(sent, receipt_for(unpacked(sent), signer=SUPPLIER))


def test_a_receipt_whose_signature_has_no_signer_is_refused():
    sent = message()
    written = receipt_for(unpacked(sent))
    marker = b"filename=smime.p7s\r\n\r\n"
    head, _, encoded = written.body.rpartition(marker)
    text, _, end = encoded.partition(b"\r\n--")
    emptied = without_signers(base64.b64decode(text))
    forged = head + marker + lines_of_base64(emptied) + b"\r\n--" + end
    with pytest.raises(NoSigner):
        read_receipt(written.headers, forged)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"; processed/error: decryption-failed", b"; processed"),
        (b"<1@supplier.example>", b"<2@supplier.example>"),
        (b"Received-Content-MIC: A", b"Received-Content-MIC: B"),
    ],
)
def test_a_receipt_that_was_changed_on_its_way_is_refused(old, new):
    sent = message()
    answer = Answer(sent.message_id, disposition_of("processed/error: decryption-failed"), MIC(b"\x00" * 32, "sha256"))
    written = receipt_for(unpacked(sent), answer)
    assert old in written.body
    with pytest.raises(IntegrityCheckFailed):
        read_receipt(written.headers, written.body.replace(old, new))


def test_the_receipt_of_another_message_is_not_ours_although_it_is_signed():
    first, second = packed(message_id="<1@x>"), packed(message_id="<2@x>")
    written = receipt_for(unpacked(first))
    assert judged(first, written).verdict is Verdict.DELIVERED
    assert judged(second, written).verdict is Verdict.NOT_OURS


def test_a_replayed_receipt_under_our_new_id_needs_a_new_signature():
    first = packed(message_id="<1@supplier.example>")
    second = packed(b"other", message_id="<2@supplier.example>")
    written = receipt_for(unpacked(first))
    relabelled = Headers([(name, value.replace("<1@", "<2@")) for name, value in written.headers])
    mdn = read_receipt(relabelled, written.body)
    assert reconcile(Sent(second.message_id, second.mics), mdn).verdict is Verdict.NOT_OURS


def test_a_receipt_without_an_original_id_is_nobodys():
    sent = message()
    written = receipt_for(unpacked(sent), Answer("", PROCESSED, sent.mic))
    assert judged(sent, written).verdict is Verdict.NOT_OURS


@pytest.mark.parametrize(
    "said", ["processed", "processed/error: decryption-failed", "failed/failure: unsupported format"]
)
def test_an_unsigned_receipt_where_a_signed_one_was_asked_for_proves_nothing(said):
    sent = message()
    written = receipt_for(unpacked(sent), Answer(sent.message_id, disposition_of(said), sent.mic), signer=None)
    found = judged(sent, written)
    assert found.verdict is Verdict.UNSIGNED
    assert ("decryption-failed" in found.text) is ("decryption-failed" in said)


def test_a_signed_part_beside_an_unsigned_report_signs_nothing():
    """The report stands in front of a signature that covers something else."""
    body = b"--x\r\n" + FIELDS + b"\r\n--x\r\n" + signed_entity(ENTITY, signer=BUYER) + b"\r\n--x--\r\n"
    mdn = read_receipt(Headers([("Content-Type", "multipart/report; boundary=x")]), body)
    assert not mdn.signed


def test_a_report_swapped_into_a_signed_message_is_refused():
    with pytest.raises(IntegrityCheckFailed):
        read_receipt(headers(signed_type()), multipart_signed(FIELDS, over=ENTITY, signer=BUYER))


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("processed", Verdict.DELIVERED),
        ("displayed", Verdict.DELIVERED),
        ("processed/warning: duplicate-document", Verdict.DELIVERED_WITH_WARNING),
        ("processed/error: authentication-failed", Verdict.ERROR),
        ("processed/error", Verdict.ERROR),
        ("processed/authentication-failed", Verdict.ERROR),
        ("deleted", Verdict.ERROR),
        ("denied", Verdict.ERROR),
        ("failed/failure: unsupported format", Verdict.FAILED),
        ("failed", Verdict.FAILED),
        ("failed/warning: x", Verdict.FAILED),
        ("procesed", Verdict.ERROR),
        ("", Verdict.ERROR),
    ],
)
def test_every_disposition_has_its_verdict_and_says_what_to_do(said, verdict):
    sent = message()
    body = (
        f"Content-Type: message/disposition-notification\r\n\r\nOriginal-Message-ID: {sent.message_id}\r\n"
        f"Disposition: automatic-action/MDN-sent-automatically; {said}\r\nReceived-Content-MIC: {sent.mic}\r\n"
    ).encode()
    mdn = read_receipt(headers(signed_type()), multipart_signed(body, signer=BUYER))
    found = reconcile(Sent(sent.message_id, sent.mics), mdn)
    assert found.verdict is verdict
    assert found.text.count(". ") >= 1


@pytest.mark.parametrize("body", [b"", b"<html>Login</html>", b"OK", b"--x\r\n\r\n--x--", b"\x00" * 1000])
@pytest.mark.parametrize(
    "kind", [None, "text/html", "multipart/report; boundary=x", "message/disposition-notification"]
)
def test_what_is_no_receipt_is_said_to_be_none(body, kind):
    with pytest.raises(NotAReceipt):
        read_receipt(Headers([("Content-Type", kind)] if kind else []), body)


def test_a_receipt_larger_than_any_is_not_even_looked_at():
    with pytest.raises(NotAReceipt):
        read_receipt(Headers([("Content-Type", "multipart/report; boundary=x")]), b"x" * ((1 << 24) + 1))


def test_no_error_tells_a_partner_more_than_its_class_does():
    error = failure(enveloped(signed_entity(ENTITY, signer=STRANGER)))
    assert isinstance(error, AuthenticationFailed)
    assert "serial" not in error.public
    assert "certificates that we trust" not in error.public
