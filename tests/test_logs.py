"""Log lines are JSON with one tracking id from the partner's door to the ERP and back, and hold no payload and no secret."""

import asyncio
import json
import logging
import os
import re
import sys
from collections import Counter

import aiohttp
import pytest
import structlog

from gateway import trace
from gateway.errors import ErpUnavailable
from gateway.logs import set_up_logs, tell_failure
from tests.stories.test_buyer import ORDER
from tests.stories.test_webhook import SECRET, hook
from tests.support.erp import Erp
from tests.support.house import CUSTOMER_KEY, ERP_KEY, SUPPLIER_KEY, customer, supplier, write_config
from tests.support.x12 import functional, invoice, purchase_order
from tests.web.raw import request, talk

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
MARKER = "MARKERINAPAYLOAD"
ERP_SECRET = "the-bearer-key-of-the-erp-itself"


class Gateway:
    """`gateway serve` as a process of its own, with the lines that it logs."""

    def __init__(self, folder, address, process, log):
        self.folder, self.address, self.process, self._log = folder, address, process, log

    def lines(self):
        return [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]

    def text(self):
        return self._log.read_text()

    async def until(self, condition):
        async with asyncio.timeout(30):
            while not condition():
                await asyncio.sleep(0.05)


@pytest.fixture
async def erp():
    found = Erp()
    await found.start()
    yield found
    await found.stop()


@pytest.fixture
async def serving(tmp_path, erp):
    async with hook() as theirs:
        url = theirs.url.replace("http://", "http://user:word-in-the-address@") + "?token=token-in-the-address"
        channels = {"rest": {"webhook": {"url": url, "secret": "env:WEBHOOK_SECRET"}}}
        retry = {"retry": {"first": "1s", "longest": "1s", "attempts": 3}}
        settings = {"erps": {"main": {"kind": "http", "url": f"{erp.address}/messages", "key": "env:ERP_SECRET"}}}
        partners = (supplier(channels=channels, defaults=retry), customer())
        write_config(tmp_path / "config", erp.address, *partners, gateway=settings)
        environment = os.environ | {
            "GATEWAY_CONFIG_DIR": str(tmp_path / "config"),
            "GATEWAY_DATA_DIR": str(tmp_path / "data"),
            "GATEWAY_PORT": "0",
            "GATEWAY_LOG_FORMAT": "json",
            "GATEWAY_LOG_LEVEL": "debug",
            "WEBHOOK_SECRET": SECRET,
            "ERP_SECRET": ERP_SECRET,
        }
        log = tmp_path / "log"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "gateway", "serve"), env=environment, stdout=output, stderr=output
            )
        try:
            async with asyncio.timeout(60):
                while not (found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text())):
                    assert process.returncode is None, log.read_text()
                    await asyncio.sleep(0.05)
            yield Gateway(tmp_path, found[0], process, log), theirs
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()


async def _post(session, address, data, key, trace_id, kind="application/edi-x12", door="documents"):
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": kind,
        "traceparent": f"00-{trace_id}-00f067aa0ba902b7-01",
    }
    async with session.post(f"{address}/api/v1/{door}", data=data, headers=headers) as answer:
        return answer.status, await answer.text()


async def test_a_whole_trip_has_one_tracking_id_and_gives_nothing_away(serving, erp):
    house, theirs = serving
    back, bad, wrong = "1" * 32, "2" * 32, "3" * 32
    order = ORDER | {"body": ORDER["body"] | {"order_number": MARKER + "1"}}
    async with aiohttp.ClientSession() as session:
        erp.answers.append(503)  # So that a retry is logged, too.
        document = invoice().replace("First part", MARKER)
        assert (await _post(session, house.address, document, SUPPLIER_KEY, TRACE))[0] == 202
        made = json.dumps(order)
        assert (await _post(session, house.address, made, ERP_KEY, back, "application/json", "erp/messages"))[0] == 202
        await house.until(lambda: len(erp.messages) == 1 and len(theirs.requests) == 2)
        faulty = purchase_order().replace("*EA*12.75*", f"*QQ*{MARKER}*")
        assert (await _post(session, house.address, faulty, CUSTOMER_KEY, bad))[0] == 202
        assert (await _post(session, house.address, MARKER, "a-wrong-key-of-nobody", wrong))[0] == 401
        none = json.dumps(order | {"body": {"order_number": [MARKER]}})
        assert (await _post(session, house.address, none, ERP_KEY, wrong, "application/json", "erp/messages"))[0] == 422
        group = re.search(rb"GS\*PO\*\w+\*\w+\*\d+\*\d+\*(\d+)", theirs.requests[-1][1] + theirs.requests[0][1])[
            1
        ].decode()
        await _post(session, house.address, functional("PO", group, "850", "0001"), SUPPLIER_KEY, "4" * 32)
    # A request that no parser takes: its line with the key in it must not be told either.
    assert (await talk(house.address, request("GET", "/", SUPPLIER_KEY + "\x00"))).status == 400
    await house.until(lambda: Counter(line["event"] for line in house.lines())["request_answered"] >= 6)
    house.process.terminate()
    assert await house.process.wait() == 0
    lines = house.lines()
    _check_form(house, lines)
    _check_trips(lines, back)
    erp_trace = erp.requests[0][1]["traceparent"].split("-")[1]
    assert (erp_trace, json.loads(erp.requests[0][2])["header"]["correlation_id"]) == (TRACE, TRACE)
    for secret in (SUPPLIER_KEY, CUSTOMER_KEY, ERP_KEY, ERP_SECRET, SECRET, SECRET[6:], "a-wrong-key-of-nobody"):
        assert secret not in house.text()
    for address_part in ("word-in-the-address", "token-in-the-address"):
        assert address_part not in house.text()
    assert MARKER not in house.text()
    assert "ISA*" not in house.text()


def _check_form(house, lines):
    """Every line but the greeting to people is JSON with a time, a level and an event in the past tense."""
    others = [line for line in house.text().splitlines() if not line.startswith("{")]
    assert len(others) == 1
    assert "gateway listens on" in others[0]
    for line in lines:
        assert {"event", "level", "timestamp"} <= set(line), line
    ours = {line["event"] for line in lines if " " not in line["event"]}
    assert ours >= {"gateway_started", "request_answered", "erp_answered", "webhook_answered", "gateway_stopped"}


def _check_trips(lines, back):
    by_trace = {}
    for line in lines:
        by_trace.setdefault(line.get("tracking_id"), []).append(line)
    there = by_trace[TRACE]
    assert there[0]["event"] == "request_answered"
    assert [line["status"] for line in there if line["event"] == "erp_answered"] == [503, 201]
    assert [line["step"] for line in there if line["event"] == "step_retried"] == ["deliver"]
    assert [line["event"] for line in by_trace[back]] == ["request_answered", "webhook_answered"]


def test_a_failure_is_told_by_its_class_and_place_and_not_by_its_words():
    try:
        try:
            int(MARKER)
        except ValueError as error:
            raise ErpUnavailable("ERP main did not answer.") from error
    except ErpUnavailable as error:
        told = tell_failure(None, "", {"event": "x", "exc_info": error})["exception"]
    assert [each["type"] for each in told] == ["gateway.errors.ErpUnavailable", "builtins.ValueError"]
    assert told[0]["detail"] == "ERP main did not answer."
    assert all(re.fullmatch(r"test_logs\.py:\d+ test_a_failure\w+", at) for each in told for at in each["at"])
    assert MARKER not in json.dumps(told)


def test_without_a_failure_there_is_nothing_to_tell():
    assert tell_failure(None, "", {"event": "x", "exc_info": False}) == {"event": "x"}
    assert tell_failure(None, "", {"event": "x", "exc_info": (None, None, None)}) == {"event": "x"}


@pytest.fixture
def logs():
    """Put the logs back as they were."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("form", ["json", "console"])
def test_lines_of_libraries_look_like_ours(capsys, logs, form):
    set_up_logs(form, "info")
    with trace.tracking(TRACE):
        logging.getLogger("some.library").warning("it said %s", "hello")
        structlog.get_logger("gateway.test").info("thing_done", number=1)
        structlog.get_logger("gateway.test").debug("thing_not_told")
    said = capsys.readouterr().err
    assert "thing_not_told" not in said
    if form == "json":
        first, second = [json.loads(line) for line in said.splitlines()]
        assert (first["event"], first["level"], first["tracking_id"]) == ("it said hello", "warning", TRACE)
        assert (second["event"], second["number"], second["tracking_id"]) == ("thing_done", 1, TRACE)
    else:
        assert "thing_done" in said
        assert TRACE in said


def test_a_log_on_a_full_disk_stops_nothing(logs, monkeypatch):
    full = open("/dev/full", "w", encoding="utf-8")  # noqa: SIM115
    monkeypatch.setattr(sys, "stderr", full)
    set_up_logs("json", "info")
    structlog.get_logger("test").error("something_happened", of="ours")
    logging.getLogger("library").error("and of others")
    with pytest.raises(OSError, match="No space left"):
        full.close()
