"""SIGKILL at every commit of a run of 200 documents: nothing lost, nothing twice, no number given twice.

Each life of the gateway is killed at its first commit (or its second, so that those who send get answers), right before it and
right after it by turns, and the next one goes on with what the ledger holds. So the run passes every commit that there is. The
sender and the ERP live on and behave as real ones do: the sender repeats what was not answered, the ERP stores each key once.
"""

import asyncio
import json
import os
import sqlite3
from itertools import cycle

import aiohttp
import pytest

from tests.crash.lives import Lives
from tests.support.erp import Erp
from tests.support.house import ERP_KEY, SUPPLIER_KEY, supplier, write_config
from tests.support.x12 import elements, invoice

INTERCHANGES, EACH, ORDERS = 40, 5, 10
GROUPS = [128, 1] if os.environ.get("GATEWAY_PROOF") else [128]


def many(number: int) -> str:
    """One interchange with several invoices; each has a number of its own."""
    first, *rest = (invoice(number * 100 + each) for each in range(EACH))
    sets = [text[text.index("ST*") : text.index("GE*")] for text in (first, *rest)]
    body = "".join(text.replace("*0001~", f"*{n:04d}~") for n, text in enumerate(sets, start=1))
    head = (
        first[: first.index("ST*")]
        .replace(f"{number * 100:09d}", f"{number:09d}")
        .replace(f"*{number * 100}*X", f"*{number}*X")
    )
    return f"{head}{body}GE*{EACH}*{number}~IEA*1*{number:09d}~"


def order(number: int) -> dict:
    line = {
        "number": "1",
        "quantity": {"value": "5", "unit": "each"},
        "item_ids": [{"kind": "buyer_part", "value": "B-1"}],
    }
    body = {
        "order_number": f"OUT{number}",
        "purpose": "original",
        "order_type": "stand_alone",
        "ordered_on": "2026-11-21",
    }
    return {"type": "purchase_order", "partner": "supplier", "body": body | {"lines": [line]}}


class Senders:
    """A supplier and an ERP that repeat each request, under its own key, until it is answered with 202."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.waiting = INTERCHANGES + ORDERS
        self.ids: list[str] = []

    async def run(self) -> None:
        async with aiohttp.ClientSession() as session:
            documents = [
                ("/api/v1/documents", SUPPLIER_KEY, f"d{n}", many(n).encode()) for n in range(1, INTERCHANGES + 1)
            ]
            orders = [
                ("/api/v1/erp/messages", ERP_KEY, f"o{n}", json.dumps(order(n)).encode()) for n in range(1, ORDERS + 1)
            ]
            gate = asyncio.Semaphore(4)
            await asyncio.gather(*(self._insist(session, gate, *each) for each in documents + orders))

    async def _insist(self, session, gate, path, key, name, body) -> None:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": name}
        headers["Content-Type"] = "application/json" if body[:1] == b"{" else "application/edi-x12"
        async with gate:
            while True:
                try:
                    async with session.post(self.address + path, data=body, headers=headers) as response:
                        assert response.status == 202, await response.text()
                        self.ids.append((await response.json())["id"])
                        self.waiting -= 1
                        return
                except (aiohttp.ClientError, ConnectionError):
                    await asyncio.sleep(0.01)


async def _die_at_every_commit(lives: Lives, senders: Senders) -> None:
    # As long as somebody sends, each second pair of lives gets one commit further: an answer is given only after a commit.
    for when, number in cycle((("before", 1), ("after", 1), ("before", 2), ("after", 2))):
        await lives.begin(when, number if senders.waiting else 1)
        quiet = 0
        # Nothing is due and all was taken in: a second look, because the last request may be younger than the first.
        while quiet < 2 and await lives.quiet_or_dead() == "quiet":
            quiet += not senders.waiting
        if quiet == 2:
            await lives.end()
            return


@pytest.mark.parametrize("group", GROUPS)
async def test_killed_at_every_commit_nothing_is_lost_and_nothing_happens_twice(tmp_path, group):
    erp = Erp()
    await erp.start()
    partner = supplier(
        channels={"rest": {}, "folder": {"outbound": "out", "name": "{id}.edi"}}, defaults={"transport": "folder"}
    )
    write_config(tmp_path / "config", erp.address, partner)
    try:
        async with Lives.of(tmp_path, group) as lives:
            senders = Senders(lives.address)
            sending = asyncio.create_task(senders.run())
            try:
                await _die_at_every_commit(lives, senders)
            finally:
                sending.cancel()
            assert lives.killed > 20, f"only {lives.killed} lives were killed: this run proves little"
    finally:
        await erp.stop()
    _check_erp(erp)
    _check_ledger(tmp_path / "data" / "ledger.db", senders)
    _check_partner(tmp_path / "data" / "out")


def _check_erp(erp: Erp) -> None:
    numbers = [body["invoice_number"] for body in erp.bodies("invoice")]
    expected = {f"INV{number * 100 + each}" for number in range(1, INTERCHANGES + 1) for each in range(EACH)}
    assert len(numbers) == len(set(numbers)), "an invoice has two keys: the ERP has it twice"
    assert set(numbers) == expected


def _check_ledger(path, senders: Senders) -> None:
    assert len(set(senders.ids)) == INTERCHANGES + ORDERS, "a repeated request was taken for a new one"
    ledger = sqlite3.connect(path)
    states = dict(ledger.execute("select state, count(*) from documents group by state"))
    assert states == {"delivered": INTERCHANGES * EACH, "sent": ORDERS}, states
    assert ledger.execute("select count(*) from steps where step != 'chase'").fetchone() == (0,)
    assert ledger.execute("select count(*) from steps where step = 'chase'").fetchone() == (ORDERS,)
    assert ledger.execute("select count(*) from cases").fetchone() == (0,)
    assert ledger.execute("pragma integrity_check").fetchone() == ("ok",)
    ledger.close()


def _check_partner(folder) -> None:
    """The partner has one 997 for each group and one 850 for each order, under numbers without a gap."""
    assert not [path for path in folder.iterdir() if path.suffix != ".edi"], "a file that is not complete is visible"
    sent = [path.read_text() for path in folder.iterdir()]
    answers = [text for text in sent if "~ST*997*" in text]
    orders = [text for text in sent if "~ST*850*" in text]
    assert sorted(int(elements(text, "AK1")[0][2]) for text in answers) == list(range(1, INTERCHANGES + 1))
    assert all(elements(text, "AK9")[0][1:] == ["A", str(EACH), str(EACH), str(EACH)] for text in answers)
    assert sorted(elements(text, "BEG")[0][3] for text in orders) == sorted(f"OUT{n}" for n in range(1, ORDERS + 1))
    numbers = sorted(int(elements(text, "ISA")[0][13]) for text in sent)
    assert numbers == list(range(1, INTERCHANGES + ORDERS + 1)), "a control number was given twice or not at all"
