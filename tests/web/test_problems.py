"""Every error is an RFC 9457 problem that says what to do next, and shows nothing of the inside."""

import json
import re
import sqlite3

import pytest
from yarl import URL

from tests.stories.test_buyer import ORDER
from tests.support.house import ERP_KEY, OPERATOR_KEY, SUPPLIER_KEY, gateway
from tests.support.x12 import invoice
from tests.web.raw import request, talk

# What must never reach a client: stack traces, modules, versions, places on the machine, SQL.
_INSIDE = re.compile(
    r'Traceback|File "|sqlalchemy|sqlite|\.py\b|aiohttp|Python|0x[0-9a-f]{6}|/tmp/|SELECT |pydantic', re.I
)
# What a person can do begins with a verb in the imperative.
_ADVICE = re.compile(
    r"(Send|Use|Ask|Check|Correct|Split|Look|Report|Add|List|Export|Give)\b[^.]*(\.[^. ][^.]*)*\.$|Authorization: Bearer <key>\.$"
)


async def problem_of(answer, status, code):
    """Check the form of a problem and give its detail."""
    assert answer.status == status, await answer.text()
    assert answer.headers["Content-Type"] == "application/problem+json"
    text = await answer.text()
    problem = json.loads(text)
    assert problem["type"] == f"urn:gateway:problem:{code}"
    assert problem["status"] == status
    assert problem["title"]
    assert re.fullmatch(r"urn:gateway:tracking:[0-9a-f]{32}", problem["instance"])
    assert problem["instance"].endswith(answer.headers["X-Correlation-Id"])
    assert _ADVICE.search(problem["detail"]), problem["detail"]
    assert not _INSIDE.search(text), text
    assert not any(_INSIDE.search(value) for value in answer.headers.values()), dict(answer.headers)
    return problem["detail"]


def _headers(key, **more):
    return {"Authorization": f"Bearer {key}"} | {name.replace("_", "-"): value for name, value in more.items()}


_WRONG_DOORS = [
    ("GET", "/", SUPPLIER_KEY, 404, "not-found"),
    ("GET", "/api/v1/document", SUPPLIER_KEY, 404, "not-found"),
    ("GET", "/api/v1/documents/", SUPPLIER_KEY, 404, "not-found"),
    ("GET", "/api/v1/documents/nothing", SUPPLIER_KEY, 404, "not-found"),
    ("GET", "/api/v1/documents/nothing/content", SUPPLIER_KEY, 404, "not-found"),
    ("GET", "/api/v1/documents/..%2f..%2fetc%2fpasswd/content", OPERATOR_KEY, 404, "not-found"),
    ("GET", "/api/v1/documents/%00", OPERATOR_KEY, 404, "not-found"),
    ("GET", "/api/v1/documents/%ED%A0%80", OPERATOR_KEY, 404, "not-found"),
    ("GET", "/api/v1/outbox/nothing", SUPPLIER_KEY, 404, "not-found"),
    ("POST", "/api/v1/outbox/nothing/receipt", SUPPLIER_KEY, 404, "not-found"),
    ("GET", "/api/v1/erp/messages/nothing", ERP_KEY, 404, "not-found"),
    ("DELETE", "/api/v1/documents", SUPPLIER_KEY, 405, "method-not-allowed"),
    ("PUT", "/api/v1/documents/x", SUPPLIER_KEY, 405, "method-not-allowed"),
    ("POST", "/healthz", SUPPLIER_KEY, 405, "method-not-allowed"),
    ("POST", "/metrics", OPERATOR_KEY, 405, "method-not-allowed"),
    ("GET", "/api/v1/documents", "wrong", 401, "not-allowed"),
    ("GET", "/api/v1/documents", ERP_KEY, 401, "not-allowed"),
    ("GET", "/api/v1/outbox", OPERATOR_KEY, 403, "wrong-key"),
    ("GET", "/api/v1/cases", SUPPLIER_KEY, 403, "wrong-key"),
    ("GET", "/metrics", SUPPLIER_KEY, 403, "wrong-key"),
    ("POST", "/api/v1/erp/messages", SUPPLIER_KEY, 401, "not-allowed"),
    ("POST", "/api/v1/erp/messages", OPERATOR_KEY, 401, "not-allowed"),
]


async def test_a_wrong_door_or_key_is_a_problem(tmp_path):
    async with gateway(tmp_path) as house:
        for method, path, key, status, code in _WRONG_DOORS:
            url = URL(house.address + path, encoded=True)
            async with house.session.request(method, url, headers=_headers(key)) as answer:
                await problem_of(answer, status, code)
                if status == 405:
                    assert answer.headers["Allow"]
                if status == 401:
                    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="gateway"'


_BAD_QUERIES = [
    ("after=-1", "after is a whole number from 0"),
    ("after=abc", "after is a whole number"),
    ("after=1.5", "after is a whole number"),
    ("after=%D9%A1", "after is a whole number"),
    ("after=1_000", "after is a whole number"),
    ("after=99999999999999999999", "after is a whole number"),
    ("after=", "after is a whole number"),
    ("limit=0", "limit is a whole number from 1 to 500"),
    ("limit=501", "limit is a whole number from 1 to 500"),
    ("limit=1&limit=2", "limit stands there more than once"),
    ("state=finished", "state is one of: received"),
    ("direction=sideways", "direction is one of: inbound, outbound"),
    ("acknowledgment=maybe", "acknowledgment is one of: none"),
    ("since=yesterday", "since is a time such as"),
    ("since=2026-11-21", "since is a time such as"),
    ("until=0001-01-01T00:00:00%2B23:59", "until is a time such as"),
    ("until=9999-12-31T23:59:59-23:59", "until is a time such as"),
    ("order_number=%00", "order_number holds a character"),
    ("order_number=" + "9" * 256, "order_number has 1 to 255 characters"),
    ("statte=sent", "statte is no parameter here; there are: direction, set, state"),
]


async def test_a_query_that_makes_no_sense_is_refused_and_never_ignored(tmp_path):
    async with gateway(tmp_path) as house:
        for query, words in _BAD_QUERIES:
            url = URL(f"{house.address}/api/v1/documents?{query}", encoded=True)
            async with house.session.get(url, headers=_headers(SUPPLIER_KEY)) as answer:
                assert words in await problem_of(answer, 400, "query-invalid"), query
        url = f"{house.address}/api/v1/documents?after=x&limit=0&stat=y&since=z"
        async with house.session.get(url, headers=_headers(SUPPLIER_KEY)) as answer:
            await problem_of(answer, 400, "query-invalid")
            where = [fault["where"] for fault in (await answer.json())["faults"]]
            assert where == ["after", "limit", "stat", "since"], "every mistake at once"
        for path in ("/api/v1/outbox?after=x", "/api/v1/cases?limit=9999"):
            key = OPERATOR_KEY if "cases" in path else SUPPLIER_KEY
            async with house.session.get(house.address + path, headers=_headers(key)) as answer:
                await problem_of(answer, 400, "query-invalid")


async def test_a_wrong_query_tells_a_stranger_nothing_but_that_a_key_is_missing(tmp_path):
    async with gateway(tmp_path) as house, house.session.get(house.address + "/api/v1/documents?limit=x") as answer:
        await problem_of(answer, 401, "not-allowed")


@pytest.mark.parametrize(("door", "key"), [("documents", SUPPLIER_KEY), ("erp/messages", ERP_KEY)])
async def test_a_media_type_that_is_not_read_is_refused(tmp_path, door, key):
    async with gateway(tmp_path) as house:
        for kind in (
            "application/pdf",
            "multipart/form-data; boundary=x",
            "text/html",
            "image/png",
            "application/jsonp",
        ):
            headers = _headers(key, Content_Type=kind)
            async with house.session.post(f"{house.address}/api/v1/{door}", data=b"x", headers=headers) as answer:
                assert "application/json" in await problem_of(answer, 415, "media-type")
        head = request("POST", f"/api/v1/{door}", key, "Content-Length: 1", "Content-Type: nonsense")
        # A type that is none counts as octets, which the door of partners takes and keeps.
        assert (await talk(house.address, head, b"x")).status == (202 if door == "documents" else 415)


_NO_JSON = [b"{", b"", b"[1, 2", b'{"a": NaN}', b"\xff\xfe{", b"[" * 100_000, b'"\\ud800"', b"null"]


async def test_malformed_json_of_the_erp_is_a_problem_with_the_place(tmp_path):
    async with gateway(tmp_path) as house:
        headers = _headers(ERP_KEY, Content_Type="application/json")
        for data in _NO_JSON:
            async with house.session.post(f"{house.address}/api/v1/erp/messages", data=data, headers=headers) as answer:
                await problem_of(answer, 422, "message-invalid")
                assert (await answer.json())["faults"]


async def test_bytes_that_are_no_text_in_a_header_are_answered_like_every_wrong_key(tmp_path):
    async with gateway(tmp_path) as house:
        answer = await talk(house.address, request("GET", "/api/v1/documents", "\xff\xfe"))
        assert (answer.status, answer.json()["type"]) == (401, "urn:gateway:problem:not-allowed")
        for key in ("\xff\xfe", "a b", "x" * 256):
            head = request("POST", "/api/v1/documents", SUPPLIER_KEY, f"Idempotency-Key: {key}", "Content-Length: 0")
            answer = await talk(house.address, head)
            assert (answer.status, answer.json()["type"]) == (400, "urn:gateway:problem:idempotency-key"), key
        twice = ("Idempotency-Key: a", "Idempotency-Key: b", "Content-Length: 0")
        answer = await talk(
            house.address, request("POST", "/api/v1/erp/messages", ERP_KEY, *twice, "Content-Type: application/json")
        )
        assert (answer.status, answer.json()["type"]) == (400, "urn:gateway:problem:idempotency-key")


async def test_only_a_bearer_key_is_a_key(tmp_path):
    async with gateway(tmp_path) as house:
        for header in ("Basic a2V5", "Bearer", "Bearer ", "bearer  ", "key-of-the-supplier", "Token x y"):
            headers = {"Authorization": header}
            async with house.session.get(house.address + "/api/v1/documents", headers=headers) as answer:
                await problem_of(answer, 401, "not-allowed")


_NO_HTTP = [
    b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 20_000 + b"\r\n\r\n",
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(200)) + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
]


async def test_what_is_no_good_http_is_refused_and_the_house_goes_on(tmp_path):
    """Long lines, many headers, two lengths, a blank in a name, TLS."""
    async with gateway(tmp_path) as house:
        for head in _NO_HTTP:
            answer = await talk(house.address, head + b"\r\n\r\n")
            assert answer.status == 400
            assert not _INSIDE.search(answer.body.decode())
        assert (await house.send(invoice())).status == 202


async def test_a_ledger_that_fails_is_a_503_that_shows_nothing_and_heals(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice())
        await house.settle()
        with sqlite3.connect(tmp_path / "data" / "ledger.db") as other:
            other.execute("alter table documents rename to elsewhere")
        for path in ("/readyz", "/api/v1/documents", "/api/v1/documents/x", "/metrics"):
            async with house.session.get(house.address + path, headers=_headers(OPERATOR_KEY)) as answer:
                await problem_of(answer, 503, "ledger-failed")
                assert int(answer.headers["Retry-After"]) > 0
        async with house.session.get(house.address + "/healthz") as answer:
            assert answer.status == 200, "it is alive, though not ready"
        with sqlite3.connect(tmp_path / "data" / "ledger.db") as other:
            other.execute("alter table elsewhere rename to documents")
        assert (await house.get("/readyz"))["ready"] is True


async def test_a_loss_in_the_vault_is_told_without_its_place(tmp_path):
    async with gateway(tmp_path) as house:
        large = invoice() + "\n" * 100_000
        made = await (await house.send(large)).json()
        await house.settle()
        for path in (tmp_path / "data" / "vault").rglob("*"):
            if path.is_file():
                path.unlink()
        url = f"{house.address}/api/v1/documents/{made['id']}/content"
        async with house.session.get(url, headers=_headers(SUPPLIER_KEY)) as answer:
            await problem_of(answer, 503, "ledger-failed")


async def test_every_answer_keeps_out_of_caches_and_tells_no_versions(tmp_path):
    async with gateway(tmp_path) as house:
        await house.order(ORDER)
        await house.settle()
        [item] = (await house.get("/api/v1/outbox", SUPPLIER_KEY))["items"]
        for path in ("/healthz", "/nothing", "/api/v1/documents", "/api/v1/openapi.json", item["content"]):
            async with house.session.get(house.address + path, headers=_headers(SUPPLIER_KEY)) as answer:
                assert answer.headers["Cache-Control"] == "no-store"
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Server"] == "partner-gateway"
