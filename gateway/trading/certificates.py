"""Whose certificates are believed, and which key is taken, in each of the six places of AS2. Knows no file and no clock.

A change of certificate is an overlap, never a moment: the new one is pending before it is active, the old one retiring after it
was. What is verified or decrypted is tried with all that are not revoked; what is signed or encrypted takes one, the newest that
is active. What has expired is taken all the same when there is nothing better, and warned about: an order that does not arrive
because of a date is worse. A certificate is itself by its fingerprint, never by its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from gateway.as2.cms import Certificate
from gateway.errors import GatewayError
from gateway.trading.kinds import Fingerprint, Name, Secret, Shape

Use = Literal["sign", "encrypt", "tls"]
State = Literal["pending", "active", "retiring", "revoked"]

CertificateFile = Annotated[
    str,
    Shape(
        r"certs/(?!.*\.\.)[^\s\\]+",
        "a certificate lies below certs/ in the configuration folder",
        "write it such as certs/partners/acme/as2.pem",
    ),
]
KeyFile = Annotated[
    str,
    Shape(
        r"(?!certs/|partners/|mappings/)(?!.*\.\.)[^\\\x00-\x1f]+",
        "a private key lies outside of the configuration folder",
        "put it below the data folder, such as keys/main.pem, with mode 0600",
    ),
]
_USES = "What it is for: sign, encrypt, tls."
_STATES = (
    "pending: believed, not yet used by us; active; retiring: still believed, used by us only if there is no other;"
    " revoked: neither."
)
_FROM = "A pending one is active from this day on, 0:00 UTC."


class CertificateMissing(GatewayError):
    """There is no certificate for this. Look at what there is with gateway cert list, then: gateway cert import, or cert new."""

    code = "certificate-missing"


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CertificateText(_Text):
    """A certificate of a partner. Add one with: gateway cert import."""

    file: CertificateFile = Field(description="Where it lies, below the configuration folder.")
    use: tuple[Use, ...] = Field(("sign", "encrypt"), min_length=1, description=_USES)
    state: State = Field("active", description=_STATES)
    active_from: date | None = Field(None, description=_FROM)
    fingerprint: Fingerprint | None = Field(
        None, description="SHA-256 of the certificate, with or without colons; the file must hold that one."
    )


class OwnKeyText(_Text):
    """A key of ours with its certificate. Make one with: gateway cert new."""

    name: Name = Field(description="Its name.")
    use: tuple[Use, ...] = Field(("sign", "encrypt"), min_length=1, description=_USES)
    state: State = Field("active", description=_STATES)
    active_from: date | None = Field(None, description=_FROM)
    certificate: CertificateFile | None = Field(None, description="By default certs/own/NAME.pem.")
    key: KeyFile | None = Field(None, description="The private key; by default keys/NAME.pem below the data folder.")
    passphrase: Secret | None = Field(None, description="Where the passphrase of the key is: env:NAME or file:PATH.")
    fingerprint: Fingerprint | None = Field(
        None, description="SHA-256 of the certificate; the file must hold that one."
    )

    @property
    def file(self) -> str:
        """Where the certificate lies, below the configuration folder."""
        return self.certificate or f"certs/own/{self.name}.pem"

    @property
    def key_file(self) -> str:
        """Where the private key lies, below the data folder unless absolute."""
        return self.key or f"keys/{self.name}.pem"


@dataclass(frozen=True, slots=True)
class Pinned:
    """A certificate that stands in a file of ours: that of a partner, or our own beside its key."""

    text: CertificateText | OwnKeyText
    certificate: Certificate

    @property
    def name(self) -> str:
        """What people call it: the name of our key, or the partner's file."""
        return self.text.name if isinstance(self.text, OwnKeyText) else self.text.file

    def state_at(self, now: datetime) -> State:
        """Return its state; a pending one becomes active on its day by itself."""
        day = self.text.active_from
        if self.text.state == "pending" and day is not None and datetime.combine(day, time(), UTC) <= now:
            return "active"
        return self.text.state

    def is_valid_at(self, now: datetime) -> bool:
        """Tell whether ``now`` lies within its dates; dates that can't be read bound nothing."""
        begin, end = self.certificate.not_before, self.certificate.not_after
        return (begin is None or begin <= now) and (end is None or now <= end)


class Place(StrEnum):
    """The six places where AS2 needs a certificate, and the two of TLS."""

    DECRYPT_IN = "decrypt in"
    VERIFY_IN = "verify in"
    SIGN_MDN = "sign MDN"
    VERIFY_MDN = "verify MDN"
    SIGN_OUT = "sign out"
    ENCRYPT_OUT = "encrypt out"
    TLS_THEIRS = "TLS of the partner"
    TLS_OURS = "TLS of ours"


@dataclass(frozen=True, slots=True)
class Rule:
    """Of whom, for which use, and whether all that are believed or one."""

    ours: bool
    use: Use
    takes: Literal["all", "one"]


PLACES: dict[Place, Rule] = {
    Place.DECRYPT_IN: Rule(True, "encrypt", "all"),
    Place.VERIFY_IN: Rule(False, "sign", "all"),
    Place.SIGN_MDN: Rule(True, "sign", "one"),
    Place.VERIFY_MDN: Rule(False, "sign", "all"),
    Place.SIGN_OUT: Rule(True, "sign", "one"),
    Place.ENCRYPT_OUT: Rule(False, "encrypt", "one"),
    Place.TLS_THEIRS: Rule(False, "tls", "all"),
    Place.TLS_OURS: Rule(True, "tls", "one"),
}
# Which state is taken first; one that is pending is never used before its day, and nothing revoked at all.
_FIRST = {"active": 0, "retiring": 1, "pending": 2}


def believed(place: Place, pinned: Iterable[Pinned], now: datetime) -> list[Pinned]:
    """Return every certificate that may serve in ``place``, the likeliest first: what verifies or decrypts is tried with all."""
    use = PLACES[place].use
    found = [each for each in pinned if use in each.text.use and each.state_at(now) != "revoked"]
    return sorted(found, key=lambda each: _rank(each, now))


def chosen(place: Place, pinned: Sequence[Pinned], now: datetime) -> Pinned:
    """Return the certificate that we use in ``place``: active before retiring, valid before expired, new before old.

    Raises CertificateMissing when there is none; a pending one is none.
    """
    usable = [each for each in believed(place, pinned, now) if each.state_at(now) != "pending"]
    if not usable:
        use, whose = PLACES[place].use, "ours" if PLACES[place].ours else "the partner's"
        advice = "gateway cert new" if PLACES[place].ours else "gateway cert import"
        raise CertificateMissing(f"No certificate of {whose} is active for {use} ({place}). Add one with: {advice}")
    return usable[0]


def _rank(pinned: Pinned, now: datetime) -> tuple[int, bool, float, str]:
    since = pinned.text.active_from
    begin = datetime.combine(since, time(), UTC) if since is not None else pinned.certificate.not_before
    return (
        _FIRST[pinned.state_at(now)],
        not pinned.is_valid_at(now),
        -begin.timestamp() if begin is not None else 0.0,
        pinned.certificate.fingerprint,
    )
