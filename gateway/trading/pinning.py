"""Joins what partner files say about AS2 with the certificates that they name, and tells every mistake in it with its line.

Opens no file: certificates come in as bytes by path. What only deserves a warning (dates, odd certificates) is told by
`gateway.trading.expiry`, because it must stop nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import BaseModel, ValidationError

from gateway.as2.cms import Certificate, load_certificates
from gateway.as2.errors import CertificateUnreadable
from gateway.errors import Problem
from gateway.located import Located, Path
from gateway.trading.as2 import AS2Channel, AS2Own
from gateway.trading.certificates import CertificateText, OwnKeyText, Pinned, Use

CHANNEL: Path = ("channels", "as2")
OWN: Path = ("as2",)

_PRIVATE = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY")

Text = TypeVar("Text", bound=BaseModel)


@dataclass(slots=True)
class Pins:
    """The certificates of one file that could be read, and what is wrong with the others."""

    pinned: tuple[Pinned, ...] = ()
    problems: list[Problem] = field(default_factory=list)


def pin_own(data: Located, files: Mapping[str, bytes]) -> Pins:
    """Read our own certificates, which own.yaml names."""
    own = _part(AS2Own, data, OWN)
    if own is None:
        return Pins()
    pins = _pin(data, (*OWN, "keys"), own.keys, files)
    names = [key.name for key in own.keys]
    for index, name in enumerate(names):
        if name in names[:index]:
            place = (*OWN, "keys", index, "name")
            pins.problems.append(data.problem(place, f"two keys are called {name}", "give each a name of its own"))
    return pins


def pin_partner(data: Located, files: Mapping[str, bytes]) -> Pins:
    """Read the certificates of a partner, which its file names, and check that they suffice for what was agreed."""
    channel = _part(AS2Channel, data, CHANNEL)
    if channel is None:
        return Pins()
    pins = _pin(data, (*CHANNEL, "certificates"), channel.certificates, files)
    if not pins.problems:
        pins.problems += _needed(data, channel)
    return pins


def fits(data: Located, own: Located | None) -> Iterator[Problem]:
    """Check what a partner's file asks of ours: names, keys and an address."""
    channel = _part(AS2Channel, data, CHANNEL)
    if channel is None:
        return
    if own is None or not isinstance(own.data, dict) or own.data.get("as2") is None:
        yield data.problem(
            CHANNEL, "own.yaml says nothing about AS2", "add as2: {names: [OURNAME], keys: [...]} to own.yaml"
        )
        return
    ours = _part(AS2Own, own, OWN)
    if ours is None:
        return  # Its mistakes are named where own.yaml is read.
    if channel.our_name is not None and channel.our_name not in ours.names:
        reason = f"{channel.our_name!r} is none of our AS2 names ({', '.join(ours.names)})"
        yield data.problem((*CHANNEL, "our_name"), reason, "write one of them, or add it to own.yaml")
    if channel.receipt.ask == "async" and channel.send.url is not None and ours.url is None:
        reason = "receipts are to come later, and own.yaml doesn't say where to"
        yield data.problem((*CHANNEL, "receipt", "ask"), reason, "add as2: {url: https://...} to own.yaml")
    sends = channel.send.url is not None
    uses: tuple[tuple[Path, Use, bool], ...] = (
        (("send", "sign"), "sign", sends and channel.send.sign),
        (("receive", "encrypted"), "encrypt", channel.receive.encrypted == "required"),
        (("send", "client_certificate"), "tls", sends and channel.send.client_certificate),
    )
    for place, use, needed in uses:
        if needed and not any(use in key.use and key.state in ("active", "retiring") for key in ours.keys):
            reason = f"no key of ours is active for {use}"
            yield data.problem((*CHANNEL, *place), reason, f"make one with: gateway cert new NAME --use {use}")


def _part(model: type[Text], data: Located, place: Path) -> Text | None:
    """Return what stands at ``place`` where that can be understood by itself; its mistakes are named elsewhere."""
    said: Any = data.data
    for key in place:
        said = said.get(key) if isinstance(said, dict) else None
    try:
        return None if said is None else model.model_validate(said)
    except ValidationError:
        return None


def _pin(data: Located, place: Path, texts: Sequence[CertificateText | OwnKeyText], files: Mapping[str, bytes]) -> Pins:
    pins = Pins()
    for index, text in enumerate(texts):
        found = _one(data, (*place, index), text, files)
        if isinstance(found, Problem):
            pins.problems.append(found)
        else:
            pins.pinned += (Pinned(text, found),)
    return pins


def _one(
    data: Located, place: Path, text: CertificateText | OwnKeyText, files: Mapping[str, bytes]
) -> Certificate | Problem:
    """Return the certificate that an entry names, or what is wrong with it."""
    content = files.get(text.file)
    key = "file" if isinstance(text, CertificateText) else "certificate"
    here = (*place, key) if (*place, key) in data.lines else place
    if content is None:
        how = "gateway cert import" if isinstance(text, CertificateText) else "gateway cert new"
        return data.problem(here, f"there is no readable file {text.file}", f"add it with: {how}")
    if _PRIVATE.search(content):
        reason = f"{text.file} holds a private key, and the configuration folder is no place for one"
        return data.problem(here, reason, "move the key to the data folder, and take it for known to others")
    try:
        found = load_certificates(content)
        fitting = [each for each in found if text.fingerprint in (None, each.fingerprint)]
        if not fitting:
            reason = f"{text.file} holds another certificate, with the fingerprint {found[0].fingerprint}"
            return data.problem((*place, "fingerprint"), reason, "ask the partner which is right before changing it")
        if len(fitting) > 1:
            reason = f"{text.file} holds {len(found)} certificates"
            return data.problem(here, reason, "say which with fingerprint:, or leave only that one in the file")
        public_key = fitting[0].public_key
    except CertificateUnreadable as error:
        return data.problem(here, f"{text.file}: {error.detail}", "add it anew with: gateway cert import")
    if "encrypt" in text.use and not isinstance(public_key, rsa.RSAPublicKey):
        return data.problem(here, "only an RSA key can encrypt", "write use: [sign], and add another one for encrypt")
    return fitting[0]


def _needed(data: Located, channel: AS2Channel) -> Iterator[Problem]:
    """Check that there is a certificate for what was agreed. One that has expired is one."""
    sends = channel.send.url is not None
    asked = channel.receipt.ask != "none" and channel.receipt.signed
    needs: tuple[tuple[Path, Use, str, bool], ...] = (
        (("receive", "signed"), "sign", "to verify what it signs", channel.receive.signed == "required"),
        (("receipt", "signed"), "sign", "to verify its receipts", sends and asked),
        (("send", "encrypt"), "encrypt", "to encrypt for it", sends and channel.send.encrypt),
        (("send", "trust"), "tls", "to know its server", sends and channel.send.trust == "pinned"),
        (("receive", "client_certificate"), "tls", "to know its client", channel.receive.client_certificate),
    )
    for place, use, words, needed in needs:
        states = ("active", "retiring") if use == "encrypt" else ("active", "retiring", "pending")
        if needed and not any(use in each.use and each.state in states for each in channel.certificates):
            here = (*CHANNEL, *place)
            here = here if here in data.lines else CHANNEL
            reason = f"there is no certificate {words} (use: {use})"
            yield data.problem(here, reason, "add one with: gateway cert import PARTNER FILE")
