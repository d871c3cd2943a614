"""A partner that speaks AS2 over real HTTP: it sends, receives, and gives receipts as a test wants them."""

import asyncio
import os
import ssl
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from gateway.as2.disposition import PROCESSED
from gateway.as2.headers import Headers, from_pairs
from gateway.as2.mdn import MDN, Answer, ReceiptTerms, Written, write_mdn
from gateway.as2.mdn_reading import read_mdn
from gateway.as2.message import Keys, Marks, Packed, Payload, Policy, Terms, Unpacked, pack, unpack
from gateway.as2.slices import Slice
from gateway.stamps import utc_now
from gateway.transports.as2.spooling import Spools
from tests.support.house import gateway, supplier
from tests.support.identities import identity, pem, pinned, private_pem

OURS, THEIRS = "ACMEWORKS-AS2", "SUPPLIER-AS2"
OWN_KEY, THEIR_KEY = "buyer", "supplier"


def spool():
    return tempfile.TemporaryFile()


def write_keys(folder: Path) -> None:
    """Lay our key into the data folder, and both certificates into the configuration folder."""
    for name, place in ((OWN_KEY, "own/main.pem"), (THEIR_KEY, "partners/supplier/main.pem")):
        path = folder / "config" / "certs" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pem(name))
    private = folder / "data" / "keys" / "main.pem"
    private.parent.mkdir(parents=True, exist_ok=True)
    private.write_bytes(private_pem(OWN_KEY))
    private.chmod(0o600)


def own_as2(url: str | None = None) -> dict[str, Any]:
    """What own.yaml says about AS2."""
    return {"names": [OURS], "keys": [{"name": "main"}]} | ({"url": url} if url else {})


def as2_supplier(url: str | None = None, channel: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A partner that supplies us over AS2."""
    as2: dict[str, Any] = {"names": [THEIRS], "certificates": [{"file": "certs/partners/supplier/main.pem"}]}
    if url:
        as2["send"] = {"url": url}
    for name, value in (channel or {}).items():
        as2[name] = as2.get(name, {}) | value if isinstance(value, dict) else value
    return supplier(channels={"as2": as2}) | changes


@dataclass
class Arrived:
    """A message of the gateway as the partner got it."""

    headers: Headers
    body: bytes
    unpacked: Unpacked | None = None


@dataclass
class AS2Partner:
    """The partner's side. ``answer`` decides what its server answers: a receipt by default."""

    session: aiohttp.ClientSession
    gateway: str = ""
    address: str = ""
    requests: list[web.Request] = field(default_factory=list)  # Everything that its server was asked.
    arrived: list[Arrived] = field(default_factory=list)
    receipts: list[MDN] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)  # Statuses that come before anything works.
    answer: Any = None
    changed: dict[str, Any] = field(default_factory=dict)
    spools: Spools = field(default_factory=lambda: Spools(spool))

    def terms(self, **changed: Any) -> Terms:
        """How it sends: signed and encrypted, with a signed receipt in the answer."""
        given = {"sender": THEIRS, "receiver": OURS, "signer": identity(THEIR_KEY), "recipients": (pinned(OWN_KEY),)}
        return Terms(**(given | changed))

    def pack(self, data: bytes, message_id: str | None = None, **changed: Any) -> Packed:
        """Make a message."""
        marks = Marks(message_id or f"<{os.urandom(6).hex()}@supplier.example>", utc_now(), os.urandom)
        return pack([Payload(Slice(data), "855.edi", "application/edi-x12")], self.terms(**changed), marks, spool)

    async def post(self, packed: Packed) -> tuple[int, Headers, bytes]:
        """Send a message as it is."""
        async with self.session.post(
            self.gateway, data=packed.body.read(), headers=dict(packed.headers.fields)
        ) as response:
            return response.status, from_pairs(response.raw_headers), await response.read()

    async def send(self, data: bytes, **changed: Any) -> tuple[Packed, MDN]:
        """Send a document and return the receipt that came in the answer."""
        packed = self.pack(data, **changed)
        status, headers, body = await self.post(packed)
        assert status == 200, (status, body)
        return packed, self.read(headers, body)

    def read(self, headers: Headers, body: bytes) -> MDN:
        """Read a receipt of the gateway."""
        keys = Keys([identity(THEIR_KEY)], [pinned(OWN_KEY)])
        return read_mdn(headers, Slice(body), keys, random=os.urandom, new_spool=spool)

    def receipt_for(self, message: Unpacked, **changed: Any) -> Written:
        """Write the receipt for a message of the gateway."""
        given = {"answer": Answer(message.message_id, PROCESSED, message.mic), "signer": identity(THEIR_KEY)}
        given |= self.changed | changed
        marks = Marks(f"<{os.urandom(6).hex()}@supplier.example>", utc_now(), os.urandom)
        return write_mdn(given["answer"], ReceiptTerms(THEIRS, OURS, signer=given["signer"]), marks)

    async def handle(self, request: web.Request) -> web.Response:
        """Take a message or a late receipt of the gateway."""
        headers, body = from_pairs(request.raw_headers), await request.read()
        self.requests.append(request)
        if self.failures:
            return web.Response(status=self.failures.pop(0))
        keys = Keys([identity(THEIR_KEY)], [pinned(OWN_KEY)])
        unpacked = unpack(headers, Slice(body), keys, Policy(False, False), random=os.urandom, new_spool=self.spools)
        if unpacked.mdn is not None:
            self.receipts.append(unpacked.mdn)
            return web.Response(status=204)
        self.arrived.append(Arrived(headers, body, unpacked))
        if self.answer is not None:
            return await self.answer(self.arrived[-1])
        if unpacked.request is None or unpacked.request.is_asynchronous:
            return web.Response(status=204)
        return as_response(self.receipt_for(unpacked))

    async def wait_for(self, what: list, count: int = 1, seconds: float = 20) -> Any:
        """Wait until ``what`` has ``count`` items; return the last one."""
        async with asyncio.timeout(seconds):
            while len(what) < count:
                await asyncio.sleep(0.02)
        return what[-1]


def as_response(written: Written) -> web.Response:
    headers = [(name, value) for name, value in written.headers if name.lower() not in ("content-length", "date")]
    return web.Response(body=written.body, headers=dict(headers))


@asynccontextmanager
async def as2_partner(tls: ssl.SSLContext | None = None):
    """Run a partner's AS2 server on loopback, with TLS where a context is given."""
    async with aiohttp.ClientSession() as session:
        partner = AS2Partner(session)
        app = web.Application(client_max_size=1 << 30)
        app.router.add_post("/as2", partner.handle)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        partner.address = f"http{'s' if tls else ''}://127.0.0.1:{runner.addresses[0][1]}/as2"
        try:
            with partner.spools:
                yield partner
        finally:
            await runner.cleanup()


@asynccontextmanager
async def as2_house(
    folder: Path, channel: Any = None, *, tls: Any = None, door: Any = None, keys: Any = (), **changes: Any
):
    """Run a gateway and its supplier, both with AS2; yield both. ``channel`` may be made of the supplier's address.

    ``tls`` is the context of the supplier's server, ``door`` what gateway.yaml says of our door; ``keys`` are more of ours.
    """
    write_keys(folder)
    async with as2_partner(tls) as partner:
        url = None if changes.pop("only_inbound", False) else partner.address
        own = own_as2("http://127.0.0.1:1/as2")
        own["keys"] += keys
        party = as2_supplier(url, channel(partner.address) if callable(channel) else channel, **changes)
        async with gateway(folder, party, settings={"as2": {"port": 0} | (door or {})}, own={"as2": own}) as house:
            partner.gateway = house.house.listeners[0].address
            yield house, partner
