"""What deserves a warning about certificates: their dates, above all, and what is odd about them. Stops nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import rsa

from gateway.trading.certificates import OwnKeyText, Pinned
from gateway.trading.directory import Directory

# Days before the end at which somebody is told, each time anew; the last is the end itself.
THRESHOLDS = (60, 30, 7, 0)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Expiring:
    """A certificate whose end is near or past. ``threshold`` is the smallest number of days that was reached."""

    pinned: Pinned
    partner: str | None  # None: it is ours.
    days: int
    threshold: int

    @property
    def words(self) -> str:
        """What is the matter, for people."""
        whose = "our key" if self.partner is None else f"{self.partner}'s certificate"
        end = self.pinned.certificate.not_after
        day = f"{end:%Y-%m-%d}" if end is not None else "its end"
        when = f"expires on {day}, in {self.days} days" if self.days >= 0 else f"has expired on {day}"
        return f"{whose} {self.pinned.name} ({', '.join(self.pinned.text.use)}) {when}"

    @property
    def next_action(self) -> str:
        """What to do about it."""
        if self.partner is None:
            return "make another with gateway cert new, give its certificate to the partners, then: gateway cert rollover own"
        return f"ask {self.partner} for the next one, then: gateway cert import {self.partner} FILE"


def everybody(directory: Directory) -> Iterator[tuple[str | None, Pinned]]:
    """Yield every certificate with the partner whose it is; None for ours."""
    for pinned in directory.own_certificates:
        yield None, pinned
    for partner in directory.partners.values():
        for pinned in partner.certificates:
            yield partner.id, pinned


def days_left(pinned: Pinned, now: datetime) -> int | None:
    """Return how many whole days a certificate is still valid, below 0 when it has expired; None when its end can't be read."""
    end = pinned.certificate.not_after
    return None if end is None else (end - now) // _DAY


def expiring(directory: Directory, now: datetime) -> list[Expiring]:
    """Return the certificates in use whose end is near, those first that end first.

    What retires or is revoked may end; so may what has its successor beside it, waiting for its day.
    """
    found = []
    for partner, pinned in everybody(directory):
        days = days_left(pinned, now)
        reached = [each for each in THRESHOLDS if days is not None and days < each]
        if days is not None and reached and pinned.state_at(now) in ("active", "pending"):
            found.append(Expiring(pinned, partner, days, min(reached)))
    return sorted(found, key=lambda each: each.days)


def remarks(pinned: Pinned, now: datetime) -> Iterator[str]:
    """Yield what is odd about one certificate, in words."""
    begin = pinned.certificate.not_before
    if begin is not None and begin > now:
        yield f"is not valid before {begin:%Y-%m-%d}"
    days = days_left(pinned, now)
    if days is None:
        yield "has an end that can't be read"
    elif days < 0:
        yield "has expired"
    elif days < THRESHOLDS[0]:
        yield f"expires in {days} days"
    key = pinned.certificate.public_key
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < 2048:
        yield f"has a key of {key.key_size} bits, which is too short to be safe"
    if isinstance(pinned.text, OwnKeyText) and "tls" in pinned.text.use and len(pinned.text.use) > 1:
        yield "serves TLS as well as messages; the standard asks for two"


def warnings(directory: Directory, now: datetime) -> Iterator[str]:
    """Yield what to tell whoever checks the files, each with what to do."""
    urgent = {each.pinned.certificate.fingerprint: each for each in expiring(directory, now)}
    for partner, pinned in everybody(directory):
        if pinned.text.state == "revoked":
            continue
        if pinned.certificate.fingerprint in urgent:
            each = urgent[pinned.certificate.fingerprint]
            yield f"{each.words}; {each.next_action}"
            continue
        for remark in remarks(pinned, now):
            advice = "look at it with: gateway cert list"
            yield f"{'our key' if partner is None else partner + ': the certificate'} {pinned.name} {remark}; {advice}"
