"""Answers what came before: the very receipt that was given the first time, byte for byte."""

from __future__ import annotations

from gateway.errors import Purged
from gateway.pipeline.inbound.confirm import bring_again
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event
from gateway.pipeline.task import Task
from gateway.tracking.receipt import Receipt
from gateway.tracking.transmission import Transmission
from gateway.transports.as2.answering import reply_with
from gateway.transports.as2.arrival import Arrival
from gateway.transports.as2.committing import committed
from gateway.transports.as2.front import Reply
from gateway.transports.as2.parties import Parties


async def answer_again(receipt: Receipt, arrival: Arrival, parties: Parties, world: World) -> Reply:
    """Return the stored receipt, or have it posted again; also one that couldn't be brought to its address before."""
    asked = arrival.asked
    later = receipt.reply_to is not None and asked is not None and asked.is_asynchronous

    def note(uow: UnitOfWork) -> list[Task]:
        about = uow.find(Transmission, receipt.transmission_id) if receipt.transmission_id else None
        if about is not None:
            note_event(uow, world, "transmission.duplicate", about, transport="as2", message_id=receipt.message_id)
        if not later or not parties.channel.allows_reply_to(receipt.reply_to or ""):
            return []
        tasks = bring_again(uow, world, receipt.id)
        for task in tasks:
            uow.schedule(task)
        return tasks

    world.wake(await committed(world, note))
    if receipt.receipt is None or later:
        return Reply(204)
    try:
        return reply_with(await world.vault.read(receipt.receipt))
    except Purged:
        when = f"{receipt.received_at or receipt.created_at:%Y-%m-%d}"
        words = f"This message was received and answered on {when}, and what was kept of it is purged after its time."
        return Reply.text(410, f"{words} Send what is new under a new Message-ID.\n")
