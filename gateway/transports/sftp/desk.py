"""Speaks SFTP version 3 with one client over a partner's mailbox: what each request means there.

An upload is handed in when the client closes it, renames it out of a temporary name, or sends its trigger file. Whatever is
closed without the client having said so, because a connection broke, is kept and never handed in.
"""

from __future__ import annotations

import posixpath
import stat
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import asyncssh
import structlog
from asyncssh import FXF_APPEND, FXF_CREAT, FXF_EXCL, FXF_TRUNC, FXF_WRITE, SFTPAttrs, SFTPName, SFTPVFSAttrs

from gateway.errors import GatewayError
from gateway.transports.sftp.downloads import Download, without_holes
from gateway.transports.sftp.handing import Handing
from gateway.transports.sftp.mailbox import FOLDERS, INBOUND, OUTBOUND, Mailbox, Place, place_of
from gateway.transports.sftp.shelves import Entry
from gateway.transports.sftp.unfinished import Item

log = structlog.get_logger("gateway.sftp")

T = TypeVar("T")

_BLOCK = 4096
Attributes = SFTPAttrs


@dataclass(slots=True)
class Writing:
    """An open upload."""

    item: Item
    append: bool

    def seek(self, offset: int, whence: int) -> int:
        """Say where data are."""
        return without_holes(self.item.upload.size, offset, whence)


@dataclass(slots=True)
class Reading:
    """An open file that is read."""

    place: Place
    entry: Entry
    download: Download

    def seek(self, offset: int, whence: int) -> int:
        """Say where data are."""
        return without_holes(self.download.size, offset, whence)


class Desk(asyncssh.SFTPServer):
    """Answers the requests of one channel. ``closing`` says whether the request at hand is the client's own close."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], mailbox: Mailbox, handing: Handing) -> None:
        super().__init__(channel)
        self._mailbox = mailbox
        self._handing = handing
        self.closing = False

    def _now(self) -> datetime:
        return self._handing.now()

    # Files

    async def open(self, path: bytes, pflags: int, attrs: SFTPAttrs) -> object:
        """Open a file to read or to write."""
        place = place_of(path)
        if not place.name:
            raise asyncssh.SFTPFailure(f"{place.folder or '/'} is a folder.")
        if pflags & (FXF_WRITE | FXF_APPEND):
            return await self._open_upload(place, pflags)
        item = self._mailbox.unfinished.items.get(place.name) if place.folder == INBOUND else None
        if item is not None:
            return Writing(item, False)
        entry = await self._mailbox.find(place, self._now())
        if entry.content is None:
            words = (
                f"{place.name} has been taken in and can't be read here any more. What became of it stands in outbound."
            )
            raise asyncssh.SFTPPermissionDenied(words)
        return Reading(place, entry, Download(entry.content))

    async def _open_upload(self, place: Place, pflags: int) -> Writing:
        mailbox, name = self._mailbox, place.name
        if place.folder != INBOUND:
            raise asyncssh.SFTPPermissionDenied(f"Nothing can be written to {place.folder}. Upload into {INBOUND}.")
        item = mailbox.unfinished.items.get(name)
        if pflags & FXF_EXCL and await mailbox.holds(place, self._now()):
            raise asyncssh.SFTPFileAlreadyExists(f"{name} is there already. Use another name.")
        if item is None and name in mailbox.handed_in and not pflags & FXF_TRUNC:
            raise asyncssh.SFTPPermissionDenied(f"{name} has been taken in and can't be changed. Send a new file.")
        if item is None and not pflags & FXF_CREAT:
            raise asyncssh.SFTPNoSuchFile(f"There is no {name} in {INBOUND}.")
        mailbox.check_name(name)
        if item is None or pflags & FXF_TRUNC:
            mailbox.check_room()
            item = mailbox.unfinished.begin(name, self._handing.limit(mailbox.account), self._now())
        else:
            mailbox.unfinished.reopen(item)
        return Writing(item, bool(pflags & FXF_APPEND))

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Return bytes of an open file."""
        if isinstance(file_obj, Reading):
            return await self._told(file_obj.download.read(offset, size))
        assert isinstance(file_obj, Writing)
        return file_obj.item.upload.read(offset, size)

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Put bytes into an open upload."""
        if not isinstance(file_obj, Writing):
            raise asyncssh.SFTPPermissionDenied("The file was opened to be read. Open it to be written.")
        item = file_obj.item
        at = item.upload.size if file_obj.append else offset
        if at + len(data) > item.upload.size:
            self._mailbox.check_bytes(at + len(data) - item.upload.size)
        try:
            self._mailbox.unfinished.write(item, at, data, self._now())
        except GatewayError as error:
            raise asyncssh.SFTPFailure(error.detail) from None
        return len(data)

    async def close(self, file_obj: object) -> None:
        """Let go of a file; a whole upload is handed in, a whole download is recorded."""
        by_client = self.closing
        if isinstance(file_obj, Reading):
            if by_client and file_obj.download.complete and file_obj.place.folder == OUTBOUND:
                await self._told(self._handing.fetched(self._mailbox, file_obj.place, file_obj.entry))
        elif isinstance(file_obj, Writing):
            await self._told(self._handing.closed(self._mailbox, file_obj.item, by_client=by_client))

    async def fsync(self, file_obj: object) -> None:
        """Make an upload durable."""
        if isinstance(file_obj, Writing):
            await self._handing.sync(file_obj.item)

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Give a file another name; never over one that is there."""
        await self._told(self._handing.renamed(self._mailbox, place_of(oldpath), place_of(newpath), over=False))

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Give a file another name, also over one that is there."""
        await self._told(self._handing.renamed(self._mailbox, place_of(oldpath), place_of(newpath), over=True))

    async def remove(self, path: bytes) -> None:
        """Delete an unfinished upload, or what was fetched and had been kept."""
        await self._told(self._handing.removed(self._mailbox, place_of(path)))

    async def _told(self, work: Awaitable[T]) -> T:
        """Wait for work; say an error of the house in the words of SFTP."""
        try:
            return await work
        except GatewayError as error:
            log.warning("sftp_request_failed", partner=self._mailbox.partner.id, error=error.code)
            raise asyncssh.SFTPFailure(error.detail) from None

    # Looking

    async def stat(self, path: bytes) -> Attributes:
        """Return what a path is."""
        place = place_of(path)
        return self._attributes(await self._mailbox.find(place, self._now()) if place.name else None)

    async def lstat(self, path: bytes) -> Attributes:
        """Return what a path is; there are no links."""
        return await self.stat(path)

    def fstat(self, file_obj: object) -> Attributes:
        """Return what an open file is."""
        if isinstance(file_obj, Reading):
            return self._attributes(file_obj.entry)
        assert isinstance(file_obj, Writing)
        item = file_obj.item
        return self._attributes(Entry(item.name, item.upload.size, item.changed_at))

    async def scandir(self, path: bytes) -> AsyncIterator[SFTPName]:
        """Yield the entries of a folder."""
        place = place_of(path)
        if place.name:
            await self._mailbox.find(place, self._now())
            raise asyncssh.SFTPNotADirectory(f"{place.name} is no folder.")
        for dots in (b".", b".."):
            yield SFTPName(dots, attrs=self._attributes(None))
        if not place.folder:
            for name in FOLDERS:
                yield SFTPName(name.encode(), attrs=self._attributes(None))
            return
        for entry in (await self._mailbox.listing(place.folder, self._now())).values():
            yield SFTPName(entry.name.encode(), attrs=self._attributes(entry))

    def realpath(self, path: bytes) -> bytes:
        """Return a path from the root of the mailbox."""
        return posixpath.normpath(b"/" + path.lstrip(b"/"))

    def _attributes(self, entry: Entry | None) -> Attributes:
        """Return attributes of a file, or of a folder."""
        at = int((entry.at if entry is not None else self._now()).timestamp())
        mode = stat.S_IFREG | 0o640 if entry is not None else stat.S_IFDIR | 0o750
        size = entry.size if entry is not None else 0
        return SFTPAttrs(size=size, uid=0, gid=0, permissions=mode, atime=at, mtime=at, nlink=1)

    def format_user(self, uid: int | None) -> str:
        """Return the owner in a listing: the partner, not an account of the machine."""
        return self._mailbox.partner.id

    def format_group(self, gid: int | None) -> str:
        """Return the group in a listing."""
        return self._mailbox.partner.id

    def statvfs(self, path: bytes) -> SFTPVFSAttrs:
        """Return how much may still be uploaded."""
        total = self._mailbox.account.unfinished_mb << 20
        free = max(total - self._mailbox.unfinished.bytes, 0) // _BLOCK
        files = self._mailbox.account.unfinished_files
        left = max(files - len(self._mailbox.unfinished.items), 0)
        return SFTPVFSAttrs(
            bsize=_BLOCK, frsize=_BLOCK, blocks=total // _BLOCK, bfree=free, bavail=free,
            files=files, ffree=left, favail=left, namemax=200,
        )  # fmt: skip

    def fstatvfs(self, file_obj: object) -> SFTPVFSAttrs:
        """Return how much may still be uploaded."""
        return self.statvfs(b"/")

    # Changing

    async def setstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Cut or lengthen an upload; times and rights are ours, and a wish for others is passed over."""
        place = place_of(path)
        if not place.name:
            return
        item = self._mailbox.unfinished.items.get(place.name) if place.folder == INBOUND else None
        if item is None:
            await self._mailbox.find(place, self._now())
        if attrs.size is not None:
            if item is None:
                raise asyncssh.SFTPPermissionDenied(f"{place.name} can't be changed.")
            self._truncate(item, attrs.size)

    async def lsetstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Do what setstat does; there are no links."""
        await self.setstat(path, attrs)

    def fsetstat(self, file_obj: object, attrs: SFTPAttrs) -> None:
        """Cut or lengthen an open upload."""
        if attrs.size is not None:
            if not isinstance(file_obj, Writing):
                raise asyncssh.SFTPPermissionDenied("The file was opened to be read. Open it to be written.")
            self._truncate(file_obj.item, attrs.size)

    def _truncate(self, item: Item, size: int) -> None:
        self._mailbox.check_bytes(size - item.upload.size)
        try:
            self._mailbox.unfinished.truncate(item, size)
        except GatewayError as error:
            raise asyncssh.SFTPFailure(error.detail) from None

    def mkdir(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Refuse: the folders are agreed."""
        place = place_of(path)
        if not place.name:
            raise asyncssh.SFTPFileAlreadyExists(f"{place.folder or '/'} is there already.")
        raise asyncssh.SFTPPermissionDenied(f"No folder can be made. There are {', '.join(FOLDERS)}.")

    def rmdir(self, path: bytes) -> None:
        """Refuse: the folders are agreed."""
        raise asyncssh.SFTPPermissionDenied("The folders of a mailbox stay.")

    def readlink(self, path: bytes) -> bytes:
        """Refuse: there are no links."""
        raise asyncssh.SFTPOpUnsupported("There are no links here.")

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse: there are no links."""
        raise asyncssh.SFTPOpUnsupported("Links can't be made here.")

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse: there are no links."""
        raise asyncssh.SFTPOpUnsupported("Links can't be made here.")
