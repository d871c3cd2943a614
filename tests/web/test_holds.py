"""Legal holds over HTTP: an operator says what and why, the log keeps it, and nothing that is held is purged."""

import json
import os
from datetime import timedelta
from urllib.parse import quote

from gateway.stamps import utc_now
from gateway.stores import make_purger, make_vault
from tests.support.house import ERP_KEY, OPERATOR_KEY, SUPPLIER_KEY, gateway
from tests.support.x12 import invoice
from tests.web.test_schemathesis import schemathesis

YEARS = timedelta(days=20 * 365)


async def ask(house, method, path, key=OPERATOR_KEY, **how):
    headers = {"Authorization": f"Bearer {key}"}
    async with house.session.request(method, house.address + path, headers=headers, **how) as answer:
        return answer.status, await answer.json()


async def hold(house, name, reason="dispute with the supplier", **more):
    return await ask(house, "POST", "/api/v1/holds", json={"id": name, "reason": reason}, **more)


async def purged_in_twenty_years(house):
    settings, database = house.house.settings, house.house.database
    vault = make_vault(settings, database, shared=True)
    return await make_purger(settings, database, vault, lambda: utc_now() + YEARS).purge()


async def test_what_an_operator_holds_is_kept_until_it_is_released_with_a_reason_and_the_log_says_both(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice(1, "PO 7/a"))
        await house.send(invoice(2, "PO-8"))
        await house.settle()
        await house.outbox(SUPPLIER_KEY)
        await house.settle()
        status, placed = await hold(house, "PO 7/a")
        assert (status, placed["placed_by"], placed["purged"]) == (201, "operator", [])
        assert placed["known"] >= 2 and placed["released_at"] is None
        report = await purged_in_twenty_years(house)
        assert report.kept["it is held"] >= 1 and report.transmissions >= 1
        [document] = (await house.get(f"/api/v1/documents?order_number={quote('PO 7/a')}"))["items"]
        assert (await ask(house, "GET", f"/api/v1/documents/{document['id']}"))[0] == 200

        status, released = await ask(house, "DELETE", f"/api/v1/holds/{quote('PO 7/a', safe='')}?reason=settled")
        assert (status, released["released_by"], released["release_reason"]) == (200, "operator", "settled")
        assert (await house.get("/api/v1/holds"))["items"] == []
        assert (await house.get("/api/v1/holds?released=true"))["items"] == [released]
        assert (await purged_in_twenty_years(house)).kept["it is held"] == 0

        timeline = (await house.get(f"/api/v1/documents/{document['id']}"))["timeline"]
        said = [(each["type"], each["data"]) for each in timeline if each["type"].startswith("hold.")]
        facts = {"person": "operator", "hold": "PO 7/a"}
        placed_so = ("hold.placed", facts | {"reason": "dispute with the supplier"})
        released_so = ("hold.released", facts | {"reason": "settled"})
        assert said == [placed_so, placed_so, released_so, released_so], "of the transmission and of its document"


async def test_a_hold_may_come_before_what_it_holds_and_again_after_its_release(tmp_path):
    async with gateway(tmp_path) as house:
        assert (await hold(house, "PO9"))[1]["known"] == 0
        assert (await hold(house, "PO9", "another"))[0] == 409
        await house.send(invoice(1, "PO9"))
        await house.settle()
        await house.outbox(SUPPLIER_KEY)
        assert (await purged_in_twenty_years(house)).kept["it is held"] >= 1
        assert (await ask(house, "DELETE", "/api/v1/holds/PO9?reason=over"))[0] == 200
        assert (await ask(house, "DELETE", "/api/v1/holds/PO9?reason=over"))[0] == 404
        assert (await hold(house, "PO9", "again"))[0] == 201
        for number in range(5):
            await hold(house, f"N{number}")
        names, after = [], 0
        while after is not None:
            page = await house.get(f"/api/v1/holds?limit=2&after={after}")
            names, after = names + [each["id"] for each in page["items"]], page["after"]
        assert names == ["PO9", *(f"N{number}" for number in range(5))]


async def test_nobody_holds_or_releases_without_a_reason_or_with_a_key_of_others(tmp_path):
    async with gateway(tmp_path) as house:
        assert (await hold(house, "PO1"))[0] == 201
        for body in (
            {"id": "PO2"},
            {"id": "PO2", "reason": ""},
            {"reason": "x"},
            {"id": "a\nb", "reason": "x"},
            [],
            {"id": 1},
        ):
            status, problem = await ask(house, "POST", "/api/v1/holds", data=json.dumps(body))
            assert (status, problem["type"]) == (400, "urn:gateway:problem:body-invalid"), body
        for query in ("", "?reason=", "?why=x", "?reason=a&reason=b"):
            assert (await ask(house, "DELETE", f"/api/v1/holds/PO1{query}"))[0] == 400, query
        for key, status in ((SUPPLIER_KEY, 403), (ERP_KEY, 401), ("nobody", 401)):
            assert (await ask(house, "GET", "/api/v1/holds", key))[0] == status
            assert (await hold(house, "PO2", key=key))[0] == status
            assert (await ask(house, "DELETE", "/api/v1/holds/PO1?reason=mine", key))[0] == status
        assert [each["id"] for each in (await house.get("/api/v1/holds"))["items"]] == ["PO1"]


if os.environ.get("GATEWAY_PROOF"):  # The keys of a partner and of the ERP are tried at this door in each run.

    async def test_schemathesis_finds_nothing_with_the_key_of_an_operator(tmp_path):
        async with gateway(tmp_path) as house:
            await hold(house, "PO1")
            code, said = await schemathesis(tmp_path, house.address, OPERATOR_KEY, "--include-path-regex", "/holds")
            assert code == 0, said
