"""Fetches the reports of other systems: by GET from their address, or as the newest file of a folder. Bounded in size and time.

Only what gateway.yaml names is asked and read: no redirect is followed, and no link in a folder.
"""

from __future__ import annotations

import asyncio
import io
import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from fnmatch import fnmatchcase
from pathlib import Path

import aiohttp
import structlog

from gateway.pipeline.reconciliation.ports import Fetched, ReportMissing
from gateway.tracking.reported import ReportedLine, ReportFormat, read_report

log = structlog.get_logger("gateway.erp")

_CHUNK = 1 << 16
_SETTLED_SECONDS = 3.0  # A file that was written to since then may be written to still.


class HttpReport:
    """Fulfils `gateway.pipeline.reconciliation.ports.ReportSource` at an address."""

    def __init__(
        self, url: str, session: aiohttp.ClientSession, *, key: str | None, timeout_seconds: float, limit: int
    ) -> None:
        self._url, self._session, self._limit = url, session, limit
        self._headers = {"Accept": "text/csv, application/x-ndjson"}
        if key is not None:
            self._headers["Authorization"] = f"Bearer {key}"
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)

    async def fetch(self, now: datetime) -> Fetched:
        """Ask for the report; raise ReportMissing."""
        try:
            async with self._session.get(
                self._url, headers=self._headers, timeout=self._timeout, allow_redirects=False
            ) as response:
                status, kind = response.status, response.content_type
                data = await self._bounded(response) if status == 200 else b""
                written = response.headers.get("Last-Modified")
        except TimeoutError:
            raise ReportMissing(f"it did not answer within {self._timeout.total:g} s") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise ReportMissing(f"it can't be reached ({type(error).__name__})") from None
        log.info("report_answered", status=status, size=len(data))
        if 300 <= status < 400:
            raise ReportMissing(f"it answered {status}, and no redirect is followed; correct url: in gateway.yaml")
        if status != 200:
            raise ReportMissing(f"it answered {status}")
        how = ReportFormat.CSV if "csv" in kind else ReportFormat.JSON_LINES
        name = self._url.partition("?")[0].rpartition("/")[2] or "report"
        return Fetched(name, kind, data, _lines(data, name, how), _moment(written) or now)

    async def _bounded(self, response: aiohttp.ClientResponse) -> bytes:
        parts, size = [], 0
        async for chunk in response.content.iter_chunked(_CHUNK):
            size += len(chunk)
            if size > self._limit:
                raise ReportMissing(
                    f"its answer is larger than {self._limit >> 20} MB; raise reconciliation.largest_mb in gateway.yaml"
                )
            parts.append(chunk)
        return b"".join(parts)


class FolderReport:
    """Fulfils `gateway.pipeline.reconciliation.ports.ReportSource` in a folder. Files stay where they are."""

    def __init__(self, folder: Path, pattern: str, *, limit: int) -> None:
        self._folder, self._pattern, self._limit = folder, pattern, limit

    async def fetch(self, now: datetime) -> Fetched:
        """Read the newest file; raise ReportMissing."""
        try:
            return await asyncio.to_thread(self._read)
        except OSError as error:
            raise ReportMissing(f"{self._folder} can't be read ({error.strerror})") from None

    def _read(self) -> Fetched:
        self._folder.mkdir(parents=True, exist_ok=True)
        newest = max(self._candidates(), default=None)
        if newest is None:
            raise ReportMissing(f"there is no file {self._pattern} in {self._folder}")
        path = newest[1]
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            about = os.fstat(file.fileno())
            data = file.read(self._limit + 1)
            same = os.fstat(file.fileno()).st_mtime_ns == about.st_mtime_ns
        if len(data) > self._limit:
            raise ReportMissing(f"{path.name} is larger than {self._limit >> 20} MB; raise reconciliation.largest_mb")
        if not same or abs(time.time() - about.st_mtime) < _SETTLED_SECONDS:
            raise ReportMissing(f"{path.name} is being written")
        how = ReportFormat.of(path.name)
        kind = "text/csv" if how == ReportFormat.CSV else "application/x-ndjson"
        as_of = datetime.fromtimestamp(about.st_mtime, UTC)
        return Fetched(path.name, kind, data, _lines(data, path.name, how), as_of)

    def _candidates(self) -> Iterator[tuple[int, Path]]:
        for path in self._folder.iterdir():
            if path.name.startswith(".") or not fnmatchcase(path.name, self._pattern):
                continue
            with suppress(FileNotFoundError):  # Gone since: whoever put it there has thought better of it.
                about = path.lstat()
                if stat.S_ISREG(about.st_mode):
                    yield about.st_mtime_ns, path


def _lines(data: bytes, name: str, how: ReportFormat) -> Iterator[ReportedLine]:
    return read_report(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline=""), name, how)


def _moment(said: str | None) -> datetime | None:
    """Return the time of a Last-Modified; None where it is none."""
    try:
        found = parsedate_to_datetime(said) if said is not None else None
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC) if found is not None else None
    except (ValueError, OverflowError):
        return None
