"""Envelopes that cannot be opened: nobody learns why, nothing crashes, nothing takes long (RFC 5652 6, RFC 3218)."""

import io
import os
from random import Random

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from gateway.as2 import der
from gateway.as2.cms import KeyTransport, envelope, open_envelope
from gateway.as2.errors import AlgorithmNotAllowed, AS2Error, DecryptionFailed, KeyUnusable, MalformedCMS, NotARecipient
from tests.as2.berify import berify
from tests.as2.cms.contents import CONTENT
from tests.as2.cms.der_edit import parse, write
from tests.as2.cms.test_enveloping import enveloped, opened
from tests.as2.test_stream import Dribble
from tests.support.identities import identity, pinned


def changed(message: bytes, change) -> bytes:
    """The message after ``change`` had its parts: those of the EnvelopedData, and of its first recipient."""
    tree = parse(message)
    data = tree[0][1][1][1][0][1]
    change(data, data[1][1][0][1])
    return write(tree)


def flip(at: int):
    """Change one bit of the encrypted content."""

    def change(data, recipient):
        content = bytearray(data[2][1][2][1])
        content[at] ^= 1
        data[2][1][2] = (0x80, bytes(content))

    return change


def wrong_key(padded: bytes):
    """Put other octets into the place of the wrapped key."""

    def change(data, recipient):
        public = pinned("acme").public_key.public_numbers()
        number = pow(int.from_bytes(padded, "big"), public.e, public.n)
        recipient[3] = (0x04, number.to_bytes(256, "big"))

    return change


def raw_block(kind: bytes, body: bytes) -> bytes:
    """A PKCS#1 block by hand."""
    return b"\0" + kind + b"\x11" * (256 - 3 - len(body)) + b"\0" + body


BROKEN_KEYS = {
    "no padding at all": b"\0" * 255 + b"\x01",
    "the padding of a signature": raw_block(b"\x01", b"k" * 32),
    "no zero behind the padding": b"\0\x02" + b"\x11" * 254,
    "a key of 16 bytes": raw_block(b"\x02", b"k" * 16),
    "a key of 0 bytes": raw_block(b"\x02", b""),
    "another key": raw_block(b"\x02", b"k" * 32),
}


@pytest.mark.parametrize("name", BROKEN_KEYS)
@pytest.mark.parametrize("cipher", ["aes256-cbc", "aes256-gcm"])
@pytest.mark.parametrize("transport", ["rsa", "oaep"])
def test_whatever_is_wrong_with_the_key_the_error_is_the_same(name, cipher, transport):
    with pytest.raises(DecryptionFailed) as caught:
        for _ in range(12):  # Once in 256 times the padding of garbage is right by chance, and garbage comes out.
            message = enveloped(CONTENT, cipher=cipher, key_transport=KeyTransport(transport))
            assert opened(changed(message, wrong_key(BROKEN_KEYS[name])))[0] != CONTENT
    assert type(caught.value) is DecryptionFailed and caught.value.args == DecryptionFailed().args


@pytest.mark.parametrize("at", [0, -1, -16, -17])
def test_a_changed_content_is_never_taken_for_the_true_one(at):
    for cipher in ("aes128-gcm", "aes256-gcm"):
        for form in ("enveloped", "auth-enveloped"):
            with pytest.raises(DecryptionFailed) as caught:
                opened(changed(enveloped(CONTENT, cipher=cipher, gcm_form=form), flip(at)))
            assert caught.value.args == DecryptionFailed().args
    try:
        data, _how = opened(changed(enveloped(CONTENT), flip(at)))
    except DecryptionFailed as error:
        assert error.args == DecryptionFailed().args
    else:
        assert data != CONTENT


@pytest.mark.parametrize("size", [0, 1, 15, 17, 31])
def test_a_content_that_is_no_whole_number_of_blocks_is_refused(size):
    def cut(data, recipient):
        data[2][1][2] = (0x80, data[2][1][2][1][:size])

    with pytest.raises(DecryptionFailed):
        opened(changed(enveloped(CONTENT), cut))
    with pytest.raises(DecryptionFailed):
        opened(changed(enveloped(CONTENT, cipher="aes256-gcm", gcm_form="enveloped"), cut))


@pytest.mark.parametrize("last", [0, 17, 255, 2])
def test_a_padding_that_is_none_is_refused(last):
    taken: list[bytes] = []

    def random(size: int) -> bytes:
        taken.append(os.urandom(size))
        return taken[-1]

    message = b"".join(envelope(b"", [pinned("acme")], random=random))
    encryptor = Cipher(algorithms.AES(taken[0]), modes.CBC(taken[1])).encryptor()
    forged = encryptor.update(b"x" * 15 + bytes((last,)))

    def other(data, recipient):
        data[2][1][2] = (0x80, forged)

    with pytest.raises(DecryptionFailed):
        opened(changed(message, other))


def test_a_message_for_somebody_else_says_so_to_us_and_nothing_new_to_the_partner():
    with pytest.raises(NotARecipient, match="2 recipients") as caught:
        opened(enveloped(CONTENT, "beta", "gamma"))
    assert pinned("beta").shown in caught.value.detail and "CN=gamma" in caught.value.detail
    assert caught.value.disposition == DecryptionFailed().disposition
    assert caught.value.public == DecryptionFailed().public
    with pytest.raises(NotARecipient):
        open_envelope(enveloped(CONTENT), [], io.BytesIO(), random=os.urandom)


def test_the_identity_that_fits_is_found_among_several():
    sink = io.BytesIO()
    identities = [identity("gamma"), identity("acme", "ec"), identity("acme")]
    how = open_envelope(enveloped(CONTENT, "beta", "acme"), identities, sink, random=os.urandom)
    assert sink.getvalue() == CONTENT and how.fingerprint == pinned("acme").fingerprint


def test_an_identity_without_rsa_key_is_named():
    def renamed(data, recipient):
        recipient[1] = parse(pinned("acme", "ec").issuer_and_serial)[0]

    with pytest.raises(KeyUnusable):
        open_envelope(changed(enveloped(CONTENT), renamed), [identity("acme", "ec")], io.BytesIO(), random=os.urandom)


def test_a_recipient_whose_issuer_has_other_string_types_is_found():
    def respelled(data, recipient):
        for _tag, group in recipient[1][1][0][1]:
            for _pair, parts in group:
                parts[1] = (0x13, parts[1][1])

    assert opened(changed(enveloped(CONTENT), respelled))[0] == CONTENT


@pytest.mark.parametrize(
    ("oid", "shown"),
    [
        ("1.2.840.113549.3.2", "RC2 is not supported because it is no longer safe"),
        ("1.2.840.113549.3.4", "RC4"),
        ("1.3.14.3.2.7", "DES"),
        ("2.16.840.1.101.3.4.1.47", "AES-256-CCM is not supported. "),
        ("1.2.3.4.5", "1.2.3.4.5"),
    ],
)
def test_ciphers_that_we_do_not_read_are_refused_by_name(oid, shown):
    def other(data, recipient):
        data[2][1][1] = parse(der.sequence(der.oid(oid), der.octets(b"12345678")))[0]

    with pytest.raises(AlgorithmNotAllowed, match=shown) as caught:
        opened(changed(enveloped(CONTENT), other))
    assert caught.value.disposition == "processed/error: insufficient-message-security"


def test_a_cipher_outside_of_the_agreement_is_refused():
    with pytest.raises(AlgorithmNotAllowed, match="3des is not allowed by the agreement"):
        opened(enveloped(CONTENT, cipher="3des"), allow=frozenset({"aes256-cbc"}))
    assert opened(enveloped(CONTENT, cipher="3des"), allow=frozenset({"3des"}))[0] == CONTENT


def test_an_unknown_key_transport_is_refused():
    def other(data, recipient):
        recipient[2] = parse(der.sequence(der.oid("1.2.3.4")))[0]

    with pytest.raises(AlgorithmNotAllowed, match=r"1\.2\.3\.4"):
        opened(changed(enveloped(CONTENT), other))


def test_oaep_without_parameters_means_sha1():
    for parameters in ((), (der.NULL,)):

        def bare(data, recipient, parameters=parameters):
            recipient[2] = parse(der.sequence(der.oid("1.2.840.113549.1.1.7"), *parameters))[0]

        message = changed(enveloped(CONTENT, key_transport=KeyTransport("oaep", "sha1")), bare)
        data, how = opened(message)
        assert data == CONTENT and how.key_transport == "oaep-sha1"


def test_oaep_with_a_label_is_opened():
    label = b"an order"
    taken: list[bytes] = []

    def random(size: int) -> bytes:
        taken.append(os.urandom(size))
        return taken[-1]

    message = b"".join(envelope(CONTENT, [pinned("acme")], random=random, key_transport=KeyTransport("oaep", "sha1")))
    how = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), label)
    source = der.sequence(der.oid("1.2.840.113549.1.1.9"), der.octets(label))

    def labelled(data, recipient):
        recipient[2] = parse(der.sequence(der.oid("1.2.840.113549.1.1.7"), der.sequence(der.tlv(0xA2, source))))[0]
        recipient[3] = (0x04, pinned("acme").public_key.encrypt(taken[0], how))

    assert opened(changed(message, labelled))[0] == CONTENT


def test_authenticated_attributes_are_part_of_what_is_authenticated():
    """They stand behind the content, and are hashed before it (RFC 5083 2.2): by hand, as we write none."""
    key, nonce = os.urandom(32), os.urandom(12)
    attribute = der.sequence(der.oid("1.2.840.113549.1.9.3"), der.set_of([der.oid("1.2.840.113549.1.7.1")]))
    encryptor = Cipher(algorithms.AES(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(der.tlv(der.SET, attribute))
    encrypted = encryptor.update(CONTENT * 3000) + encryptor.finalize()

    def other(data, recipient):
        recipient[3] = (0x04, pinned("acme").public_key.encrypt(key, padding.PKCS1v15()))
        data[2][1][1][1][1] = parse(der.sequence(der.octets(nonce), der.integer(16)))[0]
        data[2][1][2] = (0x80, encrypted)
        data[3:] = [(0xA1, parse(attribute)), (0x04, encryptor.tag), (0xA2, parse(attribute))]

    message = changed(enveloped(CONTENT, cipher="aes256-gcm"), other)
    for form in (message, *(berify(message, Random(seed), content_tag=0x80) for seed in range(10))):
        for source in (form, io.BytesIO(form)):
            assert opened(source)[0] == CONTENT * 3000
        with pytest.raises(MalformedCMS, match="seek"):
            opened(Dribble(form, 5000))

    def lied(data, recipient):
        data[3] = (0xA1, parse(der.sequence(der.oid("1.2.840.113549.1.9.3"), der.set_of([der.oid("1.2.3")]))))

    with pytest.raises(DecryptionFailed):
        opened(changed(message, lied))


@pytest.mark.parametrize("size", [12, 13, 14, 15, 16])
def test_a_gcm_tag_may_be_shorter_than_16_bytes(size):
    def short(data, recipient):
        parameters = data[2][1][1][1][1][1]
        parameters[1:] = [] if size == 12 else [(0x02, bytes((size,)))]
        data[3] = (0x04, data[3][1][:size])

    message = changed(enveloped(CONTENT, cipher="aes128-gcm"), short)
    assert opened(message)[0] == CONTENT

    def inside(data, recipient):
        parameters = data[2][1][1][1][1][1]
        parameters[1:] = [] if size == 12 else [(0x02, bytes((size,)))]
        content = data[2][1][2][1]
        data[2][1][2] = (0x80, content[: len(content) - 16 + size])

    legacy = enveloped(CONTENT, cipher="aes128-gcm", gcm_form="enveloped")
    assert opened(changed(legacy, inside))[0] == CONTENT


@pytest.mark.parametrize(
    "parameters",
    [
        (),
        (der.NULL,),
        (der.octets(b"12345678"),),
        (der.sequence(),),
        (der.sequence(der.octets(b"short")),),
        (der.sequence(der.octets(b"x" * 65)),),
        (der.sequence(der.octets(b"x" * 12), der.integer(4)),),
        (der.sequence(der.octets(b"x" * 12), der.integer(17)),),
    ],
)
@pytest.mark.parametrize("cipher", ["aes256-cbc", "aes256-gcm", "3des"])
def test_parameters_that_cannot_be_right_are_refused(parameters, cipher):
    if cipher == "3des" and parameters == (der.octets(b"12345678"),):
        parameters = (der.octets(b"123456789"),)

    def other(data, recipient):
        data[2][1][1] = (0x30, [data[2][1][1][1][0], *(parse(each)[0] for each in parameters)])

    with pytest.raises(MalformedCMS):
        opened(changed(enveloped(CONTENT, cipher=cipher), other))


def test_a_cbc_cipher_cannot_authenticate():
    tree = parse(enveloped(CONTENT))
    tree[0][1][0] = parse(der.oid("1.2.840.113549.1.9.16.1.23"))[0]
    with pytest.raises(AlgorithmNotAllowed, match="authenticate"):
        opened(write(tree))


def test_a_message_cut_short_or_garbled_anywhere_raises_our_errors_only():
    for more in ({}, {"cipher": "aes256-gcm"}, {"cipher": "aes256-gcm", "gcm_form": "enveloped"}):
        message = enveloped(CONTENT[:100], **more)
        for at in range(len(message)):
            with pytest.raises(AS2Error):
                opened(message[:at])
        chance = Random(1)
        for _ in range(300):
            broken = bytearray(message)
            broken[chance.randrange(len(broken))] = chance.randrange(256)
            try:
                opened(bytes(broken))
            except AS2Error:
                continue


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda data, recipient: recipient.pop(), "lacks fields"),
        (lambda data, recipient: data[1][1].extend([data[1][1][0]] * 64), "64 recipients"),
        (lambda data, recipient: data.insert(0, (0x04, b"x")), "version"),
        (lambda data, recipient: data[2][1].pop(), "could not be decrypted"),
        (lambda data, recipient: recipient.__setitem__(2, (0x30, [])), "not supported"),
    ],
)
def test_what_lacks_a_field_is_refused_by_what_is_missing(change, what):
    with pytest.raises(AS2Error, match=what) as caught:
        opened(changed(enveloped(CONTENT), change))
    assert isinstance(caught.value, MalformedCMS | AlgorithmNotAllowed | DecryptionFailed)


def test_another_kind_of_message_is_no_envelope():
    tree = parse(enveloped(CONTENT))
    tree[0][1][0] = parse(der.oid("1.2.840.113549.1.7.2"))[0]
    with pytest.raises(MalformedCMS, match="no EnvelopedData"):
        opened(write(tree))


def test_certificates_of_the_originator_are_passed_over():
    def originator(data, recipient):
        data.insert(1, (0xA0, [(0xA0, parse(pinned("beta").der))]))

    assert opened(changed(enveloped(CONTENT), originator))[0] == CONTENT


def test_recipients_that_are_named_oddly_are_shown_all_the_same():
    def odd(data, recipient):
        recipient[1] = (0x30, [])

    def by_key(data, recipient):
        recipient[1] = (0x80, b"another key")

    for change, shown in ((odd, "without a name"), (by_key, b"another key".hex())):
        with pytest.raises(NotARecipient, match=shown):
            opened(changed(enveloped(CONTENT), change))


def test_any_form_of_ber_is_opened():
    for seed in range(40):
        for cipher in ("aes256-cbc", "aes256-gcm"):
            for form in ("enveloped", "auth-enveloped"):
                message = berify(enveloped(CONTENT, cipher=cipher, gcm_form=form), Random(seed), content_tag=0x80)
                for source in (message, io.BytesIO(message)):
                    assert opened(source)[0] == CONTENT


def test_a_file_is_read_from_where_it_stands():
    message = b"headers\r\n\r\n" + enveloped(CONTENT, cipher="aes256-gcm") + b"trailer"
    source = io.BytesIO(message)
    source.seek(11)
    assert opened(source)[0] == CONTENT
