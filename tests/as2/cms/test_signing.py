"""What we sign, ``openssl cms`` verifies, and the other way round: every scheme, digest and style (RFC 5652 5)."""

import datetime
import itertools
import os

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.as2.cms import Certificate, Identity, KeyTransport, Style, envelope, oddities, read_signature, sign, verify
from gateway.as2.errors import AlgorithmNotAllowed, KeyUnusable
from tests.as2.cms.contents import CONTENT, digests_of
from tests.as2.cms.der_edit import parse, write
from tests.support.identities import identity, pinned

AT = datetime.datetime(2026, 11, 21, 8, 30, tzinfo=datetime.UTC)
SCHEMES = {"rsa": "rsa", "pss": "rsa", "ecdsa": "ec"}
DIGESTS = ("sha1", "sha224", "sha256", "sha384", "sha512")
ALL_DIGESTS = frozenset(DIGESTS)
STYLES = {
    "plain": Style(),
    "no attributes": Style(attributes=False),
    "algorithm protection": Style(algorithm_protection=True),
    "capabilities": Style(capabilities=True),
    "key identifier": Style(key_identifier=True),
    "digest with null": Style(digest_null=True),
    "digest in scheme": Style(digest_in_scheme=True),
    "everything": Style(True, True, True, True, True, True),
}


def signed(scheme: str, digest: str = "sha256", **more) -> bytes:
    """A signature of ours over CONTENT."""
    return sign(digests_of(CONTENT)(digest), digest, identity("acme", SCHEMES[scheme]), scheme=scheme, **more)


@pytest.mark.parametrize(("scheme", "digest"), list(itertools.product(SCHEMES, DIGESTS)))
def test_openssl_verifies_every_scheme_with_every_digest(openssl, scheme, digest):
    assert openssl.verify(signed(scheme, digest, signed_at=AT), CONTENT, "acme", SCHEMES[scheme]) == CONTENT


@pytest.mark.parametrize(("scheme", "style"), list(itertools.product(SCHEMES, STYLES)))
def test_openssl_verifies_every_style_and_so_do_we(openssl, scheme, style):
    message = signed(scheme, signed_at=AT, style=STYLES[style])
    assert openssl.verify(message, CONTENT, "acme", SCHEMES[scheme]) == CONTENT
    proved = verify(read_signature(message), digests_of(CONTENT), [pinned("acme", SCHEMES[scheme])])
    assert proved.certificate == pinned("acme", SCHEMES[scheme])
    assert (proved.scheme, proved.digest, proved.others) == (scheme, "sha256", ())
    assert proved.attributes is STYLES[style].attributes
    assert proved.signed_at == (AT if proved.attributes else None)


@pytest.mark.parametrize(("scheme", "digest"), list(itertools.product(SCHEMES, DIGESTS)))
def test_we_verify_what_openssl_signs(openssl, scheme, digest):
    more = ("-md", digest, *(("-keyopt", "rsa_padding_mode:pss") if scheme == "pss" else ()))
    signature = read_signature(openssl.sign(CONTENT, "acme", SCHEMES[scheme], *more))
    proved = verify(signature, digests_of(CONTENT), [pinned("acme", SCHEMES[scheme])], allow=ALL_DIGESTS)
    assert (proved.scheme, proved.digest) == (scheme, digest)
    assert proved.signed_at and signature.certificates == (pinned("acme", SCHEMES[scheme]),)


@pytest.mark.parametrize(
    ("scheme", "option"),
    [
        (scheme, option)
        for scheme in SCHEMES
        for option in ("-keyid", "-noattr", "-nocerts", "-nosmimecap", "-stream")
        if (scheme, option) != ("pss", "-stream")  # openssl 3.0 itself cannot write that.
    ],
)
def test_we_verify_what_openssl_signs_with_its_options(openssl, scheme, option):
    pss = ("-keyopt", "rsa_padding_mode:pss") if scheme == "pss" else ()
    signature = read_signature(openssl.sign(CONTENT, "acme", SCHEMES[scheme], option, *pss))
    assert verify(signature, digests_of(CONTENT), [pinned("acme", SCHEMES[scheme])]).scheme == scheme
    assert bool(signature.certificates) is (option != "-nocerts")


@pytest.mark.parametrize("salt", ["0", "20", "digest", "max"])
def test_a_salt_of_any_length_is_read(openssl, salt):
    more = ("-keyopt", "rsa_padding_mode:pss", "-keyopt", f"rsa_pss_saltlen:{salt}")
    signature = read_signature(openssl.sign(CONTENT, "acme", "rsa", *more))
    assert verify(signature, digests_of(CONTENT), [pinned("acme")]).scheme == "pss"


@pytest.mark.parametrize("stream", [("-stream",), ()])
def test_a_content_inside_is_read_with_its_digest(openssl, tmp_path, stream):
    message = openssl.sign(CONTENT * 50, "acme", "rsa", "-nodetach", *stream)
    signature = read_signature(message)
    assert signature.encapsulated and signature.content == CONTENT * 50
    assert verify(signature, signature.digest, [pinned("acme")]).certificate == pinned("acme")
    with (tmp_path / "message").open("wb+") as source, (tmp_path / "sink").open("wb+") as sink:
        source.write(message)
        source.seek(0)
        streamed = read_signature(source, sink)
        assert streamed.content is None and streamed.digests == signature.digests
        sink.seek(0)
        assert sink.read() == CONTENT * 50


def test_no_certificate_goes_along_when_none_is_wanted():
    assert read_signature(signed("rsa", include_certificates=False)).certificates == ()
    both = signed("rsa", chain=(pinned("authority"),))
    assert set(read_signature(both).certificates) == {pinned("acme"), pinned("authority")}


def test_a_key_signs_with_the_scheme_of_its_kind():
    digest = digests_of(CONTENT)("sha256")
    for kind, scheme in (("rsa", "rsa"), ("ec", "ecdsa")):
        message = sign(digest, "sha256", identity("acme", kind))
        assert verify(read_signature(message), digests_of(CONTENT), [pinned("acme", kind)]).scheme == scheme
    for kind, scheme in (("rsa", "ecdsa"), ("ec", "rsa"), ("ec", "pss")):
        with pytest.raises(KeyUnusable):
            sign(digest, "sha256", identity("acme", kind), scheme=scheme)


def test_a_key_that_is_too_short_is_told():
    short = rsa.generate_private_key(65537, 1024)
    tree = parse(pinned("acme").der)
    tree[0][1][0][1][6] = parse(short.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))[0]
    weak = Identity(Certificate(write(tree)), short)
    assert oddities(weak.certificate) == ("its key has 1024 bits, less than 2048",)
    with pytest.raises(KeyUnusable, match="too short"):
        sign(digests_of(CONTENT)("sha512"), "sha512", weak, scheme="pss")
    with pytest.raises(KeyUnusable, match="too short"):
        envelope(CONTENT, [weak.certificate], random=os.urandom, key_transport=KeyTransport("oaep", "sha512"))


def test_nothing_is_signed_with_md5_or_an_unknown_digest():
    for name in ("md5", "sha3"):
        with pytest.raises(AlgorithmNotAllowed):
            sign(b"\0" * 16, name, identity("acme"))
    with pytest.raises(ValueError, match="no sha256"):
        sign(b"\0" * 20, "sha256", identity("acme"))
