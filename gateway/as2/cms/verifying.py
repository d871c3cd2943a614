"""Proves who signed (RFC 5652 5.6, RFC 4056, RFC 6211). Returns the signer or raises. Twin of ``signing``.

The signer must be one of the certificates that the caller trusts, and its pinned public key must verify the signature. What
certificates the message carries proves nothing and is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

from gateway.as2 import der
from gateway.as2.algorithms import DIGESTS, STRONG_DIGESTS, Digest
from gateway.as2.ber import Element
from gateway.as2.cms.certificates import Certificate
from gateway.as2.cms.parameters import pss_padding
from gateway.as2.cms.signature import Signature, SignerInfo
from gateway.as2.errors import (
    AlgorithmNotAllowed,
    AS2Error,
    CertificateUnreadable,
    ForeignSigner,
    IntegrityCheckFailed,
    MalformedCMS,
    NoSigner,
    SignatureInvalid,
)

Digests = Callable[[str], bytes]
SHOWN = 3  # Signers named to people; there may be many.


@dataclass(frozen=True, slots=True)
class Verified:
    """What was proved: whose certificate, over which digest, by which scheme, with or without signed attributes.

    ``signed_at`` is what the signer claims, None when it claims nothing. ``others`` tells of each further signer why it counts
    for nothing here.
    """

    certificate: Certificate
    digest: str
    digest_value: bytes
    scheme: str
    signed_at: datetime | None
    attributes: bool
    others: tuple[str, ...] = ()


def verify(
    signature: Signature,
    digests: Digests,
    trusted: Sequence[Certificate],
    *,
    allow: frozenset[str] = STRONG_DIGESTS,
) -> Verified:
    """Return who signed the content whose digest ``digests`` gives by name (such as ``sha256``), or raise.

    One signer whose certificate is trusted is enough; the others are reported. Raises NoSigner, ForeignSigner when no signer is
    trusted, AlgorithmNotAllowed for a digest outside ``allow``, IntegrityCheckFailed when the content is another one,
    SignatureInvalid when the signature is not of the trusted key. With several trusted signers the first failure is raised.
    """
    if not signature.signers:
        raise NoSigner
    failures: list[AS2Error] = []
    others: list[str] = []
    proved: Verified | None = None
    for signer in signature.signers:
        candidates = [each for each in trusted if _names(signer, each, exactly=True)]
        candidates = candidates or [each for each in trusted if _names(signer, each, exactly=False)]
        if not candidates:
            others.append(f"{signer.shown}: unknown to us")
            continue
        if proved:
            others.append(f"{signer.shown}: known, not needed")
            continue
        try:
            proved = _verify_one(signer, signature, digests, candidates, allow)
        except AS2Error as error:
            failures.append(error)
            others.append(f"{signer.shown}: {error.code}")
    if proved:
        return replace(proved, others=tuple(others)) if others else proved
    if failures:
        raise failures[0]
    raise _foreign(signature, trusted)


def _foreign(signature: Signature, trusted: Sequence[Certificate]) -> ForeignSigner:
    """Name the signer, and the certificate that came along for it, so that somebody can ask the partner about it."""
    named = ", ".join(signer.shown for signer in signature.signers[:SHOWN])
    carried = [
        each.fingerprint
        for each in signature.certificates
        if any(_names(signer, each, exactly=True) for signer in signature.signers)
    ]
    came = f" The certificate that came along has SHA-256 {', '.join(carried[:SHOWN])}." if carried else ""
    return ForeignSigner(
        f"The signer ({named}) is none of the {len(trusted)} certificates that we trust for this partner.{came}"
        " Compare with: gateway cert list, and import the new certificate when the partner confirms it."
    )


def _names(signer: SignerInfo, certificate: Certificate, *, exactly: bool) -> bool:
    """Tell whether the signer names this certificate. Not exactly: the issuer may be in other string types."""
    if signer.serial is not None:
        return signer.serial == certificate.serial and (not exactly or signer.issuer == certificate.issuer_der)
    return signer.key_identifier in certificate.key_identifiers


def _verify_one(
    signer: SignerInfo, signature: Signature, digests: Digests, candidates: Sequence[Certificate], allow: frozenset[str]
) -> Verified:
    digest, scheme_digest = _digests_of(signer, allow)
    expected = digests(digest.name)
    attributes = signer.attributes
    if attributes:
        if attributes.digest is None or attributes.content_type is None:
            raise SignatureInvalid("The signed attributes lack content type or digest. Ask the partner to sign anew.")
        if attributes.content_type != signature.content_type:
            raise SignatureInvalid("The signature is about another type of content. Ask the partner to sign anew.")
        if attributes.digest != expected:
            raise IntegrityCheckFailed
        _check_protection(signer)
    for certificate in candidates:
        if _fits(signer, certificate, expected, scheme_digest):
            signed_at = attributes.signed_at if attributes else None
            return Verified(certificate, digest.name, expected, signer.scheme or "", signed_at, attributes is not None)
    if attributes is None:
        raise IntegrityCheckFailed  # Nothing tells another content from another key here, and the former is what happens.
    raise SignatureInvalid


def _digests_of(signer: SignerInfo, allow: frozenset[str]) -> tuple[Digest, Digest]:
    """Return the digest of the content and the one of the signature; raises AlgorithmNotAllowed."""
    if signer.digest is None or signer.scheme is None:
        raise AlgorithmNotAllowed(
            "The signer uses an algorithm that we don't know. Ask the partner to sign with SHA-256."
        )
    of_scheme = signer.scheme_digest or signer.digest
    for name in (signer.digest, of_scheme):
        if name not in allow:
            raise AlgorithmNotAllowed(
                f"The signer uses {name}, which the agreement does not allow. Ask the partner to sign with SHA-256,"
                " or allow it for this partner."
            )
    if signer.attributes is None and of_scheme != signer.digest:
        raise SignatureInvalid("The signer names two digests for one content. Ask the partner to sign anew.")
    return DIGESTS[signer.digest], DIGESTS[of_scheme]


def _check_protection(signer: SignerInfo) -> None:
    """Check CMSAlgorithmProtection (RFC 6211 3): the algorithms are those that were signed."""
    found = signer.attributes.protection if signer.attributes else None
    if found is None:
        return
    try:
        parts = found.children()
        same = (
            len(parts) >= 2
            and parts[1].tag == der.context(1)
            and _same_algorithm(parts[0], signer.digest_identifier)
            and _same_algorithm(parts[1], signer.scheme_identifier)
        )
    except MalformedCMS:
        same = False
    if not same:
        raise SignatureInvalid(
            "The algorithms of the signature are not those that were signed. Ask the partner to sign anew."
        )


def _same_algorithm(one: Element, other: Element) -> bool:
    """Compare two AlgorithmIdentifiers; no parameters and NULL are the same."""

    def parts(element: Element) -> list[bytes]:
        return [each.definite() for each in element.children() if each.tag != der.NULL_TAG]

    return parts(one) == parts(other)


def _fits(signer: SignerInfo, certificate: Certificate, expected: bytes, digest: Digest) -> bool:
    """Tell whether the pinned key of this certificate made the signature."""
    try:
        key = certificate.public_key
    except CertificateUnreadable:
        return False
    forms = signer.attributes.forms() if signer.attributes else iter((expected,))
    hashing = digest.hash if signer.attributes else utils.Prehashed(digest.hash)
    chosen = pss_padding(signer.parameters, digest) if signer.scheme == "pss" else padding.PKCS1v15()
    for form in forms:
        try:
            if isinstance(key, ec.EllipticCurvePublicKey):
                if signer.scheme != "ecdsa":
                    return False
                key.verify(signer.signature, form, ec.ECDSA(hashing))
            else:
                if signer.scheme == "ecdsa":
                    return False
                key.verify(signer.signature, form, chosen, hashing)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError):
            continue
        return True
    return False
