"""`gateway events` and `gateway webhook` beside a gateway that runs, and on what it left."""

import asyncio
import json
import os
import signal
import subprocess
import sys

import pytest

from tests.architecture.house import ROOT
from tests.cli.test_ledger import command
from tests.events.hooks import hook
from tests.support.house import gateway
from tests.support.x12 import invoice


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setenv("TEST_EVENTS_SECRET", "a secret of thirty-two bytes ...")


async def test_the_log_is_shown_from_a_cursor_on_by_type_and_partner(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice(1))
        await house.settle()
        shown = await command(tmp_path, "events")
        types = [line.split()[3] for line in shown.lines]
        assert (
            types.index("transmission.received") < types.index("document.received") < types.index("document.delivered")
        )
        assert f"the cursor is {shown.lines[-1].split()[0]};" in shown.err
        rest = await command(tmp_path, "events", "--after", shown.lines[-2].split()[0])
        assert rest.lines == shown.lines[-1:]
        found = await command(tmp_path, "events", "--json", "--type", "document.*", "--partner", "supplier")
        served = (await house.get("/api/v1/events?limit=500"))["items"]
        assert [json.loads(line) for line in found.lines] == [
            each for each in served if each["type"].startswith("document.")
        ]
        wrong = await command(tmp_path, "events", "--type", "document.eaten")
        assert wrong.code == 2
        assert "There is no event of type document.eaten" in wrong.err


async def test_it_follows_until_it_is_stopped(tmp_path):
    async with gateway(tmp_path) as house:
        variables = {"GATEWAY_CONFIG_DIR": str(tmp_path / "config"), "GATEWAY_DATA_DIR": str(tmp_path / "data")}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", "events", "--follow", "--json", "--type", "document.delivered",
            cwd=ROOT, env={**os.environ, **variables}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            for number in (1, 2):
                await house.send(invoice(number))
                line = await asyncio.wait_for(process.stdout.readline(), 30)
                assert json.loads(line)["type"] == "document.delivered"
        finally:
            process.send_signal(signal.SIGINT)
            _out, errors = await process.communicate()
        assert process.returncode == 0
        assert errors == b""


async def test_dead_letters_are_listed_and_sent_again(tmp_path):
    async with hook() as theirs:
        theirs.always = 500
        retry = {"first": "1s", "longest": "1s", "within": "1s"}
        webhook = {
            "url": theirs.url,
            "secret": "env:TEST_EVENTS_SECRET",
            "types": ["document.delivered"],
            "retry": retry,
        }
        async with gateway(tmp_path, settings={"webhooks": {"shop": webhook}}) as house:
            await house.until(lambda: _listed(tmp_path, "list", "webhook.shop"))
            await house.send(invoice(1))
            await house.until(lambda: _listed(tmp_path, "dead", "it answered 500"))
            shown = await command(tmp_path, "webhook", "dead", "--webhook", "shop")
            letter = shown.lines[0].split()[0]
            assert f"gateway webhook replay --id {letter}" in shown.out
            assert shown.err == "1 dead letters\n"
            [told] = [json.loads(line) for line in (await command(tmp_path, "webhook", "dead", "--json")).lines]
            assert (told["id"], told["webhook"]) == (letter, "shop")
            assert (await command(tmp_path, "webhook", "replay")).code == 2
            assert (await command(tmp_path, "webhook", "replay", "--webhook", "other")).code == 2
            theirs.always = 204
            assert (await command(tmp_path, "webhook", "replay", "--webhook", "shop")).out == "1 on their way again\n"
            await house.until(lambda: _listed(tmp_path, "dead", "0 dead letters"))
            assert len(set(theirs.ids)) == 1


async def _listed(folder, what, words):
    shown = await command(folder, "webhook", what)
    return words in shown.out + shown.err
