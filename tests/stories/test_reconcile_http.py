"""Reconciliation over HTTP: systems bring their own reports, operators read runs and decide what is proposed."""

import asyncio
import io

from tests.stories.test_buyer import ORDER
from tests.stories.test_order_thread import bill, matching, notice, received
from tests.support.house import ERP_KEY, OPERATOR_KEY, SUPPLIER_KEY, gateway
from tests.support.systems import events, key_of, system_keys
from tests.support.x12 import interchange

RUNS = "/api/v1/reconciliations"
HEAD = "order_number,line,shipped,invoiced\n"


async def ask(house, path, body, key=OPERATOR_KEY, content_type="application/json", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    headers |= {"Authorization": f"Bearer {key}", "Content-Type": content_type}
    how = {"data": io.BytesIO(body.encode())} if isinstance(body, str) else {"json": body}
    async with house.session.post(f"{house.address}{RUNS}{path}", headers=headers, **how) as response:
        return response.status, await response.json()


def csv_of(house, path, body, key=ERP_KEY, **headers):
    return ask(house, path, body, key, "text/csv", **headers)


async def lost(house):
    """An order that was shipped, received and billed; the ERP has lost the invoice. Return its key there."""
    await house.order(ORDER)
    await house.send(notice(2))
    await house.settle()
    await received(house)
    await house.send(bill(3))
    await house.settle()
    [key] = [key for key, body in house.erp.messages.items() if b"INV3" in body]
    house.erp.messages.pop(key)
    return key


async def test_an_erp_brings_its_report_and_an_operator_has_the_repair_applied_once(tmp_path):
    async with gateway(tmp_path, matching(), settings=system_keys()) as house:
        key = await lost(house)
        status, run = await csv_of(house, "?system=erp", HEAD + "PO1,0001,10,\nPO7,1,1,1\n")
        assert (status, run["trigger"], run["asked_by"]) == (201, "system", "erp")
        assert (run["lines"], run["differ"], run["strangers"]) == (1, 1, 1)
        assert run["unknown"] == [["erp", "PO7", "1"]]

        whole = await house.get(f"{RUNS}/{run['id']}")
        [repair] = whole["repairs"]
        assert (repair["words"], repair["deliver"]) == ("invoiced: 10 here, 0 in the erp", [key])
        assert any(f"document {key} is delivered" in words for words in repair["proof"])

        wanted = {"action": "apply", "reason": "posting was lost", "lines": ["PO1/1"]}
        status, seen = await ask(house, f"/{run['id']}/repairs", wanted | {"preview": True})
        assert (status, seen["done"], seen["deliver"]) == (200, False, [key])
        assert (
            seen["effect"]
            == "1 documents: handed to the ERP again under the same key, which an ERP that has it ignores"
        )
        assert key not in house.erp.messages

        asked = len(house.erp.requests)
        answers = await asyncio.gather(*(ask(house, f"/{run['id']}/repairs", wanted) for _ in range(3)))
        assert sorted(len(answer["taken"]) for _status, answer in answers) == [0, 0, 1], "several at once are one"
        assert sorted(len(answer["decided"]) for _status, answer in answers) == [0, 1, 1]
        await house.until(lambda: key in house.erp.messages)
        await house.settle()
        assert len(house.erp.requests) == asked + 1
        [event] = await events(house, "repair.applied")
        assert event["reference"] == f"{run['id']}-1"

        status, clean = await csv_of(house, "?system=erp", HEAD + "PO1,1,10,10\n")
        assert (clean["differ"], clean["healed"]) == (0, 1)
        healed = await house.get(f"{RUNS}/{run['id']}?state=healed")
        assert [each["decided_by"] for each in healed["repairs"]] == ["operator"]
        first = await house.get(f"{RUNS}?limit=1")
        assert [each["id"] for each in first["items"]] == [clean["id"]]
        rest = await house.get(f"{RUNS}?limit=1&after={first['after']}")
        assert ([each["id"] for each in rest["items"]], rest["after"]) == ([run["id"]], None)


async def test_what_is_dismissed_over_http_stays_so_with_its_reason(tmp_path):
    async with gateway(tmp_path, matching(), settings=system_keys()) as house:
        await lost(house)
        report = {"lines": [{"order_number": "PO1", "line": "1", "received": "9.5"}]}
        status, run = await ask(house, "?system=wms&partner=supplier", report, key_of("wms"))
        assert (status, run["differ"], run["partner"]) == (201, 1, "supplier")
        status, done = await ask(
            house, f"/{run['id']}/repairs", {"action": "dismiss", "reason": "half a box was broken"}
        )
        assert (status, done["effect"], len(done["taken"])) == (200, "nothing leaves the house", 1)
        _status, again = await ask(house, "?system=wms", report, key_of("wms"))
        assert (again["differ"], again["dismissed"]) == (1, 1)
        [repair] = (await house.get(f"{RUNS}/{again['id']}"))["repairs"]
        assert (repair["state"], repair["reason"]) == ("dismissed", "half a box was broken")
        report["lines"][0]["received"] = "9"
        _status, other = await ask(house, "?system=wms", report, key_of("wms"))
        [repair] = (await house.get(f"{RUNS}/{other['id']}"))["repairs"]
        assert (other["dismissed"], repair["state"]) == (0, "proposed"), "it differs by something else now"


async def test_what_was_applied_in_vain_stands_in_the_proof_of_the_next_run(tmp_path):
    async with gateway(tmp_path, matching(), settings=system_keys()) as house:
        await lost(house)
        report = HEAD + "PO1,1,10,\n"
        _status, first = await csv_of(house, "?system=erp", report)
        assert (await ask(house, f"/{first['id']}/repairs", {"action": "apply", "reason": "x"}))[0] == 200
        await house.settle()
        _status, second = await csv_of(house, "?system=erp", report)
        assert [each["state"] for each in (await house.get(f"{RUNS}/{first['id']}"))["repairs"]] == ["repeated"]
        [repair] = (await house.get(f"{RUNS}/{second['id']}?state=proposed"))["repairs"]
        assert f"({first['id']}-1), and it differs still" in repair["proof"][-1]
        assert len(await events(house, "reconciliation.diverged")) == 1, "what is known already is no news"


async def test_for_a_price_that_the_erp_has_otherwise_nothing_is_sent(tmp_path):
    async with gateway(tmp_path, matching(), settings=system_keys()) as house:
        await lost(house)
        head = "order_number,line,price\n"
        _status, same = await csv_of(house, "?system=erp", head + "PO1,1,12.50\n")
        assert same["differ"] == 0
        _status, run = await csv_of(house, "?system=erp", head + "PO1,1,12.50\nPO1,1,13\n")
        [repair] = (await house.get(f"{RUNS}/{run['id']}"))["repairs"]
        assert repair["words"] == "price: 12.5 here, 13 in the erp"
        assert repair["proposal"].startswith("ask the buyer which price counts")
        status, done = await ask(house, f"/{run['id']}/repairs", {"action": "apply", "reason": "x"})
        assert (status, done["taken"]) == (200, [])
        assert "nothing can be sent from here for it" in done["refused"][0]["reason"]


async def test_a_report_under_a_key_makes_one_run_and_another_one_under_it_is_refused(tmp_path):
    async with gateway(tmp_path, matching(), settings=system_keys()) as house:
        await lost(house)
        asked = [csv_of(house, "?system=erp", HEAD + "PO1,1,10,10\n", Idempotency_Key="night-1") for _ in range(3)]
        answers = await asyncio.gather(*asked)
        assert {status for status, _run in answers} == {201}
        assert len({run["id"] for _status, run in answers}) == 1
        status, problem = await csv_of(house, "?system=erp", HEAD + "PO1,1,10,9\n", Idempotency_Key="night-1")
        assert (status, problem["type"]) == (409, "urn:gateway:problem:conflict")
        assert len((await house.get(RUNS))["items"]) == 1


async def test_each_key_brings_the_reports_of_its_own_system_and_partners_see_nothing(tmp_path):
    async with gateway(tmp_path, matching(), settings=system_keys()) as house:
        report = {"lines": [{"order_number": "PO1", "line": "1", "received": 1}]}
        for system, key, expected in (
            ("erp", ERP_KEY, 201),
            ("main", ERP_KEY, 201),
            ("wms", ERP_KEY, 403),
            ("wms", key_of("wms"), 201),
            ("erp", key_of("wms"), 403),
            ("erp", key_of("mes"), 403),
            ("wms", OPERATOR_KEY, 201),
            ("erp", SUPPLIER_KEY, 403),
            ("erp", "nobody", 401),
        ):
            status, answer = await ask(house, f"?system={system}", report, key)
            assert status == expected, (system, key, answer)
        [newest, *_] = (await house.get(RUNS))["items"]
        for path in ("", f"/{newest['id']}"):
            headers = {"Authorization": f"Bearer {SUPPLIER_KEY}"}
            async with house.session.get(f"{house.address}{RUNS}{path}", headers=headers) as response:
                assert response.status == 403
        status, _ = await ask(house, f"/{newest['id']}/repairs", {"action": "apply", "reason": "x"}, SUPPLIER_KEY)
        assert status == 403


async def test_what_can_not_be_done_says_what_to_do(tmp_path):
    async with gateway(tmp_path, matching(), settings=system_keys(limits={"erp_message_mb": 1})) as house:
        line = {"order_number": "PO1", "line": "1"}
        for path, body, kind, expected, words in (
            ("", HEAD, "text/csv", 400, "?system=erp"),
            ("?system=sap", HEAD, "text/csv", 400, "system is one of: erp, main, wms"),
            ("?system=erp", "x", "text/plain", 415, "Send application/json or text/csv"),
            ("?system=erp", HEAD, "text/csv", 422, "it says nothing of any line; bring a whole report"),
            (
                "?system=erp",
                HEAD + "PO1,1,ten,1\n",
                "text/csv",
                422,
                "body:2: shipped: 'ten' is no number; write it such",
            ),
            ("?system=erp", {"lines": []}, "application/json", 422, "Correct it and send it again"),
            ("?system=erp", {"lines": [line]}, "application/json", 422, "it says nothing of any line"),
            ("?system=erp", {"lines": [line | {"price": "NaN"}]}, "application/json", 422, "/lines/0/price"),
            ("?system=erp", HEAD + "PO1,1,1,1\n" * (1 << 17), "text/csv", 413, "Split it"),
            (
                "/nowhere/repairs",
                {"action": "apply", "reason": "x"},
                "application/json",
                404,
                "GET /api/v1/reconciliations",
            ),
            ("/nowhere/repairs", {"action": "guess", "reason": "x"}, "application/json", 422, "/action"),
        ):
            status, problem = await ask(house, path, body, ERP_KEY if path.startswith("?") else OPERATOR_KEY, kind)
            assert status == expected and words in problem["detail"], problem
        assert (await house.get(RUNS))["items"] == [], "nothing of it was kept"
        _status, run = await csv_of(house, "?system=erp", HEAD + "PO1,1,1,1\n")
        status, problem = await ask(
            house, f"/{run['id']}/repairs", {"action": "dismiss", "reason": "x", "lines": ["9"]}
        )
        assert status == 404 and "found nothing under 9" in problem["detail"]


async def test_lines_that_one_document_heals_are_cases_of_one_group_that_end_when_they_are_dismissed_or_healed(
    tmp_path,
):
    lines = [ORDER["body"]["lines"][0] | {"number": number} for number in ("1", "2")]
    order = ORDER | {"body": ORDER["body"] | {"lines": lines}}
    shipment = """BSN*00*SHP2*20261121*0915*0001
    HL*1**S*1
    HL*2*1*O*1
    PRF*PO1
    HL*3*2*I*0
    LIN*1*BP*B-1
    SN1*1*10*EA
    HL*4*2*I*0
    LIN*2*BP*B-1
    SN1*2*10*EA
    CTT*4"""
    async with gateway(tmp_path, matching(), settings=system_keys()) as house:
        await house.order(order)
        await house.send(interchange(shipment, set_id="856", group="SH", number=2))
        await house.settle()
        head = "order_number,line,shipped\n"
        _status, _run = await csv_of(house, "?system=erp", head + "PO1,1,0\nPO1,2,0\n")
        cases = (await house.get("/api/v1/cases?cause=reconciliation-differs"))["items"]
        assert [each["subject"] for each in cases] == ["supplier:buyer:PO1:1", "supplier:buyer:PO1:2"]
        [group] = (await house.get("/api/v1/case-groups?cause=reconciliation-differs"))["items"]
        assert group["count"] == 2
        await csv_of(house, "?system=erp", head + "PO1,1,0\nPO1,2,0\n")
        again = (await house.get("/api/v1/cases?cause=reconciliation-differs"))["items"]
        assert [each["opened_at"] for each in again] == [each["opened_at"] for each in cases], (
            "they are no older for it"
        )
        thread = await house.get("/api/v1/orders/supplier:buyer:PO1")
        assert len([each for each in thread["timeline"] if each["type"] == "reconciliation-differs"]) == 2
        ranked = (await house.get("/api/v1/cases?cause=reconciliation-differs&sort=risk"))["items"]
        assert len(ranked) == 2

        [newest, *_] = (await house.get(RUNS))["items"]
        dismissed = {"action": "dismiss", "reason": "goes by hand", "lines": ["PO1/2"]}
        assert (await ask(house, f"/{newest['id']}/repairs", dismissed))[0] == 200
        [left] = (await house.get("/api/v1/cases?cause=reconciliation-differs"))["items"]
        assert left["subject"] == "supplier:buyer:PO1:1"
        ended = await house.get(f"/api/v1/cases/{cases[1]['id']}")
        assert ended["resolution"] == "dismissed: goes by hand (operator)"

        # An operator who looks is told in the answer, and no case is opened for it; what is healed is closed all the same.
        _status, looked = await csv_of(house, "?system=erp", head + "PO1,1,10\nPO1,2,3\n", OPERATOR_KEY)
        assert (looked["trigger"], looked["differ"], looked["healed"]) == ("person", 1, 1)
        assert (await house.get("/api/v1/cases?cause=reconciliation-differs"))["items"] == []
