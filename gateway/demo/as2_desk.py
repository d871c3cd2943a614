"""The AS2 side of the simulated supplier: signed and encrypted both ways, with receipts in the answer and later ones."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

import aiohttp
from aiohttp import web

from gateway.as2.cms import Certificate, Identity, load_certificates, load_private_key
from gateway.as2.disposition import PROCESSED
from gateway.as2.headers import Headers, from_pairs
from gateway.as2.mdn import Answer, ReceiptTerms, Written, write_mdn
from gateway.as2.mdn_reading import read_mdn
from gateway.as2.message import Keys, Marks, Packed, Payload, Policy, Terms, Unpacked, pack, unpack
from gateway.as2.reconciliation import Sent, reconcile
from gateway.as2.slices import Slice
from gateway.as2.terms import AskedReceipt

US, THEM = "DEMO-SUPPLIER", "DEMO-BUYER"


@dataclass(frozen=True, slots=True)
class Pair:
    """Our key with its certificate, and the certificate of the other side."""

    ours: Identity
    theirs: Certificate

    @classmethod
    def read(cls, folder: Path) -> Pair:
        """Read ours.key, ours.pem and theirs.pem."""
        ours, theirs = (load_certificates((folder / name).read_bytes())[0] for name in ("ours.pem", "theirs.pem"))
        return cls(Identity(ours, load_private_key((folder / "ours.key").read_bytes(), None)), theirs)


class AS2Desk:
    """Takes messages in, gives receipts for them, and sends until a receipt proves that it arrived."""

    def __init__(self, gateway: str, pair: Pair, take: Callable[[str], list[str]]) -> None:
        self._gateway = gateway
        self._pair = pair
        self._take = take
        self._number = 0
        self._address = ""
        self._known: set[str] = set()
        self._late: dict[str, asyncio.Future[bool]] = {}
        self._work: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Listen, say where, and work until stopped."""
        app = web.Application(client_max_size=64 << 20)
        app.router.add_post("/as2", self._arrived)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._address = f"{address}/as2"
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()

    async def _arrived(self, request: web.Request) -> web.Response:
        headers, body = from_pairs(request.raw_headers), await request.read()
        found = unpack(headers, Slice(body), self._keys, Policy(), random=os.urandom, new_spool=_spool)
        if found.mdn is not None:
            waiting = self._late.get(found.mdn.original_message_id)
            if waiting is not None and not waiting.done():
                waiting.set_result(found.mdn.signed and found.mdn.disposition.is_processed)
            return web.Response(status=204)
        receipt = self._receipt(found)
        later = found.request.url if found.request is not None else None
        work = asyncio.create_task(self._follow(found, receipt, later))
        self._work.add(work)
        work.add_done_callback(self._work.discard)
        if later is not None:
            return web.Response(status=204)
        return web.Response(body=receipt.body, headers=_of_message(receipt.headers))

    async def _follow(self, found: Unpacked, receipt: Written, later: str | None) -> None:
        """Post the receipt where it was asked for, and answer a document that is new."""
        async with aiohttp.ClientSession() as session:
            if later is not None:
                async with session.post(later, data=receipt.body, headers=_of_message(receipt.headers)) as response:
                    response.raise_for_status()
            if found.message_id in self._known:
                return
            self._known.add(found.message_id)
            for number, answer in enumerate(self._take(found.payloads[0].read().decode())):
                await self._send(session, answer, later=number % 2 == 1)

    async def _send(self, session: aiohttp.ClientSession, text: str, *, later: bool) -> None:
        """Send one document, under the same Message-ID until its receipt has come."""
        packed = self._packed(text, later)
        body, headers = packed.body.read(), _of_message(packed.headers)
        while True:
            try:
                if later:
                    self._late[packed.message_id] = asyncio.get_running_loop().create_future()
                async with session.post(self._gateway, data=body, headers=headers) as response:
                    answered = from_pairs(response.raw_headers), await response.read()
                if later:
                    async with asyncio.timeout(10):
                        proved = await self._late[packed.message_id]
                else:
                    proved = self._proves(packed, *answered)
            except (aiohttp.ClientError, TimeoutError):
                proved = False
            if proved:
                return
            await asyncio.sleep(1)

    def _packed(self, text: str, later: bool) -> Packed:
        self._number += 1
        receipt = AskedReceipt(url=self._address if later else None)
        terms = Terms(US, THEM, signer=self._pair.ours, recipients=(self._pair.theirs,), receipt=receipt)
        marks = Marks(f"<{self._number}.{os.urandom(6).hex()}@supplier.example>", datetime.now(UTC), os.urandom)
        payload = Payload(Slice(text.encode()), f"{self._number}.edi", "application/edi-x12")
        return pack([payload], terms, marks, _spool)

    def _proves(self, packed: Packed, headers: Headers, body: bytes) -> bool:
        mdn = read_mdn(headers, Slice(body), self._keys, random=os.urandom, new_spool=_spool)
        return reconcile(Sent(packed.message_id, packed.mics), mdn).delivered

    def _receipt(self, found: Unpacked) -> Written:
        marks = Marks(f"<r.{os.urandom(8).hex()}@supplier.example>", datetime.now(UTC), os.urandom)
        terms = ReceiptTerms(US, THEM, signer=self._pair.ours)
        return write_mdn(Answer(found.message_id, PROCESSED, found.mic), terms, marks)

    @property
    def _keys(self) -> Keys:
        return Keys([self._pair.ours], [self._pair.theirs])


def _of_message(headers: Headers) -> dict[str, str]:
    return {name: value for name, value in headers if name.lower() not in ("content-length", "date")}


def _spool() -> BinaryIO:
    return cast("BinaryIO", tempfile.TemporaryFile())
