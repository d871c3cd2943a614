"""What a partner sees in outbound/, archive/ and rejected/: files that stand in the ledger, under names made for people.

Nothing here is a file of the machine: a name leads to a record, and the record to kept bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from gateway.pipeline.mailboxes import Mailboxes
from gateway.pipeline.outbound.transmit import file_name
from gateway.pipeline.ports import Vault
from gateway.tracking.transmission import Transmission
from gateway.trading.directory import Partner
from gateway.transports.sftp import reports
from gateway.transports.sftp.downloads import Content
from gateway.transports.sftp.uploads import SMALL


@dataclass(slots=True)
class Kept:
    """Bytes in the vault."""

    vault: Vault
    digest: str
    size: int
    _data: bytes | None = None

    async def read(self, offset: int, size: int) -> bytes:
        """Return some of them."""
        if self.size > SMALL:
            return await self.vault.read_range(self.digest, offset, size)
        if self._data is None:
            self._data = await self.vault.read(self.digest)
        return self._data[offset : offset + size]


@dataclass(slots=True)
class Made:
    """Bytes that were made for whoever reads them."""

    data: bytes
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = len(self.data)

    async def read(self, offset: int, size: int) -> bytes:
        """Return some of them."""
        return self.data[offset : offset + size]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as a partner sees it. ``transmission`` is there where fetching it, or deleting it, means something."""

    name: str
    size: int
    at: datetime
    content: Content | None = None
    transmission: Transmission | None = None


MOST = 10_000  # Entries of a folder; whoever leaves more waits for the rest until some were fetched.
_MOST_REFUSED = 500


class Shelves:
    """The three folders of one partner that are read only."""

    def __init__(self, mailboxes: Mailboxes, vault: Vault) -> None:
        self._mailboxes = mailboxes
        self._vault = vault

    async def outbound(self, partner: Partner, since: datetime) -> dict[str, Entry]:
        """Return what waits, and what was fetched and is to stay until the partner deletes it."""
        channel = partner.text.channels.sftp
        if channel is None or channel.delivers:
            return {}
        found = await self._mailboxes.waiting(partner.id, MOST)
        if channel.account is not None and channel.account.fetched == "keep":
            fetched = await self._mailboxes.fetched(partner.id, since, MOST)
            found += [sent for sent, receipts in fetched if not any(each.received_at for each in receipts)]
        return _named(((partner, each, each.created_at) for each in found), self._vault)

    async def archive(self, partner: Partner, since: datetime) -> dict[str, Entry]:
        """Return what was fetched."""
        fetched = await self._mailboxes.fetched(partner.id, since, MOST)
        moved = ((sent, [each.received_at for each in receipts if each.received_at]) for sent, receipts in fetched)
        return _named(((partner, sent, max(times)) for sent, times in moved if times), self._vault)

    async def arriving(self, partner: Partner) -> dict[str, Entry]:
        """Return what was taken in and is not read yet."""
        found = await self._mailboxes.arriving(partner.id, MOST)
        return {each.name or each.id: Entry(each.name or each.id, each.size, each.created_at) for each in found}

    async def rejected(self, partner: Partner, since: datetime) -> dict[str, Entry]:
        """Return what was refused; beside each file its acknowledgments, and a report as a page and for programs."""
        entries: dict[str, Entry] = {}
        for refused in await self._mailboxes.refused(partner.id, since, _MOST_REFUSED):
            sent = refused.transmission
            name = _free(sent.name or f"{sent.id}.edi", sent.id, entries)
            page, data = reports.as_html(refused, name), reports.as_json(refused, name)
            beside: list[tuple[str, Content]] = [
                (name, Kept(self._vault, sent.digest, sent.size)),
                (f"{name}.html", Made(page)),
                (f"{name}.json", Made(data)),
            ]
            for answer in refused.answers:
                beside.append((f"{name}.{answer.name or 'x12'}.edi", Kept(self._vault, answer.digest, answer.size)))
            for shown, content in beside:
                shown = _free(shown, sent.id, entries)
                entries[shown] = Entry(shown, content.size, sent.created_at, content)
        return entries


def _named(found: Iterable[tuple[Partner, Transmission, datetime]], vault: Vault) -> dict[str, Entry]:
    """Give transmissions the names under which they are shown; two of the same name are told apart by their ids."""
    entries: dict[str, Entry] = {}
    for partner, sent, at in found:
        name = _free(file_name(partner, sent), sent.id, entries)
        entries[name] = Entry(name, sent.size, at, Kept(vault, sent.digest, sent.size), sent)
    return entries


def _free(name: str, mark: str, taken: dict[str, Entry]) -> str:
    """Return a name that nothing else has: with ``mark`` before its ending where that is needed."""
    if name not in taken:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem}_{mark}.{ending}" if dot and stem else f"{name}_{mark}"
