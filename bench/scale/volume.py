"""The cost of a document, and of a search, when the ledger holds more and more of them."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg

from bench.pipeline import invoice
from bench.scale.fill import PATTERN, Pattern, fill, name_of, read_pattern, spread
from bench.scale.gateway import Cost, Gateway, running
from bench.scale.stores import Bench, say
from bench.x12 import target
from gateway.ledger.engine import make_engine
from gateway.ledger.views import SqlViews
from gateway.pipeline.views import DocumentQuery

_FIRST = 300_000_000
_LOOKS = 200  # Searches a turn, each for another document.

Search = Callable[[SqlViews, dict[str, str]], Awaitable[object]]
SEARCHES: dict[str, Search] = {
    "document number": lambda views, name: views.documents(DocumentQuery(document_number=name["invoice"]), 0, 50),
    "order number": lambda views, name: views.documents(DocumentQuery(order_number=name["order"]), 0, 50),
    "transmission": lambda views, name: views.documents(DocumentQuery(transmission_id=name["transmission"]), 0, 50),
    "any number (find)": lambda views, name: views.find(name["invoice"]),
    "tracking id (find)": lambda views, name: views.find(name["tracking"]),
    "timeline": lambda views, name: views.events([name["id"], name["transmission"]]),
}


class Figures:
    """What was found at each size."""

    def __init__(self) -> None:
        self.costs: dict[int, Cost] = {}
        self.searches: dict[int, dict[str, float]] = {}


def volume(bench: Bench) -> None:
    """Measure and print, one database after the other."""
    for name in ("SQLite", "PostgreSQL"):
        found = Figures()
        url = bench.new_database() if name == "PostgreSQL" else ""
        try:
            with tempfile.TemporaryDirectory() as folder:
                _measure(bench, Path(folder), url, found)
        finally:
            _show(name, found)
            if url:
                bench.drop(url)


def _measure(bench: Bench, folder: Path, url: str, found: Figures) -> None:
    pattern = asyncio.run(_pattern(folder, url))
    stored, number = 0, _FIRST
    for size in bench.sizes:
        address = url.replace("postgresql:", "postgresql+psycopg:") or f"sqlite:///{folder / 'data' / 'ledger.db'}"
        engine = make_engine(address)
        fill(engine, pattern, stored, size)
        engine.dispose()
        if url:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("vacuum analyze")
                connection.execute("checkpoint")
        stored = size
        asyncio.run(_at(bench, folder, url, size, number, found))
        number += bench.documents * bench.turns


async def _pattern(folder: Path, url: str) -> Pattern:
    async with running(folder, url) as gateway:
        await gateway.accept(invoice(PATTERN))
        await gateway.drained()
        return await gateway.house.database.read(read_pattern)


async def _at(bench: Bench, folder: Path, url: str, size: int, number: int, found: Figures) -> None:
    async with running(folder, url, server=bench.server.pid if url else None) as gateway:
        for turn in range(bench.turns):
            begin = number + turn * bench.documents
            cost = await gateway.take(invoice(begin + each) for each in range(bench.documents))
            found.costs[size] = cost.best(found.costs.get(size))
            say(f"volume {size:,}, turn {turn + 1} of {bench.turns}: CPU {cost.cpu:.2f} ms a document")
        found.searches[size] = {name: await _search(bench, gateway, size, each) for name, each in SEARCHES.items()}


async def _search(bench: Bench, gateway: Gateway, size: int, search: Search) -> float:
    """Return the milliseconds that a search takes: the median of many, the best of several turns."""
    medians = []
    for _turn in range(bench.turns + 1):
        took = []
        for n in spread(size, _LOOKS):
            begin = time.perf_counter()
            answer = await search(gateway.house.views, name_of(n))
            took.append(time.perf_counter() - begin)
            assert getattr(answer, "items", answer), f"nothing was found for document {n}"
        medians.append(statistics.median(took))
    return min(medians) * 1000


def _show(name: str, found: Figures) -> None:
    print(f"\nVolume on {name}, one process: documents that the ledger holds")
    print(f"{'':34}" + "".join(f"{size:>12,}" for size in found.costs) + f"{'last / first':>14}")

    def line(title: str, values: list[float]) -> None:
        ratio = f"{values[-1] / values[0]:14.2f}" if values and values[0] else ""
        print(f"{title:34}" + "".join(f"{value:12.3f}" for value in values) + ratio, flush=True)

    line("CPU ms a document", [cost.cpu for cost in found.costs.values()])
    if name == "PostgreSQL":
        line("database CPU ms a document", [cost.server for cost in found.costs.values()])
    names = next(iter(found.searches.values()), {})
    for each in names:
        line(f"ms to search by {each}", [figures[each] for figures in found.searches.values()])
    if len(found.searches) > 1:
        first, last = next(iter(found.costs.values())), list(found.costs.values())[-1]
        target(f"{name}: CPU of a document, largest to smallest", last.cpu / first.cpu, 1.3, most=True)
        begin, end = next(iter(found.searches.values())), list(found.searches.values())[-1]
        worst = max(end[each] / begin[each] for each in names)
        target(f"{name}: the search that grows most, largest to smallest", worst, 1.5, most=True)
