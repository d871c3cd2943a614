"""The reference ERP: a process of its own that stores each key once and refuses another body under it."""

import asyncio
import json
import re
import signal
import sqlite3
import sys
from contextlib import asynccontextmanager

import aiohttp

MESSAGE = json.dumps({"header": {"type": "invoice", "partner": "supplier", "message_id": "m-1"}, "body": {"n": 1}})
OTHER = MESSAGE.replace('"n": 1', '"n": 2')


@asynccontextmanager
async def erp(path):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway.demo.erp", str(path)), stdout=asyncio.subprocess.PIPE
    )
    try:
        line = (await process.stdout.readline()).decode().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", line)
        async with aiohttp.ClientSession() as session:
            yield line, session
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def post(address, session, key, body=MESSAGE):
    headers = {"Idempotency-Key": key} if key else {}
    async with session.post(f"{address}/messages", data=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_each_key_is_stored_once_and_another_body_under_it_is_refused(tmp_path):
    async with erp(tmp_path / "erp.db") as (address, session):
        assert await post(address, session, "k-1") == (201, {"reference": "ERP-k-1"})
        assert await post(address, session, "k-1") == (200, {"reference": "ERP-k-1"})
        assert (await post(address, session, "k-1", OTHER))[0] == 409
        assert (await post(address, session, "k-1"))[0] == 200, "the first one still stands"
        assert (await post(address, session, "k-2", OTHER))[0] == 201
    # What it said it stored is in the file, and a new process knows it.
    with sqlite3.connect(tmp_path / "erp.db") as database:
        rows = database.execute(
            "select key, type, partner, number, received, body from messages order by rowid"
        ).fetchall()
    assert rows[0] == ("k-1", "invoice", "supplier", "m-1", 3, MESSAGE.encode())
    assert [row[0] for row in rows] == ["k-1", "k-2"]
    async with erp(tmp_path / "erp.db") as (address, session):
        assert (await post(address, session, "k-1"))[0] == 200
        assert (await post(address, session, "k-2", MESSAGE))[0] == 409
        async with session.get(f"{address}/messages") as answer:
            assert [(row["key"], row["received"]) for row in await answer.json()] == [("k-1", 4), ("k-2", 1)]


async def test_what_is_no_message_is_refused_and_not_stored(tmp_path):
    async with erp(tmp_path / "erp.db") as (address, session):
        assert (await post(address, session, ""))[0] == 422
        for number, body in enumerate(("", "{", "[]", "{}", '{"header": {}}', '{"header": 7}', "\xff")):
            assert (await post(address, session, f"k-{number}", body))[0] == 422, body
        async with session.get(f"{address}/messages") as answer:
            assert await answer.json() == []


async def test_many_at_once_under_one_key_are_one(tmp_path):
    async with erp(tmp_path / "erp.db") as (address, session):
        answers = await asyncio.gather(*(post(address, session, "k") for _ in range(20)))
        assert sorted(status for status, _said in answers) == [200] * 19 + [201]
