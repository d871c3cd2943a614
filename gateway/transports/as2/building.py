"""Builds the message that is sent: the partner's terms, our keys, and the certificates that are valid now."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from gateway.as2.cms.enveloping import BY_RSA, KeyTransport
from gateway.as2.content import NewSpool
from gateway.as2.message import Packed, Payload, Terms, pack
from gateway.as2.terms import AskedReceipt, Marks
from gateway.keyring import Keyring
from gateway.pipeline.outbound.transmit import ending
from gateway.trading.as2 import AS2Channel
from gateway.trading.certificates import Place, chosen
from gateway.trading.directory import Directory, Partner
from gateway.transports.as2.answering import new_message_id
from gateway.transports.as2.parties import random

_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes messages to partners. ``secret`` reads what a reference points to."""

    keyring: Keyring
    secret: Callable[[str, str], str]
    new_spool: NewSpool
    new_id: Callable[[], str]

    def build(
        self, partner: Partner, directory: Directory, payload: Payload, facts: dict[str, str], now: datetime
    ) -> Packed:
        """Pack one payload for a partner. ``facts`` fill the parts of file name and subject.

        Raises CertificateMissing, KeyTrouble, AS2Error, ConfigurationError.
        """
        channel = partner.text.channels.as2
        assert channel is not None, "checked by the caller"
        send = channel.send
        named = replace(
            payload,
            filename=filled(ending(send.filename, payload.content_type), facts) if send.filename else None,
            content_type=payload.content_type or send.content_type,
        )
        terms = self.terms(partner, directory, now)
        if send.subject:
            terms = replace(terms, subject=filled(send.subject, facts))
        marks = Marks(new_message_id(self.new_id, terms.sender), now, random)
        return pack([named], terms, marks, self.new_spool)

    def terms(self, partner: Partner, directory: Directory, now: datetime) -> Terms:
        """Return how a message to a partner is made now."""
        channel = partner.text.channels.as2
        own = directory.own.as2 if directory.own is not None else None
        assert channel is not None and own is not None, "checked when the files are loaded"
        send = channel.send
        certificate = chosen(Place.ENCRYPT_OUT, partner.certificates, now).certificate if send.encrypt else None
        signer = self.keyring.one(Place.SIGN_OUT, directory.own_certificates, now) if send.sign else None
        on_curve = signer is not None and isinstance(signer.private_key, ec.EllipticCurvePrivateKey)
        return Terms(
            sender=channel.our_name or own.names[0],
            receiver=channel.names[0],
            signer=signer,
            digest=send.digest,
            signature="pss" if send.signature == "pss" and not on_curve else None,
            recipients=(certificate,) if certificate is not None else (),
            cipher=send.cipher,
            key_transport=_key_transport(send.key_transport),
            gcm_form=send.gcm,
            compress=send.compress,
            transfer_encoding=send.transfer_encoding,
            receipt=asked_receipt(channel, own.url),
            quirks=frozenset(channel.quirks),
            headers=tuple((name, self._value(value, partner)) for name, value in send.headers.items()),
        )

    def _value(self, value: str, partner: Partner) -> str:
        if value.startswith(("env:", "file:")):
            return self.secret(value, f"partners/{partner.id}.yaml")
        return value


def asked_receipt(channel: AS2Channel, url: str | None) -> AskedReceipt | None:
    """Return the receipt that we ask a partner for."""
    asked = channel.receipt
    if asked.ask == "none":
        return None
    return AskedReceipt(asked.signed, asked.algorithms, url=url if asked.ask == "async" else None)


def _key_transport(name: str) -> KeyTransport:
    return BY_RSA if name == "rsa" else KeyTransport("oaep", name.partition("-")[2])


def filled(template: str, facts: dict[str, str]) -> str:
    """Fill the parts of a file name or subject; what no fact fills stays empty."""
    return _FIELD.sub(lambda match: facts.get(match[1], ""), template)


def evidence_of(packed: Packed, channel: AS2Channel, request: str) -> dict[str, Any]:
    """Return what is kept of a message until its receipt has come: its MICs, where its bytes are, and how it was made."""
    return {
        "request": request,
        "mics": {mic.algorithm: base64.b64encode(mic.value).decode() for mic in packed.mics},
        "signed_receipt": channel.receipt.signed,
        "asked": channel.receipt.ask,
        "resends_left": channel.receipt.resend,
    }
