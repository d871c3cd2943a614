"""Delivers to a partner's server: under a temporary name, flushed, its size verified, then renamed; never over another file.

Before the rename it is written down that the upload is complete. So a crash on either side of the rename is told apart at the
next try: the temporary file is still there, or it was renamed and the partner has the bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import asyncssh
import structlog

from gateway.errors import PartnerRefused
from gateway.pipeline.ports import Sending, Sent, UnitOfWork, World
from gateway.pipeline.task import Task
from gateway.tracking.receipt import Receipt, ReceiptState
from gateway.tracking.transmission import Transmission
from gateway.trading.sftp import SFTPDeliver
from gateway.transports.sftp.client import Remote, Secret, connect
from gateway.transports.sftp.mailbox import trigger_name

log = structlog.get_logger("gateway.sftp")

_CHUNK = 4 << 20
_COMPARED = 64 << 10  # The end of what an earlier try left, before it is gone on with.


@dataclass(frozen=True, slots=True)
class _Names:
    """Where a file goes."""

    folder: str
    name: str
    how: SFTPDeliver

    @property
    def target(self) -> str:
        return _joined(self.folder, self.name)

    @property
    def temporary(self) -> str:
        return _joined(self.folder, trigger_name(self.how.temporary, self.name))

    @property
    def trigger(self) -> str | None:
        return _joined(self.folder, trigger_name(self.how.trigger, self.name)) if self.how.trigger else None


class SFTPSender:
    """Fulfils `gateway.pipeline.ports.Sender`."""

    def __init__(self, world: World, secret: Secret) -> None:
        self._world = world
        self._secret = secret

    async def send(self, sending: Sending) -> Sent:
        """Deliver to the partner's server, or leave it in outbound/ of its mailbox."""
        channel = sending.partner.text.channels.sftp
        if channel is None or not (channel.delivers or channel.account):
            raise PartnerRefused(f"{sending.partner.id} has no channel for SFTP any more. Add it, then replay.")
        server = channel.server
        if server is None or server.deliver is None:
            return Sent(waiting=True)
        if sending.name in ("", ".", "..") or "/" in sending.name:
            words = (
                f"{sending.name[:60]!r} is no name of a file. Correct channels.sftp.server.deliver.name, then replay."
            )
            raise PartnerRefused(words)
        async with connect(server, sending.partner.id, self._secret) as remote:
            names = _Names(server.deliver.folder, sending.name, server.deliver)
            names, how = await self._deliver(remote, names, sending)
            facts: dict[str, Any] = {
                "server": remote.where,
                "host_key": remote.host_key,
                "path": names.target,
                "user": server.user,
            }
        log.info("file_delivered", partner=sending.partner.id, name=names.name, id=sending.transmission.id, how=how)
        facts |= {"size": len(sending.body), "how": how}
        return Sent(
            detail=f"delivered to {remote.where} as {names.target}",
            also=lambda uow: self._confirm(uow, sending.transmission, names, facts),
        )

    async def _deliver(self, remote: Remote, names: _Names, sending: Sending) -> tuple[_Names, str]:
        """Bring the bytes to their name; return it, and how that went."""
        body, before = sending.body, await self._world.ledger.load(Receipt, _receipt_id(sending.transmission))
        began = before is not None and before.state == ReceiptState.WAITING
        left = await _size(remote, names.temporary)
        if began and left is None and before is not None and before.evidence.get("path") == names.target:
            # Our last word was that the upload is complete, and the temporary file is gone: only the rename takes it away.
            await self._trigger(remote, names)
            return names, "renamed before the last restart"
        there = await _size(remote, names.target)
        if there is not None and left is None and there == len(body) and await _ends_like(remote, names.target, body):
            await self._trigger(remote, names)
            return names, "found there"
        if there is not None:
            stem, dot, ending = names.name.rpartition(".")
            mark = sending.transmission.id
            other = f"{stem}_{mark}.{ending}" if dot and stem else f"{names.name}_{mark}"
            names = _Names(names.folder, other, names.how)
            left = await _size(remote, names.temporary)
        flushed = await _upload(remote, names.temporary, body, left)
        await self._note(sending, names, remote)
        await _rename(remote, names)
        after = await _size(remote, names.target)
        if after is not None and after != len(body):
            raise PartnerRefused(
                f"{names.target} has {after} bytes instead of {len(body)}. Ask the partner, then replay."
            )
        await self._trigger(remote, names)
        return names, "flushed and renamed" if flushed else "renamed"

    async def _trigger(self, remote: Remote, names: _Names) -> None:
        if names.trigger is not None:
            async with remote.patience(), remote.sftp.open(names.trigger, "wb"):
                pass

    async def _note(self, sending: Sending, names: _Names, remote: Remote) -> None:
        """Write down that the upload is complete and will be renamed now."""
        sent, now = sending.transmission, self._world.clock()
        evidence = {"server": remote.where, "path": names.target, "temporary": names.temporary}

        def work(uow: UnitOfWork) -> None:
            known = uow.find(Receipt, _receipt_id(sent))
            if known is not None:
                values: dict[str, Any] = {"message_id": names.name, "evidence": evidence, "received_at": None}
                uow.change(Receipt, known.id, state=ReceiptState.WAITING, created_at=now, **values)
                return
            uow.add(_receipt(sent, names, ReceiptState.WAITING, now, evidence))

        await self._world.ledger.tx(work)

    def _confirm(self, uow: UnitOfWork, sent: Transmission, names: _Names, facts: dict[str, Any]) -> list[Task]:
        """Write down, in the commit that says that it was sent, what proves it."""
        now = self._world.clock()
        known = uow.find(Receipt, _receipt_id(sent))
        if known is not None:
            uow.change(Receipt, known.id, state=ReceiptState.DELIVERED, received_at=now, evidence=facts)
            return []
        made = _receipt(sent, names, ReceiptState.DELIVERED, now, facts)
        made.received_at = now
        uow.add(made)
        return []


def _receipt_id(sent: Transmission) -> str:
    return f"{sent.id}-sftp"


def _joined(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}" if folder.strip("/") or folder.startswith("/") else name


async def _size(remote: Remote, path: str) -> int | None:
    """Return the size of a file; None when there is none."""
    try:
        async with remote.patience():
            return (await remote.sftp.stat(path)).size or 0
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
        return None


async def _ends_like(remote: Remote, path: str, body: bytes) -> bool:
    """Tell whether a file ends as ``body`` does; one that can't be read does not."""
    begin = max(len(body) - _COMPARED, 0)
    try:
        async with remote.patience(), remote.sftp.open(path, "rb") as file:
            return cast("bytes", await file.read(len(body) - begin, begin)) == body[begin:]
    except (asyncssh.SFTPPermissionDenied, asyncssh.SFTPFailure, asyncssh.SFTPNoSuchFile):
        return False


async def _upload(remote: Remote, path: str, body: bytes, left: int | None) -> bool:
    """Write the bytes, going on where an earlier try was cut off; tell whether the server has flushed them."""
    begin = left if left is not None and left <= len(body) and await _ends_like(remote, path, body[:left]) else 0
    flags = asyncssh.FXF_WRITE | asyncssh.FXF_CREAT | (0 if begin else asyncssh.FXF_TRUNC)
    flushed = True
    async with remote.patience():
        file = await remote.sftp.open(path, flags, encoding=None)
    try:
        for offset in range(begin, len(body), _CHUNK):
            async with remote.patience():
                await file.write(body[offset : offset + _CHUNK], offset)
        try:
            async with remote.patience():
                await file.fsync()
        except (asyncssh.SFTPOpUnsupported, asyncssh.SFTPFailure):
            flushed = False  # Not every server offers it.
    finally:
        async with remote.patience():
            await file.close()
    size = await _size(remote, path)
    if size != len(body):
        raise asyncssh.SFTPFailure(f"{path} has {size} bytes after {len(body)} were written")
    return flushed


async def _rename(remote: Remote, names: _Names) -> None:
    """Give the file its name. Plain rename never overwrites; a server without it gets the other kind, and nothing was there."""
    async with remote.patience():
        try:
            await remote.sftp.rename(names.temporary, names.target)
        except asyncssh.SFTPOpUnsupported:
            await remote.sftp.posix_rename(names.temporary, names.target)


def _receipt(
    sent: Transmission, names: _Names, state: ReceiptState, now: datetime, evidence: dict[str, Any]
) -> Receipt:
    """Make the record of a delivery."""
    return Receipt(
        id=_receipt_id(sent),
        direction="outbound",
        source=sent.source,
        partner=sent.partner,
        transport="sftp",
        message_id=names.name,
        digest=sent.digest,
        state=state,
        created_at=now,
        tracking_id=sent.tracking_id,
        transmission_id=sent.id,
        evidence=evidence,
    )
