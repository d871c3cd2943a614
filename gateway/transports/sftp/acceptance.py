"""Hands a complete upload in: the bytes into the vault, then one commit with the step that reads them and the receipt.

The client is answered after that commit. What fails here is the client's error, and nothing was taken in.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from gateway import trace
from gateway.pipeline.inbound.by_csv import content_type_by_name
from gateway.pipeline.inbound.receive import Receipt as Answer
from gateway.pipeline.inbound.receive import Submission, store, transmission_of
from gateway.pipeline.ports import Blob, UnitOfWork, World
from gateway.pipeline.task import Task
from gateway.tracking.receipt import Receipt, ReceiptState
from gateway.trading.directory import Partner
from gateway.transports.sftp.uploads import SMALL, Upload

log = structlog.get_logger("gateway.sftp")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is logged in: user, address, and by which key (its fingerprint) or password."""

    user: str
    remote: str
    credential: str


class Acceptance:
    """Where complete files go."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def accept(self, upload: Upload, name: str, partner: Partner, caller: Caller, how: str) -> Answer:
        """Store an upload under ``name``; ``how`` says what completed it: close, rename or trigger.

        Raises OSError or a GatewayError; the upload is still there then.
        """
        tracking_id = self._world.new_id().rjust(32, "0")
        with trace.tracking(tracking_id):
            blob = await self._stored(upload)
            submission = Submission(
                transport="sftp",
                blob=blob,
                tracking_id=tracking_id,
                partner=partner,
                content_type=content_type_by_name(name),
                name=name,
                remote=caller.remote,
            )
            facts = {"user": caller.user, "remote": caller.remote, "credential": caller.credential, "completed_by": how}
            stored = False
            try:
                answer = await take_in(submission, self._world, facts)
                stored = True
            finally:
                if not stored and blob.data is None:
                    # The partner may try its rename again: what it has uploaded is put back as far as that is possible.
                    with contextlib.suppress(OSError):
                        await asyncio.to_thread(self._put_back, blob, upload.path)
            log.info("upload_accepted", partner=partner.id, name=name, size=blob.size, id=answer.id, by=how)
            return answer

    def _put_back(self, blob: Blob, path: Path) -> None:
        with path.open("wb") as file:
            file.writelines(self._world.vault.chunks(blob))

    async def _stored(self, upload: Upload) -> Blob:
        """Return the bytes of an upload as the vault keeps them."""
        if upload.size <= SMALL:
            data = upload.read(0, upload.size)
            return Blob(hashlib.sha256(data).hexdigest(), len(data), data)
        digest = await asyncio.to_thread(upload.digest)
        upload.rest()
        return await self._world.vault.adopt(str(upload.path), digest, upload.size)


async def take_in(submission: Submission, world: World, facts: dict[str, Any]) -> Answer:
    """Store a submission and, in the same commit, the receipt that says when it came, which bytes, and from whom."""
    transmission = transmission_of(submission, world)

    def work(uow: UnitOfWork) -> tuple[Answer, list[Task]]:
        answer, tasks = store(uow, submission=submission, transmission=transmission, world=world)
        uow.add(
            Receipt(
                id=world.new_id(),
                direction="inbound",
                source=transmission.source,
                partner=transmission.partner,
                transport="sftp",
                message_id=submission.name or "",
                digest=submission.blob.digest,
                state=ReceiptState.GIVEN,
                created_at=world.clock(),
                tracking_id=submission.tracking_id,
                transmission_id=answer.id,
                evidence=facts | {"size": submission.blob.size, "duplicate": answer.duplicate},
            )
        )
        return answer, tasks

    answer, tasks = await world.ledger.tx(work)
    world.wake(tasks)
    return answer
