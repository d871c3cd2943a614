"""What an order costs when there are few and when there are a million: taking a ship notice into its thread, and reading.

    .venv/bin/python -m bench.orders [--small 10000] [--large 1000000] [--documents 400]

Both ledgers are SQLite files filled with open orders of two lines, each with the order, its acknowledgment and what they came to.
CPU is that of correlating and matching one ship notice of one of them at random: finding the order, reading what was said,
folding, writing what has changed. Reading goes through HTTP.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import sqlalchemy as sa
import yaml

from bench.machine import machine
from gateway.bootstrap import House, build
from gateway.ledger import tables
from gateway.ledger.engine import make_engine
from gateway.ledger.migrate import upgrade
from gateway.pipeline.thread.judge import Origin, take_in
from gateway.pipeline.thread.saying.said import Said
from gateway.server import run, settle_memory
from gateway.settings import Environment, load_settings
from gateway.tracking.order_totals import OrderTotal, combine, totals_of
from gateway.tracking.thread.statement import Kind, LineSaid
from gateway.web.keys import key_hash

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
SUPPLIERS = 50
STATES = ("transmitted", *("accepted",) * 12, *("shipped",) * 6, "partly_received")
KEY = "key-of-the-bench"
PORTION = 20_000
NOTHING_CAME = dict.fromkeys(("shipped", "received", "rejected"), Decimal(0)) | {
    "shipped_on": None,
    "received_on": None,
}


def order_name(number: int) -> tuple[str, str]:
    """Return the partner and the id of an order."""
    partner = f"supplier{number % SUPPLIERS:02d}"
    return partner, f"{partner}:buyer:PO{number:07d}"


def rows_of(number: int) -> tuple[dict, list[dict], list[dict], dict]:
    """Return the rows of one order: itself, its lines, what was said, and the match of its acknowledgment."""
    partner, key = order_name(number)
    state, wanted = STATES[number % len(STATES)], date(2026, 11, 1) + timedelta(days=number % 120)
    came = NOW - timedelta(days=number % 90, minutes=number % 1440)
    head = {"partner": partner, "role": "buyer"}
    common = {"order_id": key, "updated_at": came}
    to_answer, to_ship = state == "transmitted", state in ("accepted", "shipped", "partly_received")
    order = {
        **head, "id": key, "order_number": f"PO{number:07d}", "release": "", "state": state, "created_at": came,
        "updated_at": came, "tracking_id": f"{number:032x}", "verdict": "clean", "plant": f"P{number % 9}", "currency": "USD",
        "value": Decimal(1000), "need_by": wanted, "awaits_acknowledgment": to_answer, "awaits_ship_notice": to_ship,
        "awaits_receipt": False, "awaits_invoice": False, "erp": None,
    }  # fmt: skip
    lines = []
    said = []
    for place in ("1", "2"):
        items = [["buyer_part", f"B-{number % 5000}-{place}"]]
        said.append(
            {"line": place, "items": items, "quantity": "50", "unit": "each", "price": "10", "on": wanted.isoformat()}
        )
        lines.append({
            **head, **common, "id": f"{key}:{place}", "number": place, "state": state, "item": items[0][1], "items": items,
            "unit": "each", "plant": f"P{number % 9}", "ordered": Decimal(50), "price": Decimal(10), "wanted_on": wanted,
            "promised": Decimal(50), "promised_on": wanted, **NOTHING_CAME,
        })  # fmt: skip
    about = {
        "order_id": key,
        "number": f"PO{number:07d}",
        "came_at": came,
        "tracking_id": f"{number:032x}",
        "purpose": "original",
    }
    answers = [{**each, "reply": "accepted"} for each in said]
    statements = [
        {**about, "id": f"d{number}a", "kind": Kind.ORDERED, "said_at": came, "source": "document", "subject": f"d{number}a",
         "head": {"currency": "USD"}, "lines": said},
        {**about, "id": f"d{number}b", "kind": Kind.ACKNOWLEDGED, "said_at": came, "source": "document", "subject": f"d{number}b",
         "head": {}, "lines": answers},
    ]  # fmt: skip
    match = {
        "id": f"d{number}b", "order_id": key, "partner": partner, "kind": Kind.ACKNOWLEDGED, "number": f"PO{number:07d}",
        "subject": f"d{number}b", "verdict": "clean", "came_at": came, "judged_at": came, "findings": [],
    }  # fmt: skip
    return order, lines, statements, match


def fill(folder: Path, orders: int) -> None:
    """Fill a ledger with open orders, many at once: without waiting for the disk, and with the indexes made at the end."""
    engine = make_engine(f"sqlite:///{folder / 'data' / 'ledger.db'}")
    upgrade(engine)
    sa.event.listen(engine, "connect", lambda raw, _record: raw.execute("pragma synchronous=off"))
    sa.event.listen(engine, "connect", lambda raw, _record: raw.execute("pragma cache_size=-1000000"))
    engine.dispose()
    with engine.begin() as connection:
        made_by = "select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name in"
        indexes = connection.exec_driver_sql(f"{made_by} ('orders', 'order_lines', 'statements', 'matches')").all()
        for name, _sql in indexes:
            connection.exec_driver_sql(f"drop index {name}")
    totals: list[OrderTotal] = []
    for first in range(1, orders + 1, PORTION):
        made = [rows_of(number) for number in range(first, min(first + PORTION, orders + 1))]
        with engine.begin() as connection:
            connection.execute(sa.insert(tables.orders), [each[0] for each in made])
            connection.execute(sa.insert(tables.order_lines), [line for each in made for line in each[1]])
            connection.execute(sa.insert(tables.statements), [said for each in made for said in each[2]])
            connection.execute(sa.insert(tables.matches), [each[3] for each in made])
        totals = combine([*totals, *(total for order, lines, *_said in made for total in added(order, lines))])
        print(f"\r{first + PORTION - 1} orders written", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    with engine.begin() as connection:
        names = [each.name for each in fields(OrderTotal)]
        rows = [{name: getattr(total, name) for name in names} | {"folded": True} for total in totals]
        connection.execute(sa.insert(tables.order_totals), rows)
        for _name, sql in indexes:
            connection.exec_driver_sql(sql)
    engine.dispose()


def added(order: dict, lines: list[dict]) -> list[OrderTotal]:
    """Return what an order adds to the sums over all of them, as whoever folds it writes it."""
    return totals_of(SimpleNamespace(**order), [SimpleNamespace(**line) for line in lines])


def configure(folder: Path) -> None:
    """Write a configuration with the suppliers of the bench."""
    keys = [{"name": "bench", "role": "operator", "sha256": key_hash(KEY)}]
    files = {"gateway.yaml": {"erps": {"main": {"kind": "folder", "path": "to-erp"}}, "keys": keys}}
    match = {"price_percent": 2, "quantity_under": 5, "days_late": 400, "days_early": 400}
    own = {"name": "Bench", "identities": [{"qualifier": "ZZ", "id": "BENCH"}], "defaults": {"match": match}}
    files["partners/own.yaml"] = own
    for number in range(SUPPLIERS):
        name = f"supplier{number:02d}"
        agreed = [{"document": each, "direction": "inbound", "role": "buyer"} for each in ("855", "856", "810")]
        partner = {"partner": name, "name": name, "identities": [{"qualifier": "ZZ", "id": name.upper()}]}
        files[f"partners/{name}.yaml"] = {**partner, "channels": {"rest": {}}, "agreements": agreed}
    for name, data in files.items():
        path = folder / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(data))
    (folder / "data").mkdir()


def notices(orders: int, documents: int) -> Iterator[tuple[Origin, Said]]:
    """Yield ship notices of orders at random."""
    chance = random.Random(7)
    for place in range(documents):
        number = chance.randint(1, orders)
        partner, _key = order_name(number)
        subject = f"asn{place}"
        origin = Origin(partner, "buyer", "document", subject, f"{number:032x}", NOW, NOW)
        lines = [LineSaid(line=line, quantity=Decimal(20), unit="each") for line in ("1", "2")]
        yield origin, Said(f"PO{number:07d}", Kind.SHIPPED, subject, lines=lines, head={"shipped_on": "2026-11-21"})


async def taken_in(house: House, orders: int, documents: int) -> float:
    """Return the CPU milliseconds of taking a ship notice into its thread."""
    todo = list(notices(orders, documents + 50))

    def work(uow, batch):
        for origin, said in batch:
            take_in(uow, house.world, origin, said)

    await house.database.tx(partial(work, batch=todo[:50]))  # So that every statement is compiled.
    settle_memory()
    before = time.process_time()
    for first in range(50, len(todo), 10):
        await house.database.tx(partial(work, batch=todo[first : first + 10]))
    return (time.process_time() - before) * 1000 / documents


async def reading(address: str, orders: int) -> dict[str, float]:
    """Return the 95th percentile in milliseconds of looking at an order, and of each KPI."""
    chance = random.Random(8)
    found = {}
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as session:
        keys = [order_name(chance.randint(1, orders))[1] for _ in range(100)]
        found["/orders/{id}"] = await slow_end(session, [f"{address}/api/v1/orders/{key}" for key in keys])
        for query in ("awaiting=acknowledgment", "partner=supplier07", "state=partly_received", "item=B-77-1"):
            found[f"/orders?{query}"] = await slow_end(session, [f"{address}/api/v1/orders?{query}"] * 20)
        async with session.get(f"{address}/api/v1/kpis") as response:
            names = [each["name"] for each in (await response.json())["items"] if each.get("known", True)]
        for name in names:
            found[f"/kpis/{name}"] = await slow_end(session, [f"{address}/api/v1/kpis/{name}"] * 10)
    return found


async def slow_end(session: aiohttp.ClientSession, addresses: list[str]) -> float:
    """Return the 95th percentile of getting some addresses, in milliseconds."""
    times = []
    for address in addresses:
        began = time.perf_counter()
        async with session.get(address) as response:
            body = await response.read()
            assert response.status == 200, (address, response.status, body[:300])
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)[int(len(times) * 0.95)]


async def measure(folder: Path, orders: int, documents: int) -> tuple[float, dict[str, float]]:
    """Measure one size."""
    configure(folder)
    fill(folder, orders)
    places = Environment(port=0, config_dir=folder / "config", data_dir=folder / "data")
    house = await build(load_settings(places))
    stop, started = asyncio.Event(), asyncio.get_running_loop().create_future()
    running = asyncio.create_task(run(house, stop, started.set_result))
    try:
        address = await started
        cost = await taken_in(house, orders, documents)
        return cost, await reading(address, orders)
    finally:
        stop.set()
        await running
        await house.close()


def main() -> None:
    """Measure both sizes and print the ratios."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--small", type=int, default=10_000)
    options.add_argument("--large", type=int, default=1_000_000)
    options.add_argument("--documents", type=int, default=400)
    asked = options.parse_args()
    found = []
    for orders in (asked.small, asked.large):
        with tempfile.TemporaryDirectory(prefix="bench-orders-") as place:
            found.append(asyncio.run(measure(Path(place), orders, asked.documents)))
    print(f"{machine()}\n")
    print(f"{'':44}{asked.small:>12,}{asked.large:>12,}   ratio")
    (small, few), (large, many) = found
    print(f"{'correlate and match a ship notice, CPU ms':44}{small:12.2f}{large:12.2f}{large / small:8.2f}")
    for name, value in few.items():
        print(f"{name + ', p95 ms':44}{value:12.1f}{many[name]:12.1f}{many[name] / value:8.2f}")
    print(json.dumps({"small": few | {"cost": small}, "large": many | {"cost": large}}), file=sys.stderr)


if __name__ == "__main__":
    main()
