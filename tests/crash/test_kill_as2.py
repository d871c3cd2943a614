"""SIGKILL between every two steps of AS2, in and out: nothing lost, nothing twice, and what is sent again gets the same receipt.

The partner lives on and behaves as real ones do: it repeats what was not answered, under the same Message-ID and with the same
bytes, and gives the receipt for ours now or later.
"""

import asyncio
import json
import os
import socket
import sqlite3
from contextlib import AsyncExitStack

import aiohttp
import pytest

from gateway.as2.reconciliation import Sent, Verdict, reconcile
from gateway.as2.terms import AskedReceipt
from tests.crash.lives import Lives
from tests.crash.trade import order
from tests.support.as2 import as2_partner, as2_supplier, as_response, own_as2, write_keys
from tests.support.erp import Erp
from tests.support.house import ERP_KEY, write_config
from tests.support.x12 import elements, invoice

PROOF = bool(os.environ.get("GATEWAY_PROOF"))
NOW, LATER, ORDERS = (30, 30, 30) if PROOF else (3, 3, 3)
QUICK = {"retry": ["1s"] * 50}


class Partner:
    """Sends invoices over AS2 until each is receipted, and receipts what it gets."""

    def __init__(self, peer, lives: Lives) -> None:
        self.peer, self.lives = peer, lives
        self.waiting = NOW + LATER + ORDERS
        self.receipts: dict[str, set[bytes]] = {}
        self.arrived: dict[str, set[bytes]] = {}
        self.texts: dict[str, str] = {}

    @property
    def seen(self) -> tuple[int, int, int]:
        """How much has come out until now."""
        return len(self.receipts), len(self.arrived), len(self.peer.receipts)

    async def run(self) -> None:
        gate = asyncio.Semaphore(3)
        messages = [self.peer.pack(invoice(n).encode(), f"<now-{n}@s>") for n in range(1, NOW + 1)]
        later = AskedReceipt(url=self.peer.address)
        messages += [
            self.peer.pack(invoice(n).encode(), f"<later-{n}@s>", receipt=later)
            for n in range(NOW + 1, NOW + LATER + 1)
        ]
        orders = [self._order(gate, n) for n in range(1, ORDERS + 1)]
        await asyncio.gather(*(self._send(gate, packed) for packed in messages), *orders)

    async def _send(self, gate, packed) -> None:
        async with gate:
            while True:
                try:
                    status, headers, body = await self.peer.post(packed)
                except (aiohttp.ClientError, ConnectionError):
                    await asyncio.sleep(0.01)
                    continue
                if status == 200:
                    self._receipted(packed, headers, body)
                else:
                    assert status == 204, (status, body)
                self.waiting -= 1
                break
        # Whoever is unsure sends again, and learns the same.
        for _ in range(2):
            try:
                status, headers, body = await self.peer.post(packed)
            except (aiohttp.ClientError, ConnectionError):
                continue
            if status == 200:
                self._receipted(packed, headers, body)

    def _receipted(self, packed, headers, body) -> None:
        mdn = self.peer.read(headers, body)
        assert reconcile(Sent(packed.message_id, packed.mics), mdn).verdict is Verdict.DELIVERED
        self.receipts.setdefault(packed.message_id, set()).add(body)

    async def _order(self, gate, number: int) -> None:
        headers = {"Authorization": f"Bearer {ERP_KEY}", "Idempotency-Key": f"o{number}"}
        headers["Content-Type"] = "application/json"
        async with gate:
            while True:
                try:
                    async with self.peer.session.post(
                        f"{self.lives.address}/api/v1/erp/messages", data=json.dumps(order(number)), headers=headers
                    ) as response:
                        assert response.status == 202
                        self.waiting -= 1
                        return
                except (aiohttp.ClientError, ConnectionError):
                    await asyncio.sleep(0.01)

    async def answer(self, arrived):
        """Keep what came, by Message-ID, and receipt it."""
        message_id = arrived.headers.get("message-id")
        self.arrived.setdefault(message_id, set()).add(arrived.body)
        self.texts[message_id] = arrived.unpacked.payloads[0].read().decode()
        return as_response(self.peer.receipt_for(arrived.unpacked))


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


# A start commits by itself (it looks at certificates), so some lives get further: an answer is given only after a commit.
DEATHS = [(when, number) for number in (1, 2, 3, 4) for when in ("before", "after")]


async def _die_at_every_commit(lives: Lives, partner: Partner) -> None:
    """Kill life after life, until a whole round of deaths has brought nothing new; the last one ends as it should."""
    before = None
    while partner.waiting or before != partner.seen:
        before = partner.seen
        for when, number in DEATHS:
            await lives.begin(when, number)
            # Quiet lives have nothing to commit any more; while somebody sends, that is only a moment.
            while await lives.quiet_or_dead() == "quiet":
                if not partner.waiting:
                    await lives.end()
                    break
    await lives.begin("never", 0)
    for _ in range(2):
        assert await lives.quiet_or_dead() == "quiet"
    await lives.end()


@pytest.mark.parametrize("group", [128, 1] if PROOF else [128])
async def test_killed_at_every_commit_no_message_is_lost_or_doubled_and_receipts_stay_the_same(tmp_path, group):
    erp, port = Erp(), free_port()
    await erp.start()
    write_keys(tmp_path)
    try:
        async with as2_partner() as peer, AsyncExitStack() as stack:
            peer.gateway = f"http://127.0.0.1:{port}/as2"
            channel = {"receive": {"reply_to": [peer.address]}, "send": QUICK}
            write_config(
                tmp_path / "config",
                erp.address,
                as2_supplier(peer.address, channel),
                gateway={"as2": {"port": port}},
                own={"as2": own_as2(peer.gateway)},
            )
            lives = await stack.enter_async_context(Lives.of(tmp_path, group))
            partner = Partner(peer, lives)
            peer.answer = partner.answer
            sending = asyncio.create_task(partner.run())
            try:
                await _die_at_every_commit(lives, partner)
                await asyncio.wait_for(sending, 30)
            finally:
                sending.cancel()
            assert lives.killed > (20 if PROOF else 8), f"only {lives.killed} lives were killed: this run proves little"
            _check_partner(partner, peer)
    finally:
        await erp.stop()
    numbers = [body["invoice_number"] for body in erp.bodies("invoice")]
    assert sorted(numbers) == sorted(f"INV{n}" for n in range(1, NOW + LATER + 1))
    _check_ledger(tmp_path / "data" / "ledger.db")


def _check_partner(partner: Partner, peer) -> None:
    now = {f"<now-{n}@s>" for n in range(1, NOW + 1)}
    assert set(partner.receipts) == now
    assert all(len(bodies) == 1 for bodies in partner.receipts.values()), (
        "a copy got another receipt than the first one"
    )
    posted: dict[str, set[str]] = {}
    for mdn in peer.receipts:
        posted.setdefault(mdn.original_message_id, set()).add(mdn.message_id)
    assert set(posted) == {f"<later-{n}@s>" for n in range(NOW + 1, NOW + LATER + 1)}
    assert all(len(ids) == 1 for ids in posted.values()), "two receipts were written for one message"
    assert all(len(bodies) == 1 for bodies in partner.arrived.values()), "a message was sent again with other bytes"
    orders = [text for text in partner.texts.values() if "~ST*850*" in text]
    assert sorted(elements(text, "BEG")[0][3] for text in orders) == sorted(f"OUT{n}" for n in range(1, ORDERS + 1))
    answers = [text for text in partner.texts.values() if "~ST*997*" in text]
    assert len(answers) == NOW + LATER, "a 997 was lost, or went out under two Message-IDs"


def _check_ledger(path) -> None:
    ledger = sqlite3.connect(path)
    states = dict(ledger.execute("select state, count(*) from receipts where direction = 'outbound' group by state"))
    assert states == {"delivered": ORDERS + NOW + LATER}
    states = dict(ledger.execute("select state, count(*) from receipts where direction = 'inbound' group by state"))
    assert states == {"given": NOW, "sent": LATER}
    assert ledger.execute("select count(*) from cases").fetchone() == (0,)
    assert ledger.execute("select count(*) from transmissions where state = 'parked'").fetchone() == (0,)
    ledger.close()
