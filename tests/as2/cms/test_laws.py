"""What holds for every message: it comes back, and a damaged one raises our errors and nothing else."""

import io
import os
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gateway.as2.algorithms import CIPHERS, STRONG_DIGESTS
from gateway.as2.cms import (
    KeyTransport,
    Style,
    compress,
    decompress,
    envelope,
    load_certificates,
    open_envelope,
    read_signature,
    sign,
    sniff,
    verify,
)
from gateway.as2.errors import AS2Error
from tests.as2.berify import berify
from tests.as2.cms.contents import digests_of
from tests.as2.test_stream import Dribble
from tests.support.identities import identity, pinned

contents = st.one_of(st.binary(max_size=500), st.integers(0, 150_000).map(lambda size: b"0123456789" * (size // 10)))
styles = st.builds(Style, *[st.booleans()] * 6)
transports = st.builds(
    KeyTransport,
    st.sampled_from(["rsa", "oaep"]),
    st.sampled_from(["sha1", "sha256", "sha512"]),
    st.sampled_from([None, "sha1", "sha384"]),
    st.booleans(),
)
schemes = st.sampled_from([("rsa", "rsa"), ("rsa", "pss"), ("ec", "ecdsa")])


@given(contents, styles, schemes, st.sampled_from(sorted(STRONG_DIGESTS)), st.booleans(), st.integers(0, 2**32))
def test_what_is_signed_is_verified(content, style, scheme, digest, certificates, seed):
    kind, scheme = scheme
    ask = digests_of(content)
    message = sign(
        ask(digest), digest, identity("acme", kind), scheme=scheme, include_certificates=certificates, style=style
    )
    for form in (message, berify(message, Random(seed))):
        for source in (form, io.BytesIO(form), Dribble(form)):
            proved = verify(read_signature(source), ask, [pinned("beta"), pinned("acme", kind)])
            assert (proved.certificate, proved.digest, proved.scheme) == (pinned("acme", kind), digest, scheme)
            assert proved.digest_value == ask(digest) and proved.attributes is style.attributes


@given(
    contents,
    st.sampled_from(sorted(CIPHERS)),
    transports,
    st.sampled_from(["enveloped", "auth-enveloped"]),
    st.integers(0, 9),
)
def test_what_is_enveloped_is_opened(content, cipher, transport, form, seed):
    made = envelope(
        content,
        [pinned("beta"), pinned("acme")],
        random=os.urandom,
        cipher=cipher,
        key_transport=transport,
        gcm_form=form,
    )
    message = b"".join(made)
    assert len(message) == made.size and sniff(message) == (form if cipher.endswith("gcm") else "enveloped")
    for each in (message, berify(message, Random(seed), content_tag=0x80)):
        sink = io.BytesIO()
        how = open_envelope(each, [identity("acme")], sink, random=os.urandom, allow=frozenset({cipher}))
        assert sink.getvalue() == content and (how.cipher, how.recipients, how.size) == (cipher, 2, len(content))


@given(contents, st.integers(1, 9), st.integers(0, 2**32))
def test_what_is_compressed_is_decompressed(content, level, seed):
    for source in (content, io.BytesIO(content)):
        message = b"".join(compress(source, level=level))
        sink = io.BytesIO()
        assert decompress(message, sink, limit=len(content)) == len(content) and sink.getvalue() == content
    small = b"".join(compress(content[:5000]))
    sink = io.BytesIO()
    decompress(berify(small, Random(seed)), sink, limit=5000)
    assert sink.getvalue() == content[:5000]


def read_all(message: bytes) -> None:
    """Ask everything about a message; only our own errors may come out."""
    sniff(message)
    for source in (message, io.BytesIO(message), Dribble(message)):
        for ask in (
            lambda source: verify(read_signature(source), digests_of(b"x"), [pinned("acme"), pinned("acme", "ec")]),
            lambda source: open_envelope(source, [identity("acme")], io.BytesIO(), random=os.urandom),
            lambda source: decompress(source, io.BytesIO(), limit=100_000),
        ):
            if isinstance(source, io.BytesIO):
                source.seek(0)
            try:
                ask(source)
            except AS2Error as error:
                assert error.detail and error.disposition.startswith(("processed/", "failed/"))
    try:
        load_certificates(message)
    except AS2Error as error:
        assert error.detail


def good(which: int) -> bytes:
    """A good message of each kind."""
    if which < 3:
        scheme, kind = (("rsa", "rsa"), ("pss", "rsa"), ("ecdsa", "ec"))[which]
        style = Style(algorithm_protection=True, capabilities=True)
        return sign(digests_of(b"x")("sha256"), "sha256", identity("acme", kind), scheme=scheme, style=style)
    if which < 6:
        how = ({}, {"cipher": "aes256-gcm"}, {"key_transport": KeyTransport("oaep"), "cipher": "3des"})[which - 3]
        return b"".join(envelope(b"x" * 50, [pinned("acme")], random=os.urandom, **how))
    return b"".join(compress(b"x" * 50))


@given(st.integers(0, 6), st.integers(0, 2**32), st.data())
def test_a_damaged_message_raises_our_errors_only(which, seed, data):
    chance = Random(seed)
    broken = bytearray(berify(good(which), chance, content_tag=0x80))
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(broken) or 1)
        match chance.randrange(5):
            case 0:
                broken[at : at + 1] = bytes((chance.randrange(256),))
            case 1:
                del broken[at : at + chance.randint(1, 40)]
            case 2:
                broken[at:at] = broken[at : at + chance.randint(1, 40)]
            case 3:
                broken[at : at + 2] = b"\x30\x80"
            case 4:
                broken[at : at + 5] = b"\x84\xff\xff\xff\xff"
        broken = broken or bytearray(b"\x30")
    read_all(bytes(broken))


@given(st.binary(max_size=300), st.booleans())
def test_arbitrary_bytes_raise_our_errors_only(data, begun):
    read_all(
        (b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x80\x30\x80\x02\x01\x00" if begun else b"") + data
    )
