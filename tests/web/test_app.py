"""The manners of any application of ours: an error nobody foresaw shows nothing, and every answer has its tracking id."""

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from gateway.bootstrap import new_tracking_id
from gateway.errors import LedgerError, TranslationError
from gateway.web.app import make_app
from gateway.web.routes import Answer, Route

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


async def unforeseen(_request):
    return {}["a key of the inside"]


async def failing(_request):
    raise LedgerError("The vault has lost it. Restore /srv/vault/ab from a backup.")


async def untranslated(_request):
    raise TranslationError("line 7 of profiles/secret.yaml")


async def timing_out(_request):
    raise TimeoutError("the inside took too long")


@pytest.fixture
async def address():
    handlers = {"unforeseen": unforeseen, "failing": failing, "untranslated": untranslated, "late": timing_out}
    answers = (Answer(200, "It went well."),)
    routes = [Route("GET", f"/{name}", each, name, name, "", answers) for name, each in handlers.items()]
    runner = web.AppRunner(make_app(routes, new_tracking_id, body_limit=1000), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize(
    ("path", "status", "code", "inside"),
    [
        ("unforeseen", 500, "internal", "a key of the inside"),
        ("late", 500, "internal", "took too long"),
        ("untranslated", 500, "internal", "secret.yaml"),
        ("failing", 503, "ledger-failed", "/srv/vault"),
    ],
)
async def test_what_went_wrong_inside_is_for_the_log_and_not_for_the_client(address, path, status, code, inside):
    headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    with capture_logs() as lines:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{address}/{path}?token=in-the-query", headers=headers) as answer,
        ):
            said = await answer.text()
            assert answer.status == status
            assert (await answer.json(content_type="application/problem+json"))["type"] == f"urn:gateway:problem:{code}"
    assert inside not in said
    assert "Traceback" not in said
    assert TRACE in said
    assert answer.headers["X-Correlation-Id"] == TRACE
    assert [line["event"] for line in lines if line["log_level"] == "error"] == [
        "request_failed" if path in ("unforeseen", "late") else "request_not_served"
    ]
    assert "in-the-query" not in str(lines)


async def test_a_request_without_a_trace_gets_an_id_of_its_own(address):
    async with aiohttp.ClientSession() as session:
        seen = set()
        for _ in range(3):
            async with session.get(f"{address}/nothing") as answer:
                seen.add(answer.headers["X-Correlation-Id"])
    assert len(seen) == 3
    assert all(len(each) == 32 for each in seen)
