"""Whatever is packed under any terms is unpacked to the same bytes, with the same MIC on both sides."""

import itertools
import random

import pytest

from gateway.as2.cms.enveloping import KeyTransport
from gateway.as2.message import Payload, Policy, pack
from gateway.as2.mic import Form
from gateway.as2.reconciliation import Sent, Verdict, reconcile
from gateway.as2.slices import Slice
from gateway.as2.terms import AskedReceipt
from tests.as2.exchange import BUYER, SUPPLIER, marks, packed, read_receipt, receipt_for, spool, terms, unpacked
from tests.support.identities import identity, pinned

OFF = {"signer": None, "recipients": ()}
SIGNING = (OFF["signer"], "sha256", "sha384", "sha512")
ENCRYPTING = ("", "aes128-cbc", "aes256-cbc", "aes256-gcm", "3des")
COMPRESSING = ("none", "before-signing", "after-signing")
ENCODING = ("binary", "base64")
SIZES = (0, 1, 4096)


def content(size: int) -> bytes:
    """Bytes that hold everything that could disturb: line ends of all kinds, boundaries, zeros."""
    drawn = random.Random(size)
    noise = bytes(drawn.randrange(256) for _ in range(min(size, 1000)))
    return (b"\r\n--=_ab\r\n\n\r.\r\n\0" + noise * (size // 1000 + 1))[:size]


@pytest.mark.parametrize("signing", SIGNING)
@pytest.mark.parametrize("encrypting", ENCRYPTING)
def test_what_is_packed_is_unpacked_under_all_terms(signing, encrypting):
    how = {"signer": identity(SUPPLIER) if signing else None, "digest": signing or "sha256"}
    how |= {"recipients": (pinned(BUYER),) if encrypting else (), "cipher": encrypting or "aes256-cbc"}
    for compressing, encoding, size in itertools.product(COMPRESSING, ENCODING, SIZES):
        data = content(size)
        message = packed(data, compress=compressing, transfer_encoding=encoding, **how)
        found = unpacked(message)
        assert found.payloads[0].read() == data
        assert found.filename == "invoice.edi"
        assert found.mic == message.mic
        assert (found.signed, found.encrypted, found.compressed) == (
            bool(signing),
            bool(encrypting),
            compressing != "none",
        )
        assert message.length == len(message.body.read()) == int(message.headers.get("content-length"))


@pytest.mark.parametrize("signature", ["rsa", "pss"])
@pytest.mark.parametrize("digest", ["sha1", "sha224", "sha256", "sha384", "sha512"])
def test_every_signature_scheme_and_digest_is_read_back(signature, digest):
    found = unpacked(packed(signature=signature, digest=digest))
    assert found.signer.scheme == signature
    assert found.signer.digest == digest


@pytest.mark.parametrize(
    "kind", [KeyTransport(), *(KeyTransport("oaep", name) for name in ("sha1", "sha256", "sha512"))]
)
@pytest.mark.parametrize("form", ["auth-enveloped", "enveloped"])
def test_every_key_transport_and_form_of_gcm_is_read_back(kind, form):
    found = unpacked(packed(cipher="aes128-gcm", gcm_form=form, key_transport=kind))
    assert found.layers[0].kind == form


@pytest.mark.parametrize("count", [2, 3, 7])
def test_several_attachments_come_back_in_order_with_their_names(count):
    payloads = [Payload(Slice(content(size * 70)), f"part {size}.edi", "application/xml") for size in range(count)]
    message = pack(payloads, terms(), marks(), spool)
    found = unpacked(message)
    assert [(each.read(), each.filename, each.content_type) for each in found.payloads] == [
        (each.read(), each.filename, each.content_type) for each in payloads
    ]
    assert found.mic == message.mic


@pytest.mark.parametrize("asked", ["sha256", "sha384", "sha512"])
def test_the_mic_is_the_one_asked_for_whatever_the_signature_uses(asked):
    message = packed(receipt=AskedReceipt(algorithms=(asked, "sha256")), digest="sha384")
    found = unpacked(message)
    assert found.mic == message.mic
    assert found.mic.algorithm == asked


@pytest.mark.parametrize("compress", ["none", "after-signing"])
def test_a_large_message_goes_through_spools_and_comes_back_whole(compress):
    made = []

    def counted():
        made.append(spool())
        return made[-1]

    data = random.Random(1).randbytes(3_000_000)
    how = terms(compress=compress)
    message = pack([Payload(Slice(data), "big.edi")], how, marks(), counted)
    assert made
    assert unpacked(message).payloads[0].read() == data


def test_a_payload_in_a_file_is_never_read_whole_when_it_is_packed():
    class Watched:
        def __init__(self, file):
            self.file, self.most = file, 0

        def seek(self, *where):
            return self.file.seek(*where)

        def read(self, size):
            self.most = max(self.most, size)
            return self.file.read(size)

    file = spool()
    file.write(content(1_000_000))
    watched = Watched(file)
    message = pack([Payload(Slice(watched), None)], terms(), marks(), spool)
    assert watched.most <= 1 << 17
    assert unpacked(message).payloads[0].read() == content(1_000_000)


def test_all_forms_of_the_mic_are_told_for_people():
    found = unpacked(packed(b"a\nb\r\n"))
    assert set(found.mics) == set(Form)
    assert found.mics[Form.AS_SENT] == found.mic != found.mics[Form.CANONICAL]
    assert found.mics[Form.HEAD_CANONICAL] == found.mic  # The head that we write has CRLF already.


@pytest.mark.parametrize("signed", [True, False])
def test_a_receipt_that_says_processed_with_our_mic_is_delivery(signed):
    message = packed(receipt=AskedReceipt(signed=signed))
    written = receipt_for(unpacked(message, Policy()), signer=BUYER if signed else None)
    mdn = read_receipt(written.headers, written.body)
    assert mdn.signed is signed
    assert reconcile(Sent(message.message_id, message.mics, signed), mdn).verdict is Verdict.DELIVERED
