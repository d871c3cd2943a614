"""Nights: reports are fetched, what differs becomes cases, repairs are applied once, and the next night is clean."""

import asyncio
import json
import os
import time
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from gateway.pipeline.reconciliation.nightly import last_night, next_night
from gateway.pipeline.task import StepName, Task
from gateway.tracking.reconciliation import NIGHTLY_SUBJECT
from gateway.trading.reconciling import ReconciliationText
from tests.cli.test_ledger import command
from tests.stories.test_buyer import ORDER
from tests.stories.test_order_thread import MATCH, notice
from tests.stories.test_promises import Clock
from tests.stories.test_reconcile_http import RUNS, ask
from tests.stories.test_systems_wms import WAREHOUSE
from tests.support.erp import Erp
from tests.support.house import CUSTOMER_KEY, gateway, supplier
from tests.support.postgres import fresh_database
from tests.support.systems import events, system_keys
from tests.support.x12 import interchange

# Which commit of a night fails: that of the run here, each of them under GATEWAY_PROOF.
_BROKEN = range(1, 6) if os.environ.get("GATEWAY_PROOF") else (3,)
HEAD = "order_number,line,received,price\n"


class Reports:
    """An ERP that is asked for its report."""

    def __init__(self):
        self.body, self.status, self.headers, self.asked = "", 200, {}, []

    async def answer(self, request):
        self.asked.append(request.headers.get("Authorization"))
        return web.Response(text=self.body, status=self.status, headers=self.headers, content_type="text/csv")


@asynccontextmanager
async def reporting():
    """Yield the ERP that reports, and its address."""
    reports = Reports()
    app = web.Application()
    app.add_routes([web.get("/report", reports.answer)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield reports, f"http://127.0.0.1:{runner.addresses[0][1]}/report"
    finally:
        await runner.cleanup()


def put(folder, text, name="stock.csv", at=None):
    """Write a report of the WMS, as if that had been a while ago."""
    path = folder / "data" / "from-wms" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    written = time.time() - 60 if at is None else at
    os.utime(path, (written, written))


def nightly(erp, url, **more):
    """Settings: 856 for the WMS, all others for the ERP; a run at each midnight."""
    there = {"kind": "http", "url": f"{erp}/messages"}
    night = {
        "at": "00:00",
        "within": "0s",
        "reports": {"erp": {"url": url, "key": "env:REPORT_KEY"}, "wms": {"folder": "from-wms", "pattern": "*.csv"}},
    }
    return system_keys(erps={"main": there, "wms": there}, reconciliation=night | more)


def partners():
    inbound = [{"document": name, "direction": "inbound", "role": "buyer"} for name in ("855", "810")]
    shipment = {"document": "856", "direction": "inbound", "role": "buyer", "erp": "wms"}
    agreements = [{"document": "850", "direction": "outbound", "role": "buyer"}, shipment, *inbound]
    return supplier(agreements=agreements, defaults={"match": MATCH}), WAREHOUSE


async def traded(house):
    """An order that was shipped (the WMS is told), and received by a warehouse that tells with a 944 (the ERP is told)."""
    await house.order(ORDER)
    await house.send(notice(2))
    await house.settle()
    body = """W17*F*20261121*REC1**SHP2
    N1*WH*Lake Warehouse*92*W22
    W07*10*EA**VP*V-7*BP*B-1
    N9*PO*PO1
    W14*10"""
    sent = interchange(body, set_id="944", group="RE", number=5, sender=("ZZ", "LAKE"))
    assert (await house.send(sent, CUSTOMER_KEY)).status == 202
    await house.settle()


async def night(house, clock):
    """Let the next night begin; return what the newest run came to, once there is a new one."""
    before = [each["id"] for each in (await house.get(RUNS))["items"]]
    clock.on(days=1)

    async def ran():
        return len((await house.get(RUNS))["items"]) > len(before)

    await house.until(ran)
    await house.settle()
    return (await house.get(RUNS))["items"][0]


async def open_cases(house, *causes):
    items = (await house.get("/api/v1/cases"))["items"]
    return {each["subject"]: each for each in items if each["cause"] in causes}


def posted(erp, kind):
    """Return the keys of what was posted of a type of message."""
    return [key for key, body in erp.messages.items() if json.loads(body)["header"]["type"] == kind]


@asynccontextmanager
async def nights(folder, url, **more):
    """Run a gateway with nights, and an ERP that is the WMS as well."""
    erp = Erp()
    await erp.start()
    try:
        async with gateway(folder, *partners(), settings=nightly(erp.address, url, **more), erp=erp) as house:
            yield house
    finally:
        await erp.stop()


@pytest.fixture
def _secret(monkeypatch):
    monkeypatch.setenv("REPORT_KEY", "key-for-the-report")


@pytest.mark.usefixtures("_secret")
async def test_a_night_finds_what_was_lost_and_the_next_one_finds_it_healed(tmp_path):
    async with reporting() as (reports, url), nights(tmp_path, url) as house:
        clock, erp, folder = Clock(house), house.erp, tmp_path
        await traded(house)
        receipt, shipment = posted(erp, "stock_transfer_receipt"), posted(erp, "ship_notice")
        assert len(receipt) == len(shipment) == 1
        before = {key: erp.messages.pop(key) for key in (*receipt, *shipment)}

        # The ERP has lost the receipt and has another price; the WMS never booked the shipment.
        reports.body = HEAD + "PO1,1,0,13\n"
        put(folder, "order_number,line,shipped\nPO1,1,0\n")
        run = await night(house, clock)
        assert (run["trigger"], run["lines"], run["differ"]) == ("nightly", 1, 3)
        assert reports.asked == ["Bearer key-for-the-report"]
        found = {(each["system"], each["figure"]): each for each in (await house.get(f"{RUNS}/{run['id']}"))["repairs"]}
        assert found["erp", "received"]["deliver"] == receipt
        assert found["wms", "shipped"]["deliver"] == shipment
        assert found["erp", "price"]["deliver"] == []
        assert any("received REC1" in words for words in found["erp", "received"]["proof"])
        assert any("(at 12.5)" in words for words in found["erp", "price"]["proof"])
        [case] = (await open_cases(house, "reconciliation-differs")).values()
        assert case["subject"] == "supplier:buyer:PO1:1" and case["owner"] == "business"
        assert "price: 12.5 here, 13 in the erp" in case["detail"], "one case a line names all that differs"
        assert {each["figure"] for each in await events(house, "reconciliation.diverged")} == {
            "received",
            "shipped",
            "price",
        }

        asked = len(erp.requests)
        for _twice in range(2):
            wanted = {"action": "apply", "reason": "restored from a backup"}
            status, done = await ask(house, f"/{run['id']}/repairs", wanted)
            assert status == 200
            await house.settle()
        assert [each["reason"] for each in done["refused"]] and done["taken"] == []
        assert len(erp.requests) == asked + 2, "each document once, under its key"
        assert {key: erp.messages[key] for key in before} == before

        reports.body = HEAD + "PO1,1,10,12.50\n"
        put(folder, "order_number,line,shipped\nPO1,1,10\n", at=time.time() - 30)
        clean = await night(house, clock)
        assert (clean["differ"], clean["healed"]) == (0, 3)
        assert await open_cases(house, "reconciliation-differs") == {}
        states = {each["state"] for each in (await house.get(f"{RUNS}/{run['id']}"))["repairs"]}
        assert states == {"healed"}
        whole = await house.get(f"/api/v1/cases/{case['id']}")
        assert whole["resolution"] == "a later run found it healed"
        assert [each["differ"] for each in await events(house, "reconciliation.finished")] == [3, 0]


@pytest.mark.usefixtures("_secret")
async def test_a_report_that_does_not_come_or_is_no_newer_is_one_case_until_it_comes(tmp_path):
    async with (
        reporting() as (reports, url),
        gateway(tmp_path, *partners(), settings=nightly("http://127.0.0.1:9", url)) as house,
    ):
        clock = Clock(house)
        await traded(house)
        reports.body = HEAD + "PO1,1,10,12.5\n"
        reports.headers = {"Last-Modified": format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)}
        first = await night(house, clock)
        assert [each["system"] for each in first["reports"]] == ["erp"], "what came is compared without the other one"
        cases = await open_cases(house, "report-missing")
        assert set(cases) == {"report-wms"}
        assert "there is no file *.csv in" in cases["report-wms"]["detail"]

        put(tmp_path, "order_number,line,shipped\nPO1,1,10\n")
        second = await night(house, clock)
        assert [each["system"] for each in second["reports"]] == ["wms"]
        cases = await open_cases(house, "report-missing")
        assert set(cases) == {"report-erp"}, "the report of the ERP is the one of the night before"
        assert "was compared before" in cases["report-erp"]["detail"]

        reports.headers, reports.status = {"Location": "http://127.0.0.1:1/"}, 302
        put(tmp_path, "order_number,line,shipped\nPO1,1,ten\n", at=time.time() - 20)
        clock.on(days=1)

        async def both():
            found = await open_cases(house, "report-missing")
            return set(found) == {"report-erp", "report-wms"} and "no redirect" in found["report-erp"]["detail"]

        await house.until(both)
        assert "shipped: 'ten' is no number" in (await open_cases(house, "report-missing"))["report-wms"]["detail"]
        assert len((await house.get(RUNS))["items"]) == 2, "with nothing to compare there is no run"

        reports.headers, reports.status = {}, 200
        put(tmp_path, "order_number,line,shipped\nPO1,1,10\n", at=time.time() - 10)
        await night(house, clock)
        assert await open_cases(house, "report-missing") == {}


@pytest.mark.usefixtures("_secret")
async def test_a_night_has_one_run_over_a_restart_and_a_clock_that_jumps(tmp_path):
    async with reporting() as (reports, url):
        reports.body = HEAD + "PO9,1,10,12.5\n"
        async with nights(tmp_path, url) as house:
            clock = Clock(house)
            put(tmp_path, "order_number,line,shipped\nPO9,1,10\n")
            run = await night(house, clock)
            clock.on(days=-1)  # It was ahead, and is not any more.
            await house.settle()
            assert len((await house.get(RUNS))["items"]) == 1
        async with nights(tmp_path, url) as house:
            clock = Clock(house)
            assert await due(house) is not None
            clock.on(days=1)
            await house.until(lambda: due_after(house, clock()))
            assert [each["id"] for each in (await house.get(RUNS))["items"]] == [run["id"]], "that night had its run"
            put(tmp_path, "order_number,line,shipped\nPO9,1,10\n", at=time.time() - 10)
            later = await night(house, clock)
            assert later["id"] > run["id"]


@pytest.mark.usefixtures("_secret")
async def test_a_report_that_is_late_is_waited_for_and_is_no_case(tmp_path):
    at = f"{datetime.now(UTC) - timedelta(minutes=5):%H:%M}"
    only = {"reports": {"wms": {"folder": "from-wms"}}, "at": at, "within": "2h", "every": "5m"}
    async with nights(tmp_path, "", **only) as house:
        clock = Clock(house)
        clock.on(days=1)

        async def waits():
            found = await due(house)
            return found is not None and timedelta(0) < found - clock() <= timedelta(minutes=5)

        await house.until(waits, 60)
        assert (await house.get(RUNS))["items"] == []
        assert await open_cases(house, "report-missing") == {}
        put(tmp_path, "order_number,line,shipped\nPO9,1,10\n")
        clock.on(minutes=6)

        async def ran():
            return len((await house.get(RUNS))["items"]) == 1

        await house.until(ran, 60)
        await house.until(lambda: due_after(house, clock() + timedelta(hours=20)), 60)


@pytest.mark.usefixtures("_secret")
async def test_a_night_that_fails_for_a_mistake_of_ours_is_a_case_and_is_run_when_that_is_replayed(
    tmp_path, monkeypatch
):
    at = f"{datetime.now(UTC) - timedelta(minutes=5):%H:%M}"
    async with nights(tmp_path, "", reports={"wms": {"folder": "from-wms"}}, at=at) as house:
        await traded(house)
        put(tmp_path, "order_number,line,shipped\nPO1,1,9\n")
        source = house.house.world.nightly.sources["wms"]
        plain, said = type(source).fetch, ["a mistake of ours"]

        async def mistaken(self, now):
            if said:
                raise RuntimeError(said.pop())
            return await plain(self, now)

        monkeypatch.setattr(type(source), "fetch", mistaken)
        Clock(house).on(days=1)

        async def told():
            return await open_cases(house, "internal")

        await house.until(told)
        [case] = (await told()).values()
        assert (case["subject"], (await house.get(RUNS))["items"]) == ("nightly-reconciliation", [])
        again = await command(tmp_path, "replay", case["subject"], "--reason", "mended")
        assert (again.code, again.err) == (0, "") and again.lines[-1].endswith("gateway reconcile list")

        async def ran():
            return (await house.get(RUNS))["items"]

        await house.until(ran)
        assert [each["differ"] for each in await ran()] == [1]
        assert await told() == {}


async def test_whichever_commit_of_a_night_fails_it_has_one_run_and_one_case(tmp_path):
    at = f"{datetime.now(UTC) - timedelta(minutes=5):%H:%M}"  # So that half a day may pass before the next night.
    only = {"reports": {"wms": {"folder": "from-wms"}, "erp": {"folder": "from-erp"}}, "at": at}
    async with nights(tmp_path, "", **only) as house:
        clock = Clock(house)
        await traded(house)
        failed = []

        def broken(which):
            """Let one commit fail, counted from now."""
            count = iter(range(which + 1))

            def before_commit():
                if next(count, None) == which - 1:
                    failed.append(which)
                    raise OSError("the disk is full")

            return before_commit

        for nights_before, number in enumerate(_BROKEN):
            put(tmp_path, f"order_number,line,shipped\nPO1,1,{number}\n", at=time.time() - 100 + number)
            house.house.database.before_commit = broken(number)
            clock.on(days=1)
            await house.until(lambda number=number: number in failed, 60)
            for _try in range(12):  # It is tried again after a while, which passes here.
                await house.settle(60)
                if await due_after(house, clock() + timedelta(hours=2)):
                    break
                clock.on(minutes=30)
            [run, *before] = (await house.get(RUNS))["items"]
            assert (run["differ"], len(before)) == (1, nights_before)
            assert len(await open_cases(house, "reconciliation-differs")) == 1
            assert set(await open_cases(house, "report-missing")) == {"report-erp"}
        assert failed == list(_BROKEN)
        assert len(await events(house, "reconciliation.finished")) == len(_BROKEN)
        assert len(await events(house, "reconciliation.diverged")) == 1


@pytest.mark.usefixtures("_secret")
async def test_of_several_workers_on_postgresql_one_runs_a_night_and_a_report_brought_twice_is_one_run(tmp_path):
    with fresh_database() as database_url:
        async with reporting() as (reports, url), AsyncExitStack() as stack:
            reports.body = HEAD + "PO9,1,10,12.5\n"
            put(tmp_path / "a", "order_number,line,shipped\nPO9,1,10\n")
            put(tmp_path / "b", "order_number,line,shipped\nPO9,1,10\n")
            settings = nightly("http://127.0.0.1:9", url)
            houses = [
                await stack.enter_async_context(
                    gateway(tmp_path / name, *partners(), settings=settings, database_url=database_url)
                )
                for name in ("a", "b")
            ]
            first, second = houses

            def now(uow):
                uow.schedule(Task(StepName.RECONCILE, NIGHTLY_SUBJECT, "f" * 32, first.house.world.clock()))

            for house in houses:
                await house.house.database.tx(now)

                async def ran():
                    found = await due(first)
                    return (await first.get(RUNS))["items"] and found is not None and found > first.house.world.clock()

                await house.until(ran)
            [run] = (await second.get(RUNS))["items"]
            assert (run["trigger"], run["strangers"]) == ("nightly", 2)
            assert len(reports.asked) == 1

            body = HEAD + "PO9,1,10,12.5\n"
            posts = [
                ask(each, "?system=erp", body, content_type="text/csv", Idempotency_Key="k") for each in houses * 3
            ]
            answers = await asyncio.gather(*posts)
            assert {status for status, _run in answers} == {201}
            assert len({each["id"] for _status, each in answers}) == 1
            assert len((await first.get(RUNS))["items"]) == 2


async def due(house):
    """Return when the next night is due."""

    def look(uow):
        return uow.step_due_at(f"{NIGHTLY_SUBJECT}:reconcile")

    return await house.house.database.tx(look)


async def due_after(house, moment):
    found = await due(house)
    return found is not None and found > moment


def test_a_night_begins_at_its_time_in_its_zone_also_when_clocks_are_put_on_or_back():
    calendar = ReconciliationText.model_validate(
        {"at": "02:30", "zone": "Europe/Berlin", "reports": {"erp": {"folder": "x"}}}
    ).calendar
    begun = [datetime(2026, 3, 28, 1, 30, tzinfo=UTC)]  # 02:30 does not exist on the next day.
    for _night in range(3):
        begun.append(next_night(calendar, begun[-1]))
    assert [f"{each:%d %H:%M}" for each in begun] == ["28 01:30", "29 01:30", "30 00:30", "31 00:30"]
    assert [str(last_night(calendar, each)[0])[-2:] for each in begun] == ["28", "29", "30", "31"]
    before = begun[1] - timedelta(seconds=1)
    assert last_night(calendar, before) == (begun[0].date(), begun[0])
    back = datetime(2026, 10, 24, 12, tzinfo=UTC)  # 02:30 comes twice: the first one counts, and once.
    first, second = next_night(calendar, back), next_night(calendar, next_night(calendar, back))
    assert [f"{each:%d %H:%M}" for each in (first, second)] == ["25 00:30", "26 01:30"]
