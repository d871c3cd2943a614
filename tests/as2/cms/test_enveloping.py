"""What we encrypt, ``openssl cms`` decrypts, and the other way round: every cipher and key transport (RFC 5652 6, 5083, 3560)."""

import io
import itertools
import os

import pytest

from gateway.as2.algorithms import CIPHERS
from gateway.as2.cms import KeyTransport, envelope, open_envelope, sniff
from gateway.as2.errors import AlgorithmNotAllowed, AS2Error, KeyUnusable
from tests.as2.cms.contents import CONTENT, SIZES, content
from tests.as2.test_stream import Dribble
from tests.support.identities import identity, pinned

TRANSPORTS = {
    "rsa": KeyTransport(),
    "oaep-sha1": KeyTransport("oaep", "sha1"),
    "oaep-sha256": KeyTransport("oaep"),
    "oaep-sha384": KeyTransport("oaep", "sha384"),
    "oaep-sha512": KeyTransport("oaep", "sha512"),
}
OPENSSL_CIPHERS = {
    "aes128-cbc": "-aes-128-cbc", "aes192-cbc": "-aes-192-cbc", "aes256-cbc": "-aes-256-cbc", "3des": "-des3",
    "aes128-gcm": "-aes-128-gcm", "aes192-gcm": "-aes-192-gcm", "aes256-gcm": "-aes-256-gcm",
}  # fmt: skip


def enveloped(data, *names: str, **more) -> bytes:
    """An envelope of ours, whole."""
    return b"".join(envelope(data, [pinned(name) for name in names or ("acme",)], random=os.urandom, **more))


def opened(message, name: str = "acme", **more):
    """What is in an envelope, and how it was protected."""
    sink = io.BytesIO()
    how = open_envelope(message, [identity(name)], sink, random=os.urandom, **more)
    return sink.getvalue(), how


@pytest.mark.parametrize(("cipher", "transport"), list(itertools.product(CIPHERS, TRANSPORTS)))
def test_openssl_opens_every_cipher_with_every_key_transport(openssl, cipher, transport):
    message = enveloped(CONTENT, cipher=cipher, key_transport=TRANSPORTS[transport])
    assert openssl.decrypt(message, "acme") == CONTENT
    kind = "auth-enveloped" if cipher.endswith("gcm") else "enveloped"
    data, how = opened(message)
    assert data == CONTENT and sniff(message) == kind
    assert (how.cipher, how.key_transport, how.form) == (cipher, transport, kind)
    assert how.fingerprint == pinned("acme").fingerprint and how.size == len(CONTENT)


@pytest.mark.parametrize(("cipher", "stream"), list(itertools.product(OPENSSL_CIPHERS, [(), ("-stream",)])))
def test_we_open_every_cipher_of_openssl(openssl, cipher, stream):
    message = openssl.encrypt(CONTENT * 100, OPENSSL_CIPHERS[cipher], *stream, "-recip", openssl.certificate("acme"))
    for source in (message, io.BytesIO(message)):
        data, how = opened(source)
        assert data == CONTENT * 100 and how.cipher == cipher


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("mask", ["sha1", "sha256"])
def test_we_open_oaep_of_openssl_with_any_digest_and_mask(openssl, digest, mask):
    options = ("rsa_padding_mode:oaep", f"rsa_oaep_md:{digest}", f"rsa_mgf1_md:{mask}")
    words = [word for option in options for word in ("-keyopt", option)]
    message = openssl.encrypt(CONTENT, "-aes-256-cbc", "-recip", openssl.certificate("acme"), *words)
    data, how = opened(message)
    assert data == CONTENT and how.key_transport == f"oaep-{digest}"
    ours = enveloped(CONTENT, key_transport=KeyTransport("oaep", digest, mask))
    assert openssl.decrypt(ours, "acme") == CONTENT


def test_recipients_are_found_by_key_identifier(openssl):
    message = openssl.encrypt(CONTENT, "-aes-256-cbc", "-keyid", "-recip", openssl.certificate("acme"))
    assert opened(message)[0] == CONTENT
    ours = enveloped(CONTENT, key_transport=KeyTransport(key_identifier=True))
    assert openssl.decrypt(ours, "acme") == CONTENT and opened(ours)[0] == CONTENT


@pytest.mark.parametrize("name", ["acme", "beta", "gamma"])
def test_each_of_several_recipients_opens_the_message(openssl, name):
    ours = enveloped(CONTENT, "acme", "beta", "gamma")
    assert openssl.decrypt(ours, name) == CONTENT
    theirs = openssl.encrypt(
        CONTENT, "-aes-128-cbc", *(openssl.certificate(each) for each in ("acme", "beta", "gamma"))
    )
    for message in (ours, theirs):
        data, how = opened(message, name)
        assert data == CONTENT and how.recipients == 3 and how.fingerprint == pinned(name).fingerprint


def test_a_recipient_with_an_elliptic_curve_key_beside_us_does_no_harm(openssl):
    others = (openssl.certificate("acme", "ec"), openssl.certificate("acme"))
    assert opened(openssl.encrypt(CONTENT, "-aes-128-cbc", *others))[0] == CONTENT


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("cipher", ["aes256-cbc", "3des", "aes256-gcm"])
@pytest.mark.parametrize("form", ["auth-enveloped", "enveloped"])
def test_every_size_comes_back_from_bytes_files_and_pipes(size, cipher, form):
    data = content(size)
    for source in (data, io.BytesIO(data), Dribble(data, 3001)):
        made = envelope(source, [pinned("acme")], random=os.urandom, cipher=cipher, gcm_form=form)
        message = b"".join(made)
        assert made.size == (None if isinstance(source, Dribble) else len(message))
        assert opened(message)[0] == data
        if cipher.endswith("cbc"):
            assert opened(Dribble(message, 3001))[0] == data


def test_the_size_is_known_when_it_is_told():
    data = content(100_000)
    made = envelope(Dribble(data, 999), [pinned("acme")], random=os.urandom, size=len(data))
    assert len(b"".join(made)) == made.size
    with pytest.raises(AS2Error, match="changed"):
        b"".join(envelope(Dribble(data), [pinned("acme")], random=os.urandom, size=len(data) + 1))


def test_gcm_in_the_legacy_form_has_its_tag_behind_the_content():
    message = enveloped(CONTENT, cipher="aes256-gcm", gcm_form="enveloped")
    assert sniff(message) == "enveloped"
    data, how = opened(message)
    assert data == CONTENT and how.form == "enveloped" and how.cipher == "aes256-gcm"


def test_every_message_has_a_key_and_a_vector_of_its_own():
    taken = []

    def random(size: int) -> bytes:
        taken.append(size)
        return os.urandom(size)

    first, second = (b"".join(envelope(CONTENT, [pinned("acme")], random=random)) for _ in range(2))
    assert first != second and taken == [32, 16, 32, 16]


def test_an_envelope_is_read_once():
    made = envelope(CONTENT, [pinned("acme")], random=os.urandom)
    assert opened(b"".join(made))[0] == CONTENT
    with pytest.raises(AS2Error, match="once"):
        b"".join(made)


def test_what_cannot_be_encrypted_is_refused_before_a_byte_is_written():
    for more, error in (({"cipher": "rc2"}, AlgorithmNotAllowed), ({"cipher": "AES256"}, AlgorithmNotAllowed)):
        with pytest.raises(error):
            envelope(CONTENT, [pinned("acme")], random=os.urandom, **more)
    with pytest.raises(KeyUnusable):
        envelope(CONTENT, [], random=os.urandom)
    with pytest.raises(KeyUnusable):
        envelope(CONTENT, [pinned("acme", "ec")], random=os.urandom)
