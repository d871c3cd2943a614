"""Purchase orders that are traded while things break: three suppliers, an ERP that orders, and the count at the end.

For each order of theirs a supplier sends acknowledgment, ship notice and invoice, one after the other; each is repeated until it
is answered with 202. Some come twice, as the same bytes or with other line ends. Our own orders are put into the supplier's
folder, and each is answered with a 997. At the end the ERP's own database, the folders and the ledger are counted.
"""

import asyncio
import json
from collections import Counter
from pathlib import Path

import aiohttp

from gateway.ledger.engine import make_engine
from gateway.web.keys import key_hash
from tests.crash.reference import ReferenceErp
from tests.crash.trade import order
from tests.support.house import ERP_KEY, supplier
from tests.support.x12 import acknowledgment, elements, functional, invoice, ship_notice

SUPPLIERS = ("ash", "birch", "cedar")
KINDS = (("order_acknowledgment", acknowledgment), ("ship_notice", ship_notice), ("invoice", invoice))
_AT_ONCE = 8
_LOOK_SECONDS = 0.1
_PATIENCE = 120.0  # Without any progress.


def partners(**defaults) -> list[dict]:
    """The suppliers: in order for each purchase order, and the ERP has to confirm what came in."""
    ordered = {"transport": "folder", "ordered_by": "order", "retry": {"first": "1s", "longest": "1s", "attempts": 900}}
    inbound = [
        {"document": name, "direction": "inbound", "role": "buyer", "promises": {"confirmation": "1d"}}
        for name in ("855", "856", "810")
    ]
    return [
        supplier(
            partner=name,
            identities=[{"qualifier": "ZZ", "id": name.upper()}],
            api_keys=[{"name": "main", "sha256": key_hash(name)}],
            channels={"rest": {}, "folder": {"outbound": f"out/{name}", "name": "{id}.edi"}},
            defaults=ordered | defaults,
            agreements=[{"document": "850", "direction": "outbound", "role": "buyer"}, *inbound],
        )
        for name in SUPPLIERS
    ]


class Trade:
    """What goes in, by the suppliers and the ERP, and how far it is."""

    def __init__(self, doors: list[str], data: Path, erp: ReferenceErp, *, orders: int, ours: int) -> None:
        self.doors, self.data, self.erp = doors, data, erp
        self.orders, self.ours = orders, ours
        self.taken = self.answered = self.copies = self.refused = 0
        self.ids: set[str] = set()
        self._next_door = 0
        self._failed: BaseException | None = None

    @property
    def documents(self) -> int:
        """How many documents there are, copies and acknowledgments not counted."""
        return 3 * self.orders + self.ours

    @property
    def progress(self) -> int:
        """How far it is: one for each document taken in, and one for each that the ERP has."""
        return self.taken + self.erp.count

    async def reached(self, progress: int) -> None:
        """Wait until it is so far."""
        clock, before = asyncio.get_running_loop().time, (-1, 0.0)
        while self.progress < progress:
            if self._failed is not None:
                raise self._failed  # Who waits for what is sent would else only see that nothing happens any more.
            if self.progress != before[0]:
                before = (self.progress, clock())
            assert clock() - before[1] < _PATIENCE, f"nothing happens any more at {self.progress}"
            await asyncio.sleep(0.005)

    async def run(self) -> None:
        """Send everything, and answer every order of ours."""
        async with aiohttp.ClientSession() as session:
            gate = asyncio.Semaphore(_AT_ONCE)
            theirs = [self._their_order(session, gate, number) for number in range(1, self.orders + 1)]
            ours = [self._our_order(session, gate, number) for number in range(1, self.ours + 1)]
            try:
                await asyncio.gather(*theirs, *ours, self._acknowledge(session))
            except Exception as error:
                self._failed = error
                raise

    async def _their_order(self, session, gate, number: int) -> None:
        name = SUPPLIERS[number % len(SUPPLIERS)]
        async with gate:
            for place, (_kind, write) in enumerate(KINDS):
                control = 3 * number + place
                data = write(control, f"PO{number}", sender=("ZZ", name.upper()))
                first = await self._insist(session, "/api/v1/documents", name, f"d{control}", data.encode())
                self.taken += 1
                if control % 7 == 0:
                    again = await self._insist(session, "/api/v1/documents", name, f"again{control}", data.encode())
                    assert again == first, "the same bytes were taken for a new transmission"
                if control % 11 == 0:
                    wrapped = data.replace("~", "~\n").encode()
                    await self._insist(session, "/api/v1/documents", name, f"wrapped{control}", wrapped)
                    self.copies += 1

    async def _our_order(self, session, gate, number: int) -> None:
        message = order(number) | {"partner": SUPPLIERS[number % len(SUPPLIERS)]}
        async with gate:
            await self._insist(session, "/api/v1/erp/messages", ERP_KEY, f"o{number}", json.dumps(message).encode())
        self.taken += 1

    async def _insist(self, session, path: str, key: str, name: str, body: bytes) -> str:
        """Send until it is taken, to whichever door is open; return the id of the receipt."""
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": name}
        headers["Content-Type"] = "application/json" if body[:1] == b"{" else "application/edi-x12"
        while True:
            self._next_door += 1
            door = self.doors[self._next_door % len(self.doors)]
            try:
                async with session.post(door + path, data=body, headers=headers) as response:
                    if response.status == 202:
                        found = (await response.json())["id"]
                        self.ids.add(found)
                        return found
                    assert response.status in (503, 507), await response.text()
                    self.refused += 1
            except (aiohttp.ClientError, ConnectionError):
                pass
            await asyncio.sleep(0.02)

    async def _acknowledge(self, session) -> None:
        """Answer each order of ours with a 997, once."""
        seen: set[Path] = set()
        while self.answered < self.ours:
            for path in set(self.data.glob("out/*/*.edi")) - seen:
                seen.add(path)
                text = path.read_text()
                if "~ST*850*" not in text:
                    continue
                self.answered += 1
                name, [group] = path.parent.name, elements(text, "GS")
                number = 900_000 + self.answered
                data = functional("PO", group[6], "850", "0001", number=number, sender=("ZZ", name.upper()))
                await self._insist(session, "/api/v1/documents", name, f"f{number}", data.encode())
            await asyncio.sleep(_LOOK_SECONDS)

    async def settled(self, url: str) -> None:
        """Wait until the ledger has nothing to do but to wait for what is owed."""
        engine = make_engine(url)
        clock, before = asyncio.get_running_loop().time, ("", 0.0)
        try:
            while (left := await asyncio.to_thread(_left, engine)) != "[]":
                if left != before[0]:
                    before = (left, clock())
                assert clock() - before[1] < _PATIENCE, f"nothing happens any more: {left}"
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            engine.dispose()

    # The count

    def check(self, url: str) -> None:
        """Count everywhere: nothing lost, nothing twice, in order, all promises kept."""
        self._check_erp()
        for name in SUPPLIERS:
            self._check_folder(name)
        engine = make_engine(url)
        with engine.connect() as ledger:
            self._check_ledger(lambda sql: [tuple(row) for row in ledger.exec_driver_sql(sql)])
        engine.dispose()

    def _check_erp(self) -> None:
        stored = self.erp.stored()
        assert self.erp.twice() == [], "the ERP has documents under two keys"
        by_order: dict[str, list[str]] = {}
        for row in stored:
            by_order.setdefault(row.order, []).append(row.type)
        assert set(by_order) == {f"PO{number}" for number in range(1, self.orders + 1)}, "orders were lost"
        wrong = {name: kinds for name, kinds in by_order.items() if kinds != [kind for kind, _ in KINDS]}
        assert wrong == {}, "documents of a purchase order were lost, or are not in the order in which they were sent"

    def _check_folder(self, name: str) -> None:
        """The supplier has one 997 for each group and one 850 for each order of ours, under numbers without a gap."""
        folder = self.data / "out" / name
        files = list(folder.iterdir())
        unfinished = [path.name for path in files if path.suffix != ".edi"]
        assert unfinished == [], "what a killed process had begun is still there"
        texts = [path.read_text() for path in files]
        mine = [number for number in range(1, self.orders + 1) if SUPPLIERS[number % len(SUPPLIERS)] == name]
        answers = sorted(int(elements(text, "AK1")[0][2]) for text in texts if "~ST*997*" in text)
        assert answers == [3 * number + place for number in mine for place in range(3)], "a 997 is lost or twice there"
        assert all(elements(text, "AK9")[0][1:] == ["A", "1", "1", "1"] for text in texts if "~ST*997*" in text)
        sent = sorted(elements(text, "BEG")[0][3] for text in texts if "~ST*850*" in text)
        assert sent == sorted(f"OUT{n}" for n in range(1, self.ours + 1) if SUPPLIERS[n % len(SUPPLIERS)] == name), (
            "an order of ours is lost or twice there"
        )
        for segment, place in (("ISA", 13), ("GS", 6)):
            numbers = sorted(int(elements(text, segment)[0][place]) for text in texts)
            assert numbers == list(range(1, len(texts) + 1)), f"{segment} numbers were given twice or not at all"

    def _check_ledger(self, rows) -> None:
        assert len(self.ids) == 3 * self.orders + 2 * self.ours + self.copies, (
            "a repeated request was taken for a new one"
        )
        inbound = 3 * self.orders
        states = dict(rows("select state, count(*) from documents where set_id != '997' group by state"))
        wanted = Counter(delivered=inbound, sent=self.ours, duplicate=self.copies)
        assert states == +wanted, states
        verdicts = "select acknowledgment, count(*) from documents where direction = 'outbound' group by acknowledgment"
        assert dict(rows(verdicts)) == {"accepted": self.ours}
        promises = {row[:2]: row[2] for row in rows("select what, state, count(*) from promises group by what, state")}
        assert promises == {("confirmation", "kept"): inbound, ("acknowledgment", "kept"): self.ours}, promises
        assert rows("select cause, detail from cases") == []
        assert rows("select id from steps where step != 'chase'") == []
        events = dict(rows("select type, count(*) from events group by type"))
        assert events["document.delivered"] == inbound, "a delivery stands in the log twice, or not at all"
        assert events["acknowledgment.received"] == self.ours


def _left(engine) -> str:
    with engine.connect() as ledger:
        found = ledger.exec_driver_sql("select step, count(*) from steps where step != 'chase' group by step")
        return str([tuple(row) for row in found])
