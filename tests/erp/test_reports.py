"""Reports are fetched from where gateway.yaml says, and from nowhere else; bounded in size and time."""

import asyncio
import os
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web

from gateway.erp.reports import FolderReport, HttpReport
from gateway.pipeline.reconciliation.ports import ReportMissing

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
ROW = "order_number,line,shipped\nPO1,1,10\n"


@asynccontextmanager
async def source(answer, *, limit=1 << 16, seconds=20.0, key="secret"):
    """Yield a source whose address answers as told, and the requests that came."""
    seen = []

    async def handle(request):
        seen.append(request)
        return await answer(request)

    app = web.Application()
    app.add_routes([web.get("/{name:.*}", handle)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/lines.csv?plant=1"
    try:
        async with aiohttp.ClientSession() as session:
            yield HttpReport(url, session, key=key, timeout_seconds=seconds, limit=limit), seen
    finally:
        await runner.cleanup()


async def fails(report):
    with pytest.raises(ReportMissing) as raised:
        await report.fetch(NOW)
    return raised.value.detail


async def test_a_report_comes_with_its_key_its_bytes_and_its_time():
    async def answer(_request):
        headers = {"Last-Modified": "Fri, 20 Nov 2026 23:30:00 GMT"}
        return web.Response(text=ROW, content_type="text/csv", headers=headers)

    async with source(answer) as (report, seen):
        found = await report.fetch(NOW)
    assert [request.headers["Authorization"] for request in seen] == ["Bearer secret"]
    assert (found.name, found.data) == ("lines.csv", ROW.encode())
    assert found.as_of == datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert [(line.order_number, line.figures["shipped"]) for line in found.lines] == [("PO1", 10)]


@pytest.mark.parametrize("said", [None, "yesterday", "Fri, 99 Nov 2026 23:30:00 GMT"])
async def test_a_report_without_a_time_is_of_now(said):
    async def answer(_request):
        headers = {"Last-Modified": said} if said else {}
        return web.Response(text='{"order_number": "PO1", "line": 1, "price": 2}', headers=headers)

    async with source(answer) as (report, _seen):
        found = await report.fetch(NOW)
    assert found.as_of == NOW
    assert [line.figures["price"] for line in found.lines] == [2]


async def test_a_redirect_is_not_followed_so_that_the_key_goes_nowhere_else():
    async def answer(_request):
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    async with source(answer) as (report, seen):
        assert "it answered 307, and no redirect is followed; correct url: in gateway.yaml" in await fails(report)
    assert [request.path for request in seen] == ["/lines.csv"]


async def test_an_answer_that_is_too_large_is_left_before_its_end():
    sent = []

    async def answer(request):
        response = web.StreamResponse()
        await response.prepare(request)
        with pytest.raises((ConnectionError, asyncio.CancelledError)):
            while True:
                await response.write(b"x" * 65536)
                sent.append(65536)
        return response

    async with source(answer, limit=1 << 20) as (report, _seen):
        assert "its answer is larger than 1 MB; raise reconciliation.largest_mb" in await fails(report)
    assert sum(sent) < 64 << 20


async def test_an_answer_that_does_not_end_is_given_up():
    async def answer(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"order_number")
        await asyncio.sleep(60)
        return response

    async with source(answer, seconds=0.2) as (report, _seen):
        assert await fails(report) == "it did not answer within 0.2 s"


@pytest.mark.parametrize("status", [204, 401, 404, 500])
async def test_what_is_no_report_says_its_status(status):
    async def answer(_request):
        return web.Response(status=status)

    async with source(answer) as (report, _seen):
        assert await fails(report) == f"it answered {status}"


async def test_an_address_where_nobody_listens_says_so_without_showing_it():
    async with aiohttp.ClientSession() as session:
        report = HttpReport("http://127.0.0.1:9/x?token=1", session, key=None, timeout_seconds=5, limit=9)
        words = await fails(report)
    assert "it can't be reached (" in words and "token" not in words


# Folders


def put(folder, name, text=ROW, age=60.0):
    path = folder / name
    path.write_text(text)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


async def test_the_newest_file_that_fits_counts_and_all_stay_where_they_are(tmp_path):
    put(tmp_path, "stock-1.csv", age=500)
    put(tmp_path, "stock-2.csv", ROW.replace("10", "12"), age=400)
    put(tmp_path, "other.csv", age=300)
    put(tmp_path, ".stock-3.csv", age=200)
    found = await FolderReport(tmp_path, "stock-*.csv", limit=1 << 16).fetch(NOW)
    assert found.name == "stock-2.csv" and [line.figures["shipped"] for line in found.lines] == [12]
    assert len(list(tmp_path.iterdir())) == 4


async def test_a_link_is_not_followed_out_of_the_folder(tmp_path):
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "a.csv").symlink_to(put(tmp_path, "secret.csv"))
    assert "there is no file *.csv in" in await fails(FolderReport(inside, "*.csv", limit=99))


async def test_a_file_that_is_still_written_or_too_large_waits(tmp_path):
    report = FolderReport(tmp_path, "*", limit=1 << 20)
    path = put(tmp_path, "a.csv", age=0)
    assert await fails(report) == "a.csv is being written"
    path.write_bytes(b"x" * ((1 << 20) + 1))
    assert "a.csv is larger than 1 MB" in await fails(report)


async def test_a_folder_that_is_no_folder_says_so(tmp_path):
    assert "can't be read" in await fails(FolderReport(put(tmp_path, "a.csv"), "*", limit=9))
