"""Finds partners by their ids, keys and agreements. Made once from loaded files, then only read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from gateway.located import Located
from gateway.trading.agreement import Agreement
from gateway.trading.certificates import Pinned
from gateway.trading.partner import Identity, OwnText, PartnerText


@dataclass(frozen=True, slots=True)
class Partner:
    """One partner with its settled agreements, by (document, direction)."""

    text: PartnerText
    agreements: Mapping[tuple[str, str], Agreement]
    source: Located
    certificates: tuple[Pinned, ...] = ()

    @property
    def id(self) -> str:
        """Its short name."""
        return self.text.partner

    @property
    def identity(self) -> Identity:
        """The id to which we send."""
        return self.text.identities[0]

    def agreement(self, document: str, direction: str) -> Agreement | None:
        """Return what is agreed about a document in a direction."""
        return self.agreements.get((document, direction))

    def answering(self, documents: Iterable[str]) -> Agreement | None:
        """Return the agreement whose terms hold for the acknowledgment of these: that of the first of them that has one.

        What no agreement knows is answered under the first inbound one there is.
        """
        known = (self.agreement(document, "inbound") for document in documents)
        inbound = (agreement for agreement in self.agreements.values() if agreement.direction == "inbound")
        return next(filter(None, known), None) or next(inbound, None)


@dataclass(frozen=True, slots=True)
class Directory:
    """Everybody we trade with."""

    own: OwnText | None = None
    partners: Mapping[str, Partner] = field(default_factory=dict)
    own_certificates: tuple[Pinned, ...] = ()
    _by_identity: Mapping[tuple[str, str], Partner] = field(default_factory=dict)
    _by_key: Mapping[str, tuple[Partner, str, date | None]] = field(default_factory=dict)
    _by_as2_name: Mapping[str, Partner] = field(default_factory=dict)

    @classmethod
    def of(cls, own: OwnText | None, partners: list[Partner], certificates: tuple[Pinned, ...] = ()) -> Directory:
        """Make a directory; ids, names and keys must have been checked to be unique. ``certificates`` are ours."""
        by_identity = {identity.key: partner for partner in partners for identity in partner.text.identities}
        by_key = {key.sha256: (partner, key.name, key.expires) for partner in partners for key in partner.text.api_keys}
        channels = [(partner, partner.text.channels.as2) for partner in partners]
        by_name = {name: partner for partner, as2 in channels if as2 is not None for name in as2.names}
        return cls(own, {partner.id: partner for partner in partners}, certificates, by_identity, by_key, by_name)

    def find_by_identity(self, identity: tuple[str, str]) -> Partner | None:
        """Return the partner that sends or receives under (qualifier, id)."""
        return self._by_identity.get(identity)

    def find_by_key_hash(self, sha256: str, today: date) -> tuple[Partner, str] | None:
        """Return the partner and the name of the key with this hash, unless it has expired."""
        found = self._by_key.get(sha256)
        if found is None or (found[2] is not None and found[2] < today):
            return None
        return found[0], found[1]

    def find_by_as2_name(self, name: str) -> Partner | None:
        """Return the partner that sends under an AS2 name; upper and lower case differ (RFC 4130 6.2)."""
        return self._by_as2_name.get(name)

    def is_own_as2_name(self, name: str) -> bool:
        """Tell whether an AS2 name is ours."""
        return self.own is not None and self.own.as2 is not None and name in self.own.as2.names

    def is_own(self, identity: tuple[str, str]) -> bool:
        """Tell whether (qualifier, id) is ours."""
        return self.own is not None and any(own.key == identity for own in self.own.identities)

    @property
    def own_identity(self) -> Identity:
        """The id under which we send."""
        if self.own is None:
            raise LookupError("there is no partners/own.yaml")
        return self.own.identities[0]
