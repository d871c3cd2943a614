"""What becomes of files when a client lets go of them, renames or deletes them: handed in, kept, recorded, or refused."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime

import asyncssh
import structlog

from gateway.pipeline.outbound.transmit import record_sent
from gateway.pipeline.ports import Sent, UnitOfWork, World
from gateway.pipeline.task import Task
from gateway.tracking.receipt import Receipt, ReceiptState
from gateway.tracking.transmission import Transmission, TransmissionState
from gateway.trading.sftp import SFTPAccount
from gateway.transports.sftp.acceptance import Acceptance, Caller
from gateway.transports.sftp.mailbox import ARCHIVE, INBOUND, OUTBOUND, Mailbox, Place
from gateway.transports.sftp.shelves import Entry
from gateway.transports.sftp.unfinished import Item

log = structlog.get_logger("gateway.sftp")


class Handing:
    """Decides for one connection."""

    def __init__(self, world: World, acceptance: Acceptance, caller: Caller) -> None:
        self._world = world
        self._acceptance = acceptance
        self._caller = caller

    def now(self) -> datetime:
        """Return the time."""
        return self._world.clock()

    def limit(self, account: SFTPAccount) -> int:
        """Return how large an upload may be."""
        general = self._world.bounds.transmission_bytes
        return min(account.largest_mb << 20, general) if account.largest_mb is not None else general

    async def sync(self, item: Item) -> None:
        """Make an upload durable."""
        item.upload.spill()
        await asyncio.to_thread(item.upload.sync)

    # Uploads

    async def closed(self, mailbox: Mailbox, item: Item, *, by_client: bool) -> None:
        """Take note that nobody writes to an upload any more."""
        upload, unfinished = item.upload, mailbox.unfinished
        if unfinished.items.get(item.name) is not item:
            if by_client and upload.replaced:
                raise asyncssh.SFTPFailure("Another connection has begun this file anew. Upload it again.")
            return
        if not by_client:
            with suppress(OSError):
                unfinished.close(item, by_client=False)
            log.warning("upload_cut_off", partner=mailbox.partner.id, name=item.name, size=upload.size)
            return
        if upload.problem:
            unfinished.drop(item.name)
            raise asyncssh.SFTPFailure(f"{item.name} was not stored: {upload.problem}. Send it again.")
        if upload.gap is not None:
            unfinished.close(item, by_client=False)
            words = f"{item.name} was not taken in: the bytes from {upload.gap} on are missing. Write them, or send it again."
            raise asyncssh.SFTPFailure(words)
        await self._completed(mailbox, item)

    async def _completed(self, mailbox: Mailbox, item: Item) -> None:
        """Hand an upload in, or keep it until its rename or trigger file comes."""
        awaited = mailbox.triggered_by(item.name)
        if awaited is not None:
            await self._triggered(mailbox, item, awaited)
        elif mailbox.is_temporary(item.name) or mailbox.account.trigger is not None or not item.upload.size:
            mailbox.unfinished.close(item, by_client=True)
        else:
            await self._hand_in(mailbox, item, item.name, "close")

    async def _triggered(self, mailbox: Mailbox, trigger: Item, name: str) -> None:
        """Hand in the upload that a trigger file completes."""
        mailbox.unfinished.drop(trigger.name)
        item = mailbox.unfinished.items.get(name)
        if item is None:
            raise asyncssh.SFTPNoSuchFile(
                f"{trigger.name} completes nothing: there is no such upload. Send that first."
            )
        self._must_be_whole(item)
        await self._hand_in(mailbox, item, name, "trigger")

    async def _hand_in(self, mailbox: Mailbox, item: Item, name: str, how: str) -> None:
        """Store an upload under a name; when that fails it is there as before."""
        unfinished = mailbox.unfinished
        unfinished.take_out(item, self._world.new_id()[-16:])
        stored = False
        try:
            await self._acceptance.accept(item.upload, name, mailbox.partner, self._caller, how)
            stored = True
        finally:
            if not stored:
                with suppress(OSError):
                    unfinished.put_back(item)
        mailbox.handed_in[name] = Entry(name, item.upload.size, self.now())
        item.upload.close(keep=False)

    def _must_be_whole(self, item: Item) -> None:
        if not item.closed:
            words = f"{item.name} was cut off at {item.upload.size} bytes and never closed. Resume it or send it again."
            raise asyncssh.SFTPFailure(words)
        if not item.upload.size:
            raise asyncssh.SFTPFailure(f"{item.name} is empty: there is nothing to take in.")

    # Names

    async def renamed(self, mailbox: Mailbox, old: Place, new: Place, *, over: bool) -> None:
        """Give a file another name; ``over`` allows to replace one that has it."""
        if (old.folder, new.folder) == (OUTBOUND, ARCHIVE) and old.name:
            await self.removed(mailbox, old)
            return
        if not (old.name and new.name and old.folder == new.folder == INBOUND):
            raise asyncssh.SFTPPermissionDenied(
                "Files can be renamed within inbound, and moved from outbound to archive."
            )
        item = mailbox.unfinished.items.get(old.name)
        if item is None:
            await mailbox.find(old, self.now())
            raise asyncssh.SFTPPermissionDenied(f"{old.name} has been taken in and can't be renamed.")
        if old.name == new.name:
            return
        if not over and await mailbox.holds(new, self.now()):
            raise asyncssh.SFTPFileAlreadyExists(f"{new.name} is there already. Use another name.")
        mailbox.check_name(new.name)
        done = mailbox.is_temporary(old.name) and not mailbox.is_temporary(new.name)
        if done and mailbox.account.trigger is None:
            self._must_be_whole(item)
            mailbox.unfinished.drop(new.name)
            await self._hand_in(mailbox, item, new.name, "rename")
        else:
            mailbox.unfinished.rename(item, new.name)

    async def removed(self, mailbox: Mailbox, place: Place) -> None:
        """Delete an unfinished upload; take what was fetched out of outbound/."""
        if place.folder == INBOUND and place.name in mailbox.unfinished.items:
            mailbox.unfinished.drop(place.name)
            return
        if place.folder == OUTBOUND and place.name in mailbox.moved:
            mailbox.moved.discard(place.name)  # It went to archive/ by itself when it was fetched.
            return
        if not place.name:
            raise asyncssh.SFTPPermissionDenied("The folders of a mailbox stay.")
        entry = await mailbox.find(place, self.now())
        if place.folder == INBOUND:
            raise asyncssh.SFTPPermissionDenied(f"{place.name} has been taken in and can't be deleted.")
        if place.folder != OUTBOUND or entry.transmission is None:
            raise asyncssh.SFTPPermissionDenied(f"What lies in {place.folder} goes by itself after a while.")
        if entry.transmission.state == TransmissionState.WAITING:
            raise asyncssh.SFTPPermissionDenied(
                f"{place.name} was not fetched as a whole yet. Fetch it, then delete it."
            )
        await self._put_away(entry.transmission.id)
        mailbox.forget(place)

    # Downloads

    async def fetched(self, mailbox: Mailbox, place: Place, entry: Entry) -> None:
        """Record that the partner has fetched a file as a whole."""
        sent = entry.transmission
        if sent is None:
            return
        moves = mailbox.account.fetched == "archive"

        def work(uow: UnitOfWork) -> list[Task]:
            current = uow.find(Transmission, sent.id)
            if current is None:
                return []
            uow.add(self._receipt(current, place.name, moved=moves))
            if current.state != TransmissionState.WAITING:
                return []
            detail = f"fetched by {self._caller.user} from {self._caller.remote}"
            tasks = record_sent(uow, self._world, current, Sent(detail=detail))
            for task in tasks:
                uow.schedule(task)
            return tasks

        self._world.wake(await self._world.ledger.tx(work))
        sent.state = TransmissionState.SENT
        log.info("file_fetched", partner=mailbox.partner.id, name=place.name, id=sent.id, size=entry.size)
        if moves:
            mailbox.forget(place)
            mailbox.moved.add(place.name)

    def _receipt(self, sent: Transmission, name: str, *, moved: bool) -> Receipt:
        """Return the evidence that a partner has fetched bytes of ours. ``received_at`` is when they left outbound/."""
        now = self._world.clock()
        caller = self._caller
        facts = {"user": caller.user, "remote": caller.remote, "credential": caller.credential, "size": sent.size}
        return Receipt(
            id=self._world.new_id(),
            direction="outbound",
            source=sent.source,
            partner=sent.partner,
            transport="sftp",
            message_id=name,
            digest=sent.digest,
            state=ReceiptState.DELIVERED,
            created_at=now,
            tracking_id=sent.tracking_id,
            transmission_id=sent.id,
            evidence=facts,
            received_at=now if moved else None,
        )

    async def _put_away(self, transmission_id: str) -> None:
        now = self._world.clock()

        def work(uow: UnitOfWork) -> None:
            for each in uow.receipts_of(transmission_id):
                if each.received_at is None:
                    uow.change(Receipt, each.id, received_at=now)

        await self._world.ledger.tx(work)
