"""People work off cases: who works on one, what is said, who may take what differs as it is, and what comes first."""

import asyncio
import json

import pytest

from gateway.web.keys import key_hash
from tests.cli.command import gateway_command
from tests.stories.test_buyer import ORDER
from tests.stories.test_order_thread import bill, matching, notice, order_of, received
from tests.support.house import ERP_KEY, OPERATOR_KEY, gateway

BOB_KEY, CARL_KEY, ANN_KEY = "key-of-bob", "key-of-carl", "another-key-of-ann"
PEOPLE = [
    {"name": "erp", "role": "erp", "sha256": key_hash(ERP_KEY)},
    {"name": "operator", "role": "operator", "person": "ann", "roles": ["finance"], "sha256": key_hash(OPERATOR_KEY)},
    {"name": "ann-2", "role": "operator", "person": "ann", "roles": ["finance"], "sha256": key_hash(ANN_KEY)},
    {"name": "bob", "role": "operator", "roles": ["finance"], "sha256": key_hash(BOB_KEY)},
    {"name": "carl", "role": "operator", "sha256": key_hash(CARL_KEY)},
]


async def command(folder, *arguments, **variables):
    """Run a command beside the running gateway."""
    places = {"config": folder / "config", "data": folder / "data"}
    return await asyncio.to_thread(gateway_command, *arguments, **places, **variables)


async def ask(house, path, body, key=OPERATOR_KEY):
    headers = {"Authorization": f"Bearer {key}"}
    async with house.session.post(f"{house.address}/api/v1/cases/{path}", json=body, headers=headers) as response:
        return response.status, await response.json()


async def dear_invoice(house, received_quantity=10):
    """An order whose invoice is dearer than was agreed; return its case."""
    await house.order(ORDER)
    await house.send(notice(2))
    await house.settle()
    await received(house, quantity=received_quantity)
    await house.send(bill(3, price="13", total="13000"))
    await house.settle()
    [case] = (await house.get("/api/v1/cases?cause=invoice-differs"))["items"]
    return case


async def kinds(house, subject):
    return [each["type"] for each in (await house.get(f"/api/v1/documents/{subject}"))["timeline"]]


async def test_somebody_accepts_over_http_and_the_invoice_goes_on(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        case = await dear_invoice(house)
        status, answer = await ask(house, f"{case['id']}/accept", {"reason": "agreed by phone"})
        assert (status, answer["items"][0]["accepted"], answer["items"][0]["matches"]) == (200, True, 1)
        await house.settle()
        assert len(house.erp.bodies("invoice")) == 1
        assert (await house.get("/api/v1/cases"))["items"] == []
        whole = await house.get(f"/api/v1/cases/{case['id']}")
        assert [(each["kind"], each["person"], each["text"]) for each in whole["notes"]] == [
            ("accepted", "operator", "agreed by phone")
        ]
        thread = await house.get(f"/api/v1/documents/{case['subject']}")
        [event] = [each for each in thread["timeline"] if each["type"] == "discrepancy.accepted"]
        assert (event["data"]["person"], event["data"]["reason"]) == ("operator", "agreed by phone")
        status, problem = await ask(house, f"{case['id']}/accept", {"reason": "twice"})
        assert status == 404 and "no open case" in problem["detail"]


async def test_somebody_accepts_on_the_command_line_and_the_running_gateway_goes_on(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        case = await dear_invoice(house)
        done = await command(tmp_path, "case", "accept", case["subject"], "--reason", "agreed by phone")
        assert done.lines[-1] + "\n" == f"{case['id']}: 1 accepted. A running gateway goes on within a second\n"
        await house.until(lambda: house.erp.bodies("invoice"))
        assert (await order_of(house)).state == "matched"


async def test_two_persons_decide_where_it_was_asked_for(tmp_path):
    settings = {"keys": PEOPLE, "approvals": [{"role": "finance", "causes": ["invoice-differs"], "value_over": 100}]}
    async with gateway(tmp_path, matching(), settings=settings) as house:
        case = await dear_invoice(house)
        status, answer = await ask(house, f"{case['id']}/accept", {"reason": "agreed"})
        assert (status, answer["items"][0]["missing_roles"]) == (202, ["finance"])
        await house.settle()
        assert house.erp.bodies("invoice") == []
        for key, words in ((ANN_KEY, "You proposed this"), (CARL_KEY, "the role finance, which you have not")):
            status, problem = await ask(house, f"{case['id']}/accept", {"reason": "again"}, key)
            assert status == 409 and words in problem["detail"]
        nobody = await command(tmp_path, "case", "accept", case["id"], "--reason", "x")
        assert nobody.code == 2 and "must show a key of an operator" in " ".join(nobody.err.split())
        done = await command(
            tmp_path, "case", "accept", case["id"], "--reason", "checked", GATEWAY_OPERATOR_KEY=BOB_KEY
        )
        assert "1 accepted" in done.out
        await house.until(lambda: house.erp.bodies("invoice"))
        await house.settle()
        whole = await house.get(f"/api/v1/cases/{case['id']}")
        said = [(each["kind"], each["person"], each["text"]) for each in whole["notes"]]
        assert said == [
            ("proposed", "ann", "agreed"),
            ("approved", "bob", "finance: checked"),
            ("accepted", "bob", "checked"),
        ]
        assert whole["closed_at"] is not None
        found = await kinds(house, case["subject"])
        steps = [each for each in found if each in ("case.proposed", "case.approved", "discrepancy.accepted")]
        assert steps == ["case.proposed", "case.approved", "discrepancy.accepted"]


async def test_below_the_limit_one_person_is_enough(tmp_path):
    settings = {"keys": PEOPLE, "approvals": [{"role": "finance", "value_over": 125}]}
    async with gateway(tmp_path, matching(), settings=settings) as house:
        case = await dear_invoice(house)
        assert (await ask(house, f"{case['id']}/accept", {"reason": "agreed"}, CARL_KEY))[0] == 200


async def test_an_approval_counts_for_what_was_seen_only(tmp_path):
    settings = {"keys": PEOPLE, "approvals": [{"role": "finance"}]}
    async with gateway(tmp_path, matching(), settings=settings) as house:
        case = await dear_invoice(house, received_quantity=8)
        await ask(house, f"{case['id']}/accept", {"reason": "agreed"})
        await received(house, "R2", 2)  # What is billed has come, so the invoice differs in less than it did.
        status, _answer = await ask(house, f"{case['id']}/accept", {"reason": "checked"}, BOB_KEY)
        assert status == 202, "what ann proposed is not what bob saw, so his is a proposal of its own"
        assert (await ask(house, f"{case['id']}/accept", {"reason": "that, too"}))[0] == 200
        whole = await house.get(f"/api/v1/cases/{case['id']}")
        said = [(each["kind"], each["person"]) for each in whole["notes"]]
        assert said == [("proposed", "ann"), ("proposed", "bob"), ("approved", "ann"), ("accepted", "ann")]


async def test_a_case_is_given_to_somebody_and_talked_about(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        case = await dear_invoice(house)
        assert (await ask(house, f"{case['subject']}/assign", {"person": "ann"}))[0] == 200
        assert (await ask(house, f"{case['id']}/comments", {"text": "asked the partner"}))[0] == 200
        done = await command(tmp_path, "case", "comment", case["id"], "they answer tomorrow")
        assert done.lines[-1] + "\n" == f"{case['id']}: 1 commented\n"
        assert [each["id"] for each in (await house.get("/api/v1/cases?assignee=ann"))["items"]] == [case["id"]]
        assert (await house.get("/api/v1/cases?assignee=bob"))["items"] == []
        shown = await command(tmp_path, "case", "show", case["id"])
        assert "operator assigned: ann" in shown.out and "operator comment: asked the partner" in shown.out
        assert {"case.assigned", "case.commented"} <= set(await kinds(house, case["subject"]))
        taken = await command(tmp_path, "case", "assign", case["id"])
        assert taken.lines[-1] + "\n" == f"{case['id']}: 1 assigned to nobody\n"
        assert (await house.get("/api/v1/cases"))["items"][0]["assignee"] is None
        published = (await house.get("/api/v1/events?limit=500"))["items"]
        assert not [each for each in published if "asked the partner" in json.dumps(each)], (
            "what people say stays inside"
        )


@pytest.mark.parametrize(
    ("path", "body"), [("accept", {}), ("assign", {"person": "x" * 61}), ("comments", {"text": ""})]
)
async def test_what_can_not_be_read_is_refused_in_words(tmp_path, path, body):
    async with gateway(tmp_path, matching()) as house:
        status, problem = await ask(house, f"nothing/{path}", body)
        assert status == 400 and "Send JSON such as" in problem["detail"]


async def test_cases_that_one_fix_heals_are_one_group(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        await house.order(ORDER)
        await house.settle()
        for number in (2, 3, 4):
            await house.send(bill(number).replace("BP*B-1", "BP*NEW-7"))
        await house.send(notice(9, quantity="12"))
        await house.settle()
        groups = (await house.get("/api/v1/case-groups"))["items"]
        assert [(each["cause"], each["count"], each["group"].rsplit(":", 1)[1]) for each in groups] == [
            ("item-unknown", 3, groups[0]["group"].rsplit(":", 1)[1]),
            ("shipment-differs", 1, "order PO1"),
        ]
        listed = (await house.get(f"/api/v1/cases?group={groups[0]['group']}"))["items"]
        assert len(listed) == 3 and {each["group"] for each in listed} == {groups[0]["group"]}
        shown = await command(tmp_path, "cases", "--groups")
        assert "\n3 item-unknown:supplier" in f"\n{shown.out}" and shown.err == "4 open in 2 groups\n"
        closed = await command(tmp_path, "case", "close", groups[0]["group"], "--reason", "all the same slip")
        assert closed.out.endswith(": 3 closed\n")
        assert [each["cause"] for each in (await house.get("/api/v1/cases"))["items"]] == ["shipment-differs"]


async def test_what_is_most_likely_to_stop_a_line_comes_first_and_says_why(tmp_path):
    def ordered(number, day):
        lines = [dict(ORDER["body"]["lines"][0])]
        body = ORDER["body"] | {
            "order_number": number,
            "lines": lines,
            "dates": [{"kind": "delivery_requested", "date": day}],
        }
        return ORDER | {"body": body}

    async with gateway(tmp_path, matching()) as house:
        for number, day in (("PO1", "2027-06-01"), ("PO2", "2026-01-01")):
            await house.order(ordered(number, day))
            await house.settle()
        for number, order in ((2, "PO1"), (3, "PO2")):
            await house.send(notice(number, quantity="12").replace("PRF*PO1", f"PRF*{order}"))
        await house.settle()
        plain = (await house.get("/api/v1/cases"))["items"]
        assert [each["group"].rsplit(" ", 1)[1] for each in plain] == ["PO1", "PO2"]
        assert {each["risk"] for each in plain} == {None}
        ranked = (await house.get("/api/v1/cases?sort=risk"))["items"]
        assert [each["group"].rsplit(" ", 1)[1] for each in ranked] == ["PO2", "PO1"]
        assert ranked[0]["risk"]["score"] > ranked[1]["risk"]["score"]
        assert "order PO2 is wanted on 2026-01-01" in ranked[0]["risk"]["words"][0]
        shown = await command(tmp_path, "cases", "--rank")
        assert [each.split()[1] for each in shown.lines if each.startswith("risk ")] == [
            str(each["risk"]["score"]) for each in ranked
        ]
        assert "40 of 40 for the day" in shown.out
