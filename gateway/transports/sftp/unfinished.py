"""The uploads of one partner that are not handed in: still written, cut off, or waiting for a rename or a trigger file.

They lie in two folders of ours: ``open`` for those whose handle was never closed by the client, ``closed`` for the others. Only
regular files that we wrote ourselves are ever in there; names are checked before they come here.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gateway.transports.sftp.uploads import Upload

OPEN, CLOSED, TAKING = "open", "closed", "taking"
_MARK = 16  # Hex digits before the name of a file that is being taken in.


@dataclass(slots=True)
class Item:
    """An upload under its name. ``closed``: the client has closed it, so that all of it is there."""

    name: str
    upload: Upload
    closed: bool
    changed_at: datetime


class Unfinished:
    """What a partner has not handed in yet, by name."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self.items: dict[str, Item] = {}
        self.bytes = 0
        self._put_back_all()
        for part in (OPEN, CLOSED):
            place = folder / part
            for entry in sorted(os.scandir(place), key=lambda each: each.name) if place.is_dir() else ():
                about = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(about.st_mode):
                    changed_at = datetime.fromtimestamp(about.st_mtime, UTC)
                    upload = Upload.found(Path(entry.path), limit)
                    self.items[entry.name] = Item(entry.name, upload, part == CLOSED, changed_at)
                    self.bytes += upload.size

    def path(self, name: str, part: str) -> Path:
        """Return where an upload lies."""
        return self._folder / part / name

    def begin(self, name: str, limit: int, now: datetime) -> Item:
        """Begin an upload; one of the same name is replaced, whoever writes to it."""
        self.drop(name)
        made = Item(name, Upload(self.path(name, OPEN), limit), False, now)
        self.items[name] = made
        return made

    def write(self, item: Item, offset: int, data: bytes, now: datetime) -> None:
        """Write to an upload."""
        self.bytes += item.upload.write(offset, data)
        item.changed_at = now

    def truncate(self, item: Item, size: int) -> None:
        """Cut or lengthen an upload."""
        self.bytes += item.upload.truncate(size)

    def close(self, item: Item, *, by_client: bool) -> None:
        """Keep an upload that nobody writes to any more, so that it outlives its connection."""
        if self.items.get(item.name) is not item:
            return
        item.upload.spill()
        item.upload.move(self.path(item.name, CLOSED if by_client else OPEN))
        item.upload.rest()
        item.closed = by_client

    def reopen(self, item: Item) -> None:
        """Go on writing to an upload: it is complete only when it is closed again."""
        if item.closed:
            item.upload.move(self.path(item.name, OPEN))
            item.closed = False

    def rename(self, item: Item, name: str) -> None:
        """Give an upload another name; one that had it is dropped."""
        self.drop(name)
        del self.items[item.name]
        item.upload.move(self.path(name, CLOSED if item.closed else OPEN))
        item.name = name
        self.items[name] = item

    def drop(self, name: str) -> None:
        """Forget an upload; handles that still write to it are told so."""
        found = self.items.pop(name, None)
        if found is not None:
            self.bytes -= found.upload.size
            found.upload.close(keep=False)
            found.upload.replaced = True

    def take_out(self, item: Item, mark: str) -> None:
        """Take a complete upload out of sight while it is handed in: from now on its name is free."""
        del self.items[item.name]
        self.bytes -= item.upload.size
        item.upload.move(self._folder / TAKING / f"{mark[:_MARK].rjust(_MARK, '0')}{item.name}")

    def put_back(self, item: Item) -> None:
        """Show an upload again that could not be handed in, unless its name was used since."""
        if item.name in self.items:
            item.upload.close(keep=False)
            return
        item.upload.spill()
        item.upload.move(self.path(item.name, CLOSED))
        item.closed = True
        self.items[item.name] = item
        self.bytes += item.upload.size

    def _put_back_all(self) -> None:
        """Show again what was being handed in when the gateway stopped: nobody was told that it was taken in."""
        place = self._folder / TAKING
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            target = self.path(path.name[_MARK:], CLOSED)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
