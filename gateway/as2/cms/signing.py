"""Writes SignedData over a content that is elsewhere (RFC 5652 5, 8551, 4056, 5753, 6211). Twin of ``verifying``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from gateway.as2 import der
from gateway.as2.algorithms import CIPHERS, DIGESTS, ECDSA_WITH, MGF1, PSS, RSA, RSA_WITH, Digest
from gateway.as2.cms.certificates import Certificate, Identity
from gateway.as2.errors import AlgorithmNotAllowed, KeyUnusable

Scheme = Literal["rsa", "pss", "ecdsa"]

DATA = der.oid("1.2.840.113549.1.7.1")
SIGNED_DATA = der.oid("1.2.840.113549.1.7.2")
CONTENT_TYPE = der.oid("1.2.840.113549.1.9.3")
MESSAGE_DIGEST = der.oid("1.2.840.113549.1.9.4")
SIGNING_TIME = der.oid("1.2.840.113549.1.9.5")
SMIME_CAPABILITIES = der.oid("1.2.840.113549.1.9.15")
ALGORITHM_PROTECTION = der.oid("1.2.840.113549.1.9.52")

_ONE, _THREE = der.integer(1), der.integer(3)
_DETACHED = der.sequence(DATA)
_CONTENT_TYPE = der.sequence(CONTENT_TYPE, der.set_of([DATA]))
_CAPABILITIES = der.sequence(
    SMIME_CAPABILITIES,
    der.set_of(
        [der.sequence(*(der.sequence(CIPHERS[name].oid) for name in ("aes256-cbc", "aes192-cbc", "aes128-cbc")))]
    ),
)


@dataclass(frozen=True, slots=True)
class Style:
    """How a partner wants a signature written, where the standard leaves a choice.

    ``attributes``: sign attributes that hold the digest (else the content itself). ``algorithm_protection``: add the attribute of
    RFC 6211, which old products refuse. ``capabilities``: say which ciphers we read. ``key_identifier``: name the signer by key
    identifier instead of issuer and serial. ``digest_null``: write NULL behind the digest's identifier. ``digest_in_scheme``:
    write ``sha256WithRSAEncryption`` instead of ``rsaEncryption``.
    """

    attributes: bool = True
    algorithm_protection: bool = False
    capabilities: bool = False
    key_identifier: bool = False
    digest_null: bool = False
    digest_in_scheme: bool = False


PLAIN = Style()


def sign(
    digest_of_content: bytes,
    digest_name: str,
    identity: Identity,
    *,
    scheme: Scheme | None = None,
    signed_at: datetime | None = None,
    include_certificates: bool = True,
    chain: tuple[Certificate, ...] = (),
    style: Style = PLAIN,
) -> bytes:
    """Return a detached SignedData in DER over the content with this digest (RFC 5652 5.1).

    ``digest_name`` is one of sha256, sha384, sha512, sha1, sha224; it also hashes the signed attributes. ``scheme`` follows
    the key when None: RSA v1.5, or ECDSA. ``chain`` goes along with the signer's certificate. Raises KeyUnusable when key and
    scheme don't fit, AlgorithmNotAllowed for a digest that is never signed with.
    """
    digest = DIGESTS.get(digest_name)
    if digest is None or digest_name == "md5":
        raise AlgorithmNotAllowed(f"Nothing is signed with {digest_name}. Choose sha256, sha384 or sha512.")
    if len(digest_of_content) != digest.size:
        raise ValueError(f"a digest of {len(digest_of_content)} bytes is no {digest_name}")
    chosen = scheme or ("ecdsa" if isinstance(identity.private_key, ec.EllipticCurvePrivateKey) else "rsa")
    digest_id = digest.with_null if style.digest_null else digest.identifier
    scheme_id = signature_algorithm(chosen, digest, in_scheme=style.digest_in_scheme)
    if style.attributes:
        attributes = b"".join(_attributes(digest_of_content, digest_id, scheme_id, signed_at, style))
        signature = _signature(identity, chosen, digest, der.tlv(der.SET, attributes), prehashed=False)
        signed = der.tlv(der.context(0), attributes)
    else:
        signature = _signature(identity, chosen, digest, digest_of_content, prehashed=True)
        signed = b""
    by_key = style.key_identifier
    signer = der.sequence(
        _THREE if by_key else _ONE,
        _key_identifier(identity.certificate) if by_key else identity.certificate.issuer_and_serial,
        digest_id,
        signed,
        scheme_id,
        der.octets(signature),
    )
    certificates = (identity.certificate, *chain) if include_certificates else ()
    carried = der.set_of((each.der for each in certificates), der.context(0)) if certificates else b""
    content = der.sequence(
        _THREE if by_key else _ONE, der.tlv(der.SET, digest_id), _DETACHED, carried, der.tlv(der.SET, signer)
    )
    return der.sequence(SIGNED_DATA, der.tlv(der.context(0), content))


def signature_algorithm(scheme: Scheme, digest: Digest, *, in_scheme: bool = False) -> bytes:
    """Return the AlgorithmIdentifier of a signature."""
    if scheme == "ecdsa":
        return der.sequence(der.oid(ECDSA_WITH[digest.name]))
    if scheme == "pss":
        return der.sequence(der.oid(PSS), _pss_parameters(digest))
    return der.sequence(der.oid(RSA_WITH[digest.name] if in_scheme else RSA), der.NULL)


def _pss_parameters(digest: Digest) -> bytes:
    """RSASSA-PSS-params: digest and mask by name, a salt as long as the digest (RFC 4056 2.2)."""
    if digest.name == "sha1":
        return der.sequence()  # All of it is what the standard takes for granted.
    mask = der.sequence(der.oid(MGF1), digest.with_null)
    return der.sequence(
        der.tlv(der.context(0), digest.with_null),
        der.tlv(der.context(1), mask),
        der.tlv(der.context(2), der.integer(digest.size)),
    )


def _attributes(
    digest_of_content: bytes, digest_id: bytes, scheme_id: bytes, signed_at: datetime | None, style: Style
) -> list[bytes]:
    """Return the signed attributes, each in DER, in the order of a DER SET."""
    found = [_CONTENT_TYPE, der.sequence(MESSAGE_DIGEST, der.tlv(der.SET, der.octets(digest_of_content)))]
    if signed_at:
        found.append(der.sequence(SIGNING_TIME, der.tlv(der.SET, der.time(signed_at))))
    if style.algorithm_protection:
        retagged = bytes((der.context(1),)) + scheme_id[1:]
        bound = der.sequence(digest_id, retagged)
        found.append(der.sequence(ALGORITHM_PROTECTION, der.tlv(der.SET, bound)))
    if style.capabilities:
        found.append(_CAPABILITIES)
    return sorted(found)


def _key_identifier(certificate: Certificate) -> bytes:
    """Return the SignerIdentifier ``[0] subjectKeyIdentifier``."""
    named = certificate.subject_key_identifier or min(certificate.key_identifiers)
    return der.tlv(der.context(0, constructed=False), named)


def _signature(identity: Identity, scheme: Scheme, digest: Digest, data: bytes, *, prehashed: bool) -> bytes:
    hashing = utils.Prehashed(digest.hash) if prehashed else digest.hash
    key, subject = identity.private_key, identity.certificate.subject
    try:
        if scheme == "ecdsa" and isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(data, ec.ECDSA(hashing))
        if scheme == "rsa" and isinstance(key, rsa.RSAPrivateKey):
            return key.sign(data, padding.PKCS1v15(), hashing)
        if scheme == "pss" and isinstance(key, rsa.RSAPrivateKey):
            return key.sign(data, padding.PSS(padding.MGF1(digest.hash), digest.size), hashing)
    except ValueError:
        raise KeyUnusable(
            f"The key of {subject} is too short for {scheme} with {digest.name}. Make a longer one."
        ) from None
    raise KeyUnusable(f"The key of {subject} cannot sign with {scheme}. Choose the scheme of its kind.")
