"""The mailbox of a partner as one connection sees it: four folders over the ledger and the vault, and the uploads under way.

Names are looked up, never joined to a path of the machine: there is no way out, whatever a client asks for. Raises errors of SFTP
(draft-ietf-secsh-filexfer-02), each with words for whoever reads the client's log.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

import asyncssh

from gateway.trading.directory import Partner
from gateway.trading.sftp import SFTPAccount
from gateway.transports.sftp.shelves import Entry, Shelves
from gateway.transports.sftp.unfinished import Item, Unfinished

INBOUND, OUTBOUND, ARCHIVE, REJECTED = FOLDERS = ("inbound", "outbound", "archive", "rejected")
_NAME_BYTES = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads: a folder, or a name in one. Both are empty for the root."""

    folder: str = ""
    name: str = ""


def place_of(path: bytes) -> Place:
    """Return where a path leads; raise SFTPNoSuchFile or SFTPInvalidFilename where that can be nothing of ours."""
    try:
        text = posixpath.normpath("/" + path.decode("utf-8"))
    except UnicodeDecodeError:
        raise asyncssh.SFTPInvalidFilename("A name must be UTF-8. Rename the file, then send it again.") from None
    parts = [part for part in text.split("/") if part]
    if len(parts) > 2 or (parts and parts[0] not in FOLDERS):
        raise asyncssh.SFTPNoSuchFile(f"There is no {text[:100]}. There are {', '.join(FOLDERS)}.")
    if len(parts) == 2:
        _check_name(parts[1])
    return Place(*parts)


def _check_name(name: str) -> None:
    if len(name.encode()) > _NAME_BYTES:
        raise asyncssh.SFTPInvalidFilename(f"A name may have {_NAME_BYTES} bytes. Use a shorter one.")
    if any(not each.isprintable() for each in name) or "\\" in name:
        raise asyncssh.SFTPInvalidFilename("A name may not hold control characters or backslashes. Use another one.")


class Mailbox:
    """What one connection sees and may do."""

    def __init__(self, partner: Callable[[], Partner], shelves: Shelves, unfinished: Unfinished) -> None:
        self._partner = partner
        self._shelves = shelves
        self.unfinished = unfinished
        self.handed_in: dict[str, Entry] = {}  # By this connection: a client looks whether its file has arrived.
        self.moved: set[str] = (
            set()
        )  # Fetched by this connection, and gone from outbound/ since: it may still delete them.
        self._seen: dict[str, dict[str, Entry]] = {}

    @property
    def partner(self) -> Partner:
        """The partner as its file stands now; raises SFTPPermissionDenied once it has no mailbox any more."""
        return self._partner()

    @property
    def account(self) -> SFTPAccount:
        """What was agreed about the mailbox."""
        channel = self.partner.text.channels.sftp
        if channel is None or channel.account is None:
            raise asyncssh.SFTPPermissionDenied("This mailbox was closed. Ask your contact at our side.")
        return channel.account

    # Looking

    async def listing(self, folder: str, now: datetime) -> dict[str, Entry]:
        """Return the entries of a folder as they are now."""
        self._seen[folder] = await self._look(folder, now)
        return self._seen[folder]

    async def _look(self, folder: str, now: datetime) -> dict[str, Entry]:
        since = now - self.account.shown
        if folder == OUTBOUND:
            return await self._shelves.outbound(self.partner, since)
        if folder == ARCHIVE:
            return await self._shelves.archive(self.partner, since)
        if folder == REJECTED:
            return await self._shelves.rejected(self.partner, since)
        return await self._shelves.arriving(self.partner) | self.handed_in | self._uploads()

    def _uploads(self) -> dict[str, Entry]:
        return {each.name: _shown(each) for each in self.unfinished.items.values()}

    async def find(self, place: Place, now: datetime) -> Entry:
        """Return an entry; raise SFTPNoSuchFile."""
        if place.folder == INBOUND:
            item = self.unfinished.items.get(place.name)
            found = _shown(item) if item is not None else self.handed_in.get(place.name)
        else:
            # Whoever fetches a folder has listed it before: that look serves for all of its files.
            found = self._seen.get(place.folder, {}).get(place.name)
        if found is None:
            found = (await self.listing(place.folder, now)).get(place.name)
        if found is None:
            raise asyncssh.SFTPNoSuchFile(f"There is no {place.name} in {place.folder}.")
        return found

    async def holds(self, place: Place, now: datetime) -> bool:
        """Tell whether there is an entry."""
        try:
            await self.find(place, now)
        except asyncssh.SFTPNoSuchFile:
            return False
        return True

    def forget(self, place: Place) -> None:
        """Take an entry out of what was seen."""
        self._seen.get(place.folder, {}).pop(place.name, None)

    # What names mean

    def is_temporary(self, name: str) -> bool:
        """Tell whether a name marks an unfinished upload."""
        return _matches(name, self.account.temporary)

    def triggered_by(self, name: str) -> str | None:
        """Return the upload that a file of this name completes; None when it is no trigger file."""
        template = self.account.trigger
        if template is None:
            return None
        waiting = [each.name for each in self.unfinished.items.values() if each.name != name]
        for candidate in waiting:
            if trigger_name(template, candidate) == name:
                return candidate
        return "" if fnmatchcase(name, template.replace("{name}", "*").replace("{stem}", "*")) else None

    def check_name(self, name: str) -> None:
        """Raise SFTPPermissionDenied for a name that may not be uploaded."""
        if self.is_temporary(name) or self.triggered_by(name) is not None or _matches(name, self.account.names):
            return
        known = ", ".join(self.account.names)
        raise asyncssh.SFTPPermissionDenied(
            f"{name} may not be uploaded: names are {known}. Rename it, or ask for more."
        )

    def check_room(self) -> None:
        """Raise SFTPQuotaExceeded when no further upload may begin."""
        if len(self.unfinished.items) >= self.account.unfinished_files:
            words = f"There are {len(self.unfinished.items)} unfinished uploads. Complete or delete some of them."
            raise asyncssh.SFTPQuotaExceeded(words)
        self.check_bytes(0)

    def check_bytes(self, more: int) -> None:
        """Raise SFTPQuotaExceeded when unfinished uploads may not grow by so many bytes."""
        if self.unfinished.bytes + more > self.account.unfinished_mb << 20:
            words = f"Unfinished uploads may have {self.account.unfinished_mb} MB. Complete or delete some of them."
            raise asyncssh.SFTPQuotaExceeded(words)


def _shown(item: Item) -> Entry:
    return Entry(item.name, item.upload.size, item.changed_at)


def trigger_name(template: str, name: str) -> str:
    """Return the name of the file that follows ``name`` when it is complete."""
    stem = name.rpartition(".")[0] or name
    return template.replace("{name}", name).replace("{stem}", stem)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)
