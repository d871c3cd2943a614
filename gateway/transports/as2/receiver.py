"""POST /as2: opens a message, stores it with everything that proves it, and only then says in a receipt that it is here.

What is refused is stored too, within bounds, and answered with the disposition of the standard and one general sentence: a
stranger learns nothing from it, least of all why something could not be decrypted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import structlog

from gateway import trace
from gateway.as2.content import NewSpool
from gateway.as2.errors import AS2Error, KeyTrouble, UnknownTradingRelationship
from gateway.as2.message import Unpacked, unpack
from gateway.as2.slices import Slice
from gateway.as2.terms import Keys
from gateway.errors import ConfigurationError, LedgerError, TooLarge
from gateway.keyring import Keyring
from gateway.pipeline.ports import World
from gateway.tracking.event import Event
from gateway.trading.certificates import CertificateMissing
from gateway.transports.as2.accepting import accept
from gateway.transports.as2.allowance import Allowance
from gateway.transports.as2.arrival import Arrival
from gateway.transports.as2.front import Reply, Request
from gateway.transports.as2.keeping import Kept, bound_around, keep_request, weighed
from gateway.transports.as2.parties import (
    NotAtThisDoor,
    Parties,
    check_door,
    keys_for,
    parties_of,
    policy_for,
    random,
)
from gateway.transports.as2.receipts import take_receipt
from gateway.transports.as2.refusing import refuse
from gateway.transports.as2.spooling import Spools

log = structlog.get_logger("gateway.as2")

_LATER = "We can't answer for the moment; nothing was accepted. Send it again later.\n"
_INLINE = 256 << 10  # Larger messages are opened in a thread, so that small ones need not wait.


class AS2Receiver:
    """The handler behind the AS2 port."""

    def __init__(self, world: World, keyring: Keyring, secret: Callable[[str, str], str], new_spool: NewSpool) -> None:
        self._world = world
        self._keyring = keyring
        self._secret = secret
        self._new_spool = new_spool
        self._allowance = Allowance()

    async def handle(self, request: Request) -> Reply:
        """Answer one request."""
        tracking_id = self._world.new_id().rjust(32, "0")
        with trace.tracking(tracking_id):
            try:
                with Spools(self._new_spool) as spools:
                    return await self._handle(request, tracking_id, spools)
            except TooLarge as error:
                log.warning("as2_message_too_large", size=request.size, remote=request.remote)
                await self.note_refused(413, error.detail, request.remote)
                return Reply.text(413, f"{error.detail}\n")
            except (KeyTrouble, CertificateMissing, ConfigurationError) as error:
                # Our own keys are in disorder. Nothing was accepted, so the partner's next try comes in good time.
                log.error("as2_own_keys", reason=error.detail)
                return Reply.text(503, _LATER)
            except LedgerError as error:
                log.error("as2_ledger_failed", reason=error.detail)
                return Reply.text(503, _LATER)
            except NotAtThisDoor as error:
                log.warning("as2_door_closed", partner=error.partner, remote=request.remote)
                await self.note_refused(401, error.detail, request.remote, error.partner)
                return Reply.text(401, f"{error.detail}\n", ("WWW-Authenticate", 'Basic realm="AS2"'))

    async def note_refused(self, status: int, reason: str, remote: str, partner: str | None = None) -> None:
        """Put into the log of events that a request was refused before it was a message; within the allowance of strangers."""
        now = self._world.clock()
        if not self._allowance.take(remote, 0, now):
            return
        facts = {"transport": "as2", "status": status, "reason": reason, "remote": remote}
        event = Event("request.refused", now, f"as2:{remote}"[:80], partner, self._world.new_id().rjust(32, "0"), facts)
        try:
            await self._world.ledger.tx(lambda uow: uow.add(event))
        except LedgerError as error:
            log.error("as2_ledger_failed", reason=error.detail)

    async def _handle(self, request: Request, tracking_id: str, spools: Spools) -> Reply:
        now, directory = self._world.clock(), self._world.configuration().directory
        if not request.headers.get("as2-from") or not request.headers.get("as2-to"):
            log.warning("as2_names_missing", remote=request.remote)
            words = "AS2-From or AS2-To is missing. Send both names, as RFC 4130 6.2 says."
            await self.note_refused(400, words, request.remote)
            return Reply.text(400, f"{words}\n")
        try:
            parties = parties_of(request.headers, directory)
        except UnknownTradingRelationship as error:
            return await self._refuse(request, None, error, tracking_id)
        check_door(parties, request.headers, request.client_certificate, self._secret, now)
        keys = keys_for(parties, directory, self._keyring, now)
        try:
            unpacked = await self._unpack(request, parties, keys, spools)
        except AS2Error as error:
            return await self._refuse(request, parties, error, tracking_id)
        arrival = Arrival(request, await self._kept(request), directory, now, tracking_id)
        if unpacked.mdn is not None:
            return await take_receipt(arrival, parties, unpacked.mdn, self._world, self._allowance)
        try:
            return await accept(arrival, parties, unpacked, self._world, self._keyring)
        except KeyTrouble:
            raise  # We can't sign the receipt, which is no fault of the message.
        except AS2Error as error:
            return await self._refuse(request, parties, error, tracking_id)

    async def _refuse(self, request: Request, parties: Parties | None, error: AS2Error, tracking_id: str) -> Reply:
        """Answer what can't be accepted. What nobody has signed is kept within an allowance, and answered beyond it too."""
        now, directory = self._world.clock(), self._world.configuration().directory
        name = parties.source if parties is not None else request.remote
        stored = self._allowance.take(name, request.size, now)
        kept = await self._kept(request) if stored else await asyncio.to_thread(weighed, request.head, _body(request))
        arrival = Arrival(request, kept, directory, now, tracking_id)
        return await refuse(arrival, parties, error, self._world, self._keyring, stored=stored)

    async def _kept(self, request: Request) -> Kept:
        limit = bound_around(self._world.bounds.transmission_bytes) + len(request.head)
        return await keep_request(request.head, _body(request), self._world.vault, limit)

    async def _unpack(self, request: Request, parties: Parties, keys: Keys, spools: Spools) -> Unpacked:
        policy = policy_for(parties.channel, bound_around(self._world.bounds.transmission_bytes))

        def run() -> Unpacked:
            body = Slice(request.body, 0, request.size)
            if request.size <= _INLINE:
                body = Slice(body.read())
            return unpack(request.headers, body, keys, policy, random=random, new_spool=spools)

        return await asyncio.to_thread(run) if request.size > _INLINE else run()


def _body(request: Request) -> Iterator[bytes]:
    return Slice(request.body, 0, request.size).chunks()
