"""Between whom a message goes, with which keys it is opened, and how its receipt is signed. Reads headers, directory and keys."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gateway.as2.algorithms import STRONG_DIGESTS
from gateway.as2.errors import PrivateKeyUnreadable, UnknownTradingRelationship
from gateway.as2.headers import Headers
from gateway.as2.mdn import ReceiptTerms
from gateway.as2.names import read_name, readings
from gateway.as2.receipt_request import ReceiptRequest
from gateway.as2.terms import ALL_CIPHERS, Keys, Policy
from gateway.errors import GatewayError
from gateway.keyring import Keyring
from gateway.trading.as2 import AS2Channel
from gateway.trading.certificates import Place, believed
from gateway.trading.directory import Directory, Partner

random = os.urandom


@dataclass(frozen=True, slots=True)
class Parties:
    """Who writes to whom. ``theirs`` and ``ours`` are the AS2 names as the message has them."""

    partner: Partner
    channel: AS2Channel
    theirs: str
    ours: str

    @property
    def source(self) -> str:
        """The partner as the ledger calls who brings or gets something."""
        return f"partner:{self.partner.id}"


def parties_of(headers: Headers, directory: Directory) -> Parties:
    """Return between whom a message goes; raise UnknownTradingRelationship unless both names are known."""
    own = directory.own.as2 if directory.own is not None else None
    ours = next((name for name in readings(headers.get("as2-to")) if own is not None and name in own.names), None)
    for theirs in readings(headers.get("as2-from")):
        partner = directory.find_by_as2_name(theirs)
        channel = partner.text.channels.as2 if partner is not None else None
        if partner is not None and channel is not None and ours is not None:
            return Parties(partner, channel, theirs, ours)
    shown = f"{read_name(headers.get('as2-from'))[:60]!r} to {read_name(headers.get('as2-to'))[:60]!r}"
    raise UnknownTradingRelationship(
        f"Nobody here trades under the AS2 names {shown}. Add the names to the partner's file or to own.yaml if they were agreed."
    )


def keys_for(parties: Parties, directory: Directory, keyring: Keyring, now: datetime) -> Keys:
    """Return our identities and the partner's certificates that may open and prove a message, old and new ones.

    Raises PrivateKeyUnreadable when we have certificates to encrypt for and none of their keys: that is not the partner's fault.
    """
    own = keyring.all(Place.DECRYPT_IN, directory.own_certificates, now)
    if not own and believed(Place.DECRYPT_IN, directory.own_certificates, now):
        raise PrivateKeyUnreadable("None of our private keys can be read. See the lines above, and: gateway cert list.")
    return Keys(
        own=own,
        trusted=[each.certificate for each in believed(Place.VERIFY_IN, parties.partner.certificates, now)],
    )


def policy_for(channel: AS2Channel, largest: int) -> Policy:
    """Return what must be true of a message of a partner; ``largest`` bounds each of its layers in bytes."""
    receive = channel.receive
    return Policy(
        signed=receive.signed == "required",
        encrypted=receive.encrypted == "required",
        compressed=receive.compressed,
        digests=STRONG_DIGESTS | {"sha1"} if "sha1" in receive.legacy else STRONG_DIGESTS,
        ciphers=ALL_CIPHERS if "3des" in receive.legacy else ALL_CIPHERS - {"3des"},
        largest=largest,
        quirks=frozenset(channel.quirks),
    )


def receipt_terms(
    parties: Parties, request: ReceiptRequest, directory: Directory, keyring: Keyring, now: datetime, digest: str
) -> ReceiptTerms:
    """Return how the receipt of a message is written; ``digest`` is that of its MIC. Raises CertificateMissing, KeyTrouble."""
    return ReceiptTerms(
        sender=parties.ours,
        receiver=parties.theirs,
        signer=keyring.one(Place.SIGN_MDN, directory.own_certificates, now) if request.signed else None,
        digest=digest,
        quirks=frozenset(parties.channel.quirks),
    )


class NotAtThisDoor(GatewayError):
    """The request does not show who it comes from as was agreed. Use what was agreed, then send again."""

    code = "as2-door-closed"

    def __init__(self, partner: str) -> None:
        super().__init__()
        self.partner = partner


def check_door(
    parties: Parties, headers: Headers, shown: bytes | None, secret: Callable[[str, str], str], now: datetime
) -> None:
    """Check what was agreed about the connection: a certificate of TLS, a login. Raises NotAtThisDoor.

    A login that nobody asked for is not looked at.
    """
    receive = parties.channel.receive
    if receive.client_certificate:
        trusted = believed(Place.TLS_THEIRS, parties.partner.certificates, now)
        if shown is None or not any(hmac.compare_digest(each.certificate.der, shown) for each in trusted):
            raise NotAtThisDoor(parties.partner.id)
    if receive.login is not None:
        password = secret(receive.login.password, f"partners/{parties.partner.id}.yaml")
        if not _same_login(headers.get("authorization"), f"{receive.login.user}:{password}"):
            raise NotAtThisDoor(parties.partner.id)


def _same_login(authorization: str, expected: str) -> bool:
    scheme, _, coded = authorization.partition(" ")
    try:
        said = base64.b64decode(coded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return scheme.lower() == "basic" and hmac.compare_digest(said, expected.encode())
