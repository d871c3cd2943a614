"""POST /as2: opens a message, stores it with everything that proves it, and only then says in a receipt that it is here.

What is refused is stored too, within bounds, and answered with the disposition of the standard and one general sentence: a
stranger learns nothing from it, least of all why something could not be decrypted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from gateway import trace
from gateway.as2.content import NewSpool
from gateway.as2.errors import AS2Error, KeyTrouble, UnknownTradingRelationship
from gateway.as2.message import Unpacked, unpack
from gateway.as2.slices import Slice
from gateway.errors import TooLarge
from gateway.keyring import Keyring
from gateway.pipeline.ports import World
from gateway.trading.certificates import CertificateMissing
from gateway.transports.as2.accepting import accept
from gateway.transports.as2.allowance import Allowance
from gateway.transports.as2.arrival import Arrival
from gateway.transports.as2.front import Reply, Request
from gateway.transports.as2.keeping import keep_request
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

log = structlog.get_logger("gateway.as2")

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
                return await self._handle(request, tracking_id)
            except TooLarge as error:
                return Reply.text(413, f"{error.detail}\n")
            except (KeyTrouble, CertificateMissing) as error:
                # Our own keys are in disorder. Nothing was stored, so the partner's next try comes in good time.
                log.error("as2_own_keys", reason=error.detail)
                return Reply.text(503, "We can't answer for the moment; nothing was accepted. Send it again later.\n")
            except NotAtThisDoor as error:
                log.warning("as2_door_closed", remote=request.remote)
                return Reply.text(401, f"{error.detail}\n", ("WWW-Authenticate", 'Basic realm="AS2"'))

    async def _handle(self, request: Request, tracking_id: str) -> Reply:
        world, now = self._world, self._world.clock()
        directory = world.configuration().directory
        if not request.headers.get("as2-from") or not request.headers.get("as2-to"):
            return Reply.text(400, "AS2-From or AS2-To is missing. Send both names, as RFC 4130 6.2 says.\n")
        parties: Parties | None = None
        try:
            parties = parties_of(request.headers, directory)
        except UnknownTradingRelationship as error:
            failure: AS2Error = error
        else:
            check_door(parties, request.headers, request.client_certificate, self._secret, now)
        kept = await keep_request(request.head, Slice(request.body, 0, request.size).chunks(), world.vault)
        arrival = Arrival(request, kept, directory, now, tracking_id)
        if parties is not None:
            try:
                unpacked = await self._unpack(arrival, parties)
            except AS2Error as error:
                failure = error
            else:
                if unpacked.mdn is not None:
                    return await take_receipt(arrival, parties, unpacked.mdn, world)
                try:
                    return await accept(arrival, parties, unpacked, world, self._keyring)
                except AS2Error as error:
                    if isinstance(error, KeyTrouble):
                        raise
                    failure = error
        return await refuse(arrival, parties, failure, world, self._keyring, self._allowance)

    async def _unpack(self, arrival: Arrival, parties: Parties) -> Unpacked:
        request = arrival.request
        keys = keys_for(parties, arrival.directory, self._keyring, arrival.now)
        policy = policy_for(parties.channel, self._world.bounds.transmission_bytes)

        def run() -> Unpacked:
            body = Slice(request.body, 0, request.size)
            if request.size <= _INLINE:
                body = Slice(body.read())
            return unpack(request.headers, body, keys, policy, random=random, new_spool=self._new_spool)

        return await asyncio.to_thread(run) if request.size > _INLINE else run()
