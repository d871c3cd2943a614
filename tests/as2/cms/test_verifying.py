"""Forged, stripped and odd signatures. Whoever is not one of the pinned certificates has signed nothing."""

import datetime
import hashlib
from random import Random

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from gateway.as2 import der
from gateway.as2.algorithms import body
from gateway.as2.cms import Certificate, Style, read_signature, sign, verify
from gateway.as2.errors import (
    AlgorithmNotAllowed,
    AS2Error,
    AuthenticationFailed,
    ForeignSigner,
    IntegrityCheckFailed,
    MalformedCMS,
    NoSigner,
    SignatureInvalid,
)
from tests.as2.berify import berify
from tests.as2.cms.contents import CONTENT, digests_of
from tests.as2.cms.der_edit import parse, write
from tests.support.certificates import key
from tests.support.identities import identity, pinned

AT = datetime.datetime(2026, 11, 21, 8, 30, tzinfo=datetime.UTC)
DIGESTS = digests_of(CONTENT)
OTHER = digests_of(b"another content")


def signed(name: str = "acme", digests=DIGESTS, digest: str = "sha256", kind: str = "rsa", **more) -> bytes:
    """A signature of ours."""
    return sign(digests(digest), digest, identity(name, kind), signed_at=AT, **more)


def check(message: bytes, *trusted: Certificate, digests=DIGESTS, **more):
    """Verify with what is trusted, by default acme."""
    return verify(read_signature(message), digests, trusted or [pinned("acme")], **more)


def signer_of(tree):
    """The parts of the first SignerInfo in a parsed message, to be changed in place."""
    return tree[0][1][1][1][0][1][-1][1][0][1]


def changed(message: bytes, change) -> bytes:
    """The message after ``change`` had its parts: SignedData and first SignerInfo as lists."""
    tree = parse(message)
    data = tree[0][1][1][1][0][1]
    change(data, signer_of(tree))
    return write(tree)


def test_no_signer_is_refused():
    def without(data, signer):
        data[-1] = (0x31, [])

    with pytest.raises(NoSigner):
        check(changed(signed(), without))


def test_a_foreign_signer_is_refused_though_its_certificate_comes_along():
    message = signed("mallory")
    assert read_signature(message).certificates == (pinned("mallory"),)
    with pytest.raises(ForeignSigner, match="none of the 1 cert") as caught:
        check(message)
    assert "of CN=mallory, O=Tests" in caught.value.detail and pinned("mallory").fingerprint in caught.value.detail
    assert "mallory" not in caught.value.public
    with pytest.raises(ForeignSigner):
        verify(read_signature(message), DIGESTS, [])


def test_a_foreign_key_under_the_name_of_a_pinned_certificate_is_refused():
    def renamed(data, signer):
        signer[1] = parse(pinned("acme").issuer_and_serial)[0]

    with pytest.raises(SignatureInvalid):
        check(changed(signed("mallory"), renamed))
    with pytest.raises(SignatureInvalid):
        check(changed(signed("acme", kind="ec"), renamed))


def test_a_carried_certificate_with_the_name_of_a_pinned_one_proves_nothing():
    """Mallory writes a certificate with acme's name and serial over its own key, and signs with that."""
    tree = parse(pinned("acme").der)
    info = tree[0][1][0][1]
    info[6] = parse(pinned("mallory").fields.public_key_info)[0]
    forged = Certificate(write(tree))
    assert forged.issuer_and_serial == pinned("acme").issuer_and_serial

    def carried(data, signer):
        data[3] = (0xA0, parse(forged.der))
        signer[1] = parse(forged.issuer_and_serial)[0]

    message = changed(signed("mallory"), carried)
    assert read_signature(message).certificates == (forged,)
    assert check(message, forged).certificate == forged
    with pytest.raises(SignatureInvalid):
        check(message)


def test_another_content_is_refused():
    for style in (Style(), Style(attributes=False)):
        with pytest.raises(IntegrityCheckFailed):
            check(signed(style=style), digests=OTHER)


def test_a_swapped_digest_is_refused():
    """The digest of another content is written into the signed attributes: the content fits, the signature does not."""

    def swapped(data, signer):
        for _tag, attribute in signer[3][1]:
            if attribute[0][1] == body("1.2.840.113549.1.9.4"):
                attribute[1] = (0x31, [(0x04, OTHER("sha256"))])

    with pytest.raises(SignatureInvalid):
        check(changed(signed(), swapped), digests=OTHER)


@pytest.mark.parametrize("name", ["1.2.840.113549.1.9.4", "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.5"])
def test_a_stripped_attribute_is_refused(name):
    def stripped(data, signer):
        signer[3] = (0xA0, [each for each in signer[3][1] if each[1][0][1] != body(name)])

    with pytest.raises(SignatureInvalid):
        check(changed(signed(), stripped))


@pytest.mark.parametrize("name", ["1.2.840.113549.1.9.4", "1.2.840.113549.1.9.3"])
def test_an_attribute_that_comes_twice_or_holds_two_values_is_refused_though_it_was_signed(name):
    def twice(attributes):
        return [*attributes, next(each for each in attributes if each[1][0][1] == body(name))]

    def twofold(attributes):
        return [
            (tag, [parts[0], (0x31, [*parts[1][1], *parts[1][1]])] if parts[0][1] == body(name) else parts)
            for tag, parts in attributes
        ]

    for change in (twice, twofold):
        message = resigned(signed(), change)
        with pytest.raises(SignatureInvalid, match="lack"):
            check(message)


def resigned(message: bytes, change) -> bytes:
    """The message with other attributes, signed anew by acme's true key."""

    def again(data, signer):
        signer[3] = (0xA0, change(signer[3][1]))
        made = key("acme").sign(write([(0x31, signer[3][1])]), padding.PKCS1v15(), hashes.SHA256())
        signer[5] = (0x04, made)

    return changed(message, again)


def test_attributes_that_were_signed_in_another_order_than_der_are_verified():
    message = resigned(signed(), lambda attributes: list(reversed(attributes)))
    assert parse(message) != parse(signed())
    assert check(message).certificate == pinned("acme")


def test_a_signature_about_another_type_of_content_is_refused():
    def retyped(data, signer):
        data[2] = (0x30, [(0x06, body("1.2.840.113549.1.7.5"))])

    with pytest.raises(SignatureInvalid, match="another type"):
        check(changed(signed(), retyped))


def test_signed_attributes_cannot_be_passed_off_as_the_content():
    """The attributes taken away, and their bytes sent as content: the signature fits them, and nothing else."""
    message = signed()
    attributes = write([(0x31, signer_of(parse(message))[3][1])])

    def bare(data, signer):
        del signer[3]

    proved = check(changed(message, bare), digests=digests_of(attributes))
    assert not proved.attributes  # Which is told, so that such content can be looked at twice.
    with pytest.raises(IntegrityCheckFailed):
        check(changed(message, bare))


def test_a_broken_signature_is_refused():
    def flipped(data, signer):
        last = bytearray(signer[5][1])
        last[40] ^= 1
        signer[5] = (0x04, bytes(last))

    for style in (Style(), Style(algorithm_protection=True), Style(key_identifier=True)):
        with pytest.raises(SignatureInvalid):
            check(changed(signed(style=style), flipped))


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_an_empty_signature_is_refused(kind):
    def empty(data, signer):
        signer[5] = (0x04, b"")

    with pytest.raises(SignatureInvalid):
        check(changed(signed(kind=kind), empty), pinned("acme", kind))


def test_algorithm_protection_is_checked():
    def other_digest(data, signer):
        signer[4] = parse(der.sequence(der.oid("1.2.840.113549.1.1.11"), der.NULL))[0]

    message = signed(style=Style(algorithm_protection=True))
    assert check(message).scheme == "rsa"
    with pytest.raises(SignatureInvalid, match="not those that were signed"):
        check(changed(message, other_digest))
    assert (
        check(changed(signed(), other_digest)).scheme == "rsa"
    )  # Without the attribute this is only another spelling.


@pytest.mark.parametrize(
    "value",
    [der.NULL, der.sequence(), der.octets(b"x"), der.sequence(der.NULL, der.NULL), der.sequence(der.sequence())],
)
def test_an_algorithm_protection_that_is_none_is_refused(value):
    attribute = parse(der.sequence(der.oid("1.2.840.113549.1.9.52"), der.tlv(der.SET, value)))[0]
    with pytest.raises(SignatureInvalid, match="not those that were signed"):
        check(resigned(signed(), lambda attributes: [*attributes, attribute]))


def test_weak_digests_are_refused_unless_they_are_allowed():
    for digest in ("sha1", "sha224"):
        with pytest.raises(AlgorithmNotAllowed, match=digest):
            check(signed(digest=digest))
        assert check(signed(digest=digest), allow=frozenset({digest})).digest == digest

    def md5(data, signer):
        signer[2] = parse(der.sequence(der.oid("1.2.840.113549.2.5"), der.NULL))[0]

    with pytest.raises(AlgorithmNotAllowed, match="md5"):
        check(changed(signed(), md5))


def test_a_weak_digest_of_the_signature_alone_is_refused_too():
    """SHA-256 over the content, but SHA-1 over the attributes."""

    def weak(data, signer):
        signer[4] = parse(der.sequence(der.oid("1.2.840.113549.1.1.5"), der.NULL))[0]
        made = key("acme").sign(write([(0x31, signer[3][1])]), padding.PKCS1v15(), hashes.SHA1())
        signer[5] = (0x04, made)

    message = changed(signed(), weak)
    with pytest.raises(AlgorithmNotAllowed, match="sha1"):
        check(message)
    assert check(message, allow=frozenset({"sha1", "sha256"})).digest == "sha256"


@pytest.mark.parametrize("place", [2, 4])
def test_an_unknown_algorithm_is_refused_by_its_own_class(place):
    def unknown(data, signer):
        signer[place] = parse(der.sequence(der.oid("1.2.3.4")))[0]

    with pytest.raises(AlgorithmNotAllowed):
        check(changed(signed(), unknown))


def test_a_digest_named_by_the_signature_algorithm_is_understood():
    def named(data, signer):
        signer[2] = parse(der.sequence(der.oid("1.2.840.113549.1.1.11"), der.NULL))[0]

    assert check(changed(signed(), named)).digest == "sha256"


def test_pss_without_parameters_takes_the_digest_of_the_signer():
    def bare(data, signer):
        signer[4] = parse(der.sequence(der.oid("1.2.840.113549.1.1.10")))[0]

    for digest in ("sha256", "sha384", "sha512"):
        assert check(changed(signed(digest=digest, scheme="pss"), bare)).scheme == "pss"

    def null(data, signer):
        signer[4] = parse(der.sequence(der.oid("1.2.840.113549.1.1.10"), der.NULL))[0]

    assert check(changed(signed(scheme="pss"), null)).scheme == "pss"


@pytest.mark.parametrize("salt", [0, 32, padding.PSS.MAX_LENGTH])
def test_pss_without_parameters_may_have_a_salt_of_any_length(salt):
    def bare(data, signer):
        made = key("acme").sign(
            write([(0x31, signer[3][1])]), padding.PSS(padding.MGF1(hashes.SHA256()), salt), hashes.SHA256()
        )
        signer[4] = parse(der.sequence(der.oid("1.2.840.113549.1.1.10")))[0]
        signer[5] = (0x04, made)

    assert check(changed(signed(scheme="pss"), bare)).scheme == "pss"


@pytest.mark.parametrize(
    "parameters",
    [
        der.sequence(),  # SHA-1 then, which the signer did not name.
        der.sequence(der.tlv(0xA2, der.integer(-1))),
        der.sequence(der.tlv(0xA2, der.integer(1 << 40))),
        der.sequence(der.tlv(0xA0)),
        der.sequence(der.tlv(0xA0, der.sequence(der.oid("1.2.3")))),
        der.sequence(der.tlv(0xA1, der.sequence(der.oid("1.2.3"), der.NULL))),
        der.integer(7),
    ],
)
def test_pss_parameters_that_cannot_be_right_are_refused(parameters):
    def changed_parameters(data, signer):
        signer[4] = parse(der.sequence(der.oid("1.2.840.113549.1.1.10"), parameters))[0]

    with pytest.raises((SignatureInvalid, MalformedCMS, AlgorithmNotAllowed)):
        check(changed(signed(scheme="pss"), changed_parameters))


def several(*names: str, digests=DIGESTS) -> bytes:
    """One SignedData with the signatures of several."""
    tree = parse(signed(names[0], digests))
    signers = [parse(signed(name, digests))[0][1][1][1][0][1][-1][1][0] for name in names]
    tree[0][1][1][1][0][1][-1] = (0x31, signers)
    return write(tree)


def test_one_pinned_signer_among_several_is_enough_and_the_others_are_named():
    for names in (("mallory", "acme"), ("acme", "mallory")):
        proved = check(several(*names))
        assert proved.certificate == pinned("acme")
        assert proved.others == (f"{pinned('mallory').shown}: unknown to us",)
    proved = check(several("beta", "acme"), pinned("acme"), pinned("beta"))
    assert proved.certificate == pinned("beta") and proved.others[0].endswith("known, not needed")


def test_a_broken_pinned_signer_beside_a_good_one_is_named():
    message = several("beta", "acme")

    def flipped(data, signer):
        signer[5] = (0x04, b"x" * 256)

    broken = changed(message, flipped)
    proved = check(broken, pinned("acme"), pinned("beta"))
    assert proved.certificate == pinned("acme") and proved.others[0].endswith("as2-signature-invalid")
    with pytest.raises(SignatureInvalid):
        check(broken, pinned("beta"))
    with pytest.raises(ForeignSigner):
        check(message, pinned("gamma"))


def test_too_many_signers_or_certificates_are_refused():
    with pytest.raises(MalformedCMS, match="signers"):
        check(several(*["mallory"] * 17))

    def many(data, signer):
        data[3] = (0xA0, data[3][1] * 65)

    with pytest.raises(MalformedCMS, match="certificates"):
        check(changed(signed(), many))


def test_an_issuer_in_other_string_types_still_names_the_certificate():
    """Some products write PrintableString where the certificate has UTF8String. The key decides, not the spelling."""

    def respelled(data, signer):
        name = signer[1][1][0]
        for _tag, group in name[1]:
            for _pair, parts in group:
                parts[1] = (0x13, parts[1][1])

    message = changed(signed(), respelled)
    assert read_signature(message).signers[0].issuer != pinned("acme").issuer_der
    assert check(message).certificate == pinned("acme")


def test_the_same_message_in_any_form_of_ber_is_verified():
    for seed in range(60):
        for style in (Style(), Style(attributes=False), Style(key_identifier=True), Style(algorithm_protection=True)):
            message = berify(signed(style=style), Random(seed))
            assert check(message).certificate == pinned("acme")
            assert read_signature(message).certificates


def test_certificates_that_cannot_be_read_and_revocation_lists_do_no_harm():
    def odd(data, signer):
        data[3] = (0xA0, [(0x30, [(0x02, b"\x05")]), *data[3][1], (0xA1, [(0x02, b"\x01")])])
        data.insert(4, (0xA1, [(0x30, [(0x02, b"\x01")])]))

    message = changed(signed(), odd)
    assert check(message).certificate == pinned("acme")
    assert read_signature(message).certificates == (pinned("acme"),)


def test_a_signer_in_two_minds_about_digests_without_attributes_is_refused():
    def two(data, signer):
        signer[3] = parse(der.sequence(der.oid("1.2.840.113549.1.1.13"), der.NULL))[0]

    with pytest.raises(SignatureInvalid, match="two digests"):
        check(changed(signed(style=Style(attributes=False)), two))


def test_a_content_inside_is_hashed_only_with_what_the_message_announces():
    tree = parse(signed())
    tree[0][1][1][1][0][1][1] = (0x31, [])
    tree[0][1][1][1][0][1][2] = (0x30, [(0x06, body("1.2.840.113549.1.7.1")), (0xA0, [(0x04, CONTENT)])])
    signature = read_signature(write(tree))
    assert signature.content == CONTENT
    with pytest.raises(MalformedCMS, match="announce"):
        verify(signature, signature.digest, [pinned("acme")])


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda data, signer: signer.__delitem__(slice(3, None)), "lacks fields"),
        (lambda data, signer: signer.__setitem__(5, (0x02, b"x")), "lacks its signature"),
        (lambda data, signer: signer.__delitem__(5), "lacks its signature"),
        (lambda data, signer: signer.__setitem__(4, (0x30, [])), "lacks its signature"),
        (lambda data, signer: signer.__setitem__(1, (0x30, [])), "issuer and serial"),
        (lambda data, signer: signer.__setitem__(1, (0x0C, b"acme")), "tag 0xc"),
        (lambda data, signer: signer[3][1].append((0x30, [])), "signed attribute"),
        (lambda data, signer: data.__setitem__(0, (0x04, b"")), "version"),
    ],
)
def test_what_lacks_a_field_is_refused_by_what_is_missing(change, what):
    with pytest.raises(MalformedCMS, match=what):
        check(changed(signed(), change))


def test_another_kind_of_message_is_no_signature():
    tree = parse(signed())
    tree[0][1][0] = parse(der.oid("1.2.840.113549.1.7.3"))[0]
    with pytest.raises(MalformedCMS, match="no SignedData"):
        check(write(tree))


def test_a_pinned_certificate_whose_key_cannot_be_read_proves_nothing():
    tree = parse(pinned("acme").der)
    tree[0][1][0][1][6] = (0x30, [])
    with pytest.raises(SignatureInvalid):
        check(signed(), Certificate(write(tree)))


def test_every_refusal_of_a_signer_is_a_failed_authentication():
    for kind in (NoSigner, ForeignSigner, SignatureInvalid):
        assert issubclass(kind, AuthenticationFailed)
        assert kind().disposition == "processed/error: authentication-failed"
    assert IntegrityCheckFailed().disposition == "processed/error: integrity-check-failed"


def test_a_message_changed_by_one_byte_proves_nothing_new():
    """Whatever byte is changed: refused, or the change touched nothing that was signed."""
    message = signed()
    for at in range(len(message)):
        broken = message[:at] + bytes((message[at] ^ 0x01,)) + message[at + 1 :]
        try:
            proved = check(broken)
        except AS2Error:
            continue
        assert proved.certificate == pinned("acme") and proved.digest_value == hashlib.sha256(CONTENT).digest()
