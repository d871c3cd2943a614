"""What is traded while the gateway is killed: a supplier and an ERP that send, and the count at the end."""

import asyncio
import json

import aiohttp

from gateway.ledger.engine import make_engine
from tests.support.erp import Erp
from tests.support.house import ERP_KEY, SUPPLIER_KEY, supplier
from tests.support.x12 import elements, invoice

EACH = 5  # Invoices of an interchange.
PARTNER = supplier(
    channels={"rest": {}, "folder": {"outbound": "out", "name": "{id}.edi"}}, defaults={"transport": "folder"}
)


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

    def __init__(self, address: str, interchanges: int, orders: int) -> None:
        self.address = address
        self.interchanges, self.orders = interchanges, orders
        self.waiting = interchanges + orders
        self.ids: list[str] = []

    async def run(self) -> None:
        async with aiohttp.ClientSession() as session:
            documents = [
                ("/api/v1/documents", SUPPLIER_KEY, f"d{n}", many(n).encode()) for n in range(1, self.interchanges + 1)
            ]
            orders = [
                ("/api/v1/erp/messages", ERP_KEY, f"o{n}", json.dumps(order(n)).encode())
                for n in range(1, self.orders + 1)
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


def check_erp(erp: Erp, interchanges: int) -> None:
    numbers = [body["invoice_number"] for body in erp.bodies("invoice")]
    expected = {f"INV{number * 100 + each}" for number in range(1, interchanges + 1) for each in range(EACH)}
    assert len(numbers) == len(set(numbers)), "an invoice has two keys: the ERP has it twice"
    assert set(numbers) == expected


def check_ledger(url: str, senders: Senders) -> None:
    assert len(set(senders.ids)) == senders.interchanges + senders.orders, "a repeated request was taken for a new one"
    engine = make_engine(url)
    with engine.connect() as ledger:

        def rows(sql):
            return [tuple(row) for row in ledger.exec_driver_sql(sql)]

        states = dict(rows("select state, count(*) from documents group by state"))
        assert states == {"delivered": senders.interchanges * EACH, "sent": senders.orders}, states
        assert rows("select count(*) from steps where step != 'chase'") == [(0,)]
        assert rows("select count(*) from steps where step = 'chase'") == [(senders.orders,)]
        assert rows("select count(*) from cases") == [(0,)]
        if engine.dialect.name == "sqlite":
            assert rows("pragma integrity_check") == [("ok",)]
    engine.dispose()


def check_partner(folder, interchanges: int, count: int) -> None:
    """The partner has one 997 for each group and one 850 for each order, under numbers without a gap."""
    assert not [path for path in folder.iterdir() if path.suffix != ".edi"], "a file that is not complete is visible"
    sent = [path.read_text() for path in folder.iterdir()]
    answers = [text for text in sent if "~ST*997*" in text]
    orders = [text for text in sent if "~ST*850*" in text]
    assert sorted(int(elements(text, "AK1")[0][2]) for text in answers) == list(range(1, interchanges + 1))
    assert all(elements(text, "AK9")[0][1:] == ["A", str(EACH), str(EACH), str(EACH)] for text in answers)
    assert sorted(elements(text, "BEG")[0][3] for text in orders) == sorted(f"OUT{n}" for n in range(1, count + 1))
    numbers = sorted(int(elements(text, "ISA")[0][13]) for text in sent)
    assert numbers == list(range(1, interchanges + count + 1)), "a control number was given twice or not at all"
