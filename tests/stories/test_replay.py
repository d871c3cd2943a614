"""Replay: what happens again is what was declared, nothing else, and everything that follows names it."""

import asyncio
import getpass
import json
import re
from datetime import UTC, datetime
from functools import partial

from gateway.tracking.document import Document
from gateway.tracking.transmission import Transmission
from tests.cli.command import gateway_command
from tests.stories.test_buyer import ORDER
from tests.support.house import CUSTOMER_KEY, OPERATOR_KEY, SUPPLIER_KEY, gateway
from tests.support.x12 import functional, invoice


async def command(folder, *arguments: object, **variables: str):
    run = partial(gateway_command, *arguments, config=folder / "config", data=folder / "data", **variables)
    return await asyncio.to_thread(run)


async def _documents(house, query=""):
    return (await house.get(f"/api/v1/documents{query}"))["items"]


def _keys(house):
    return [key for key, _headers, _body in house.erp.requests]


async def test_what_was_delivered_goes_to_the_erp_again_only_under_a_declared_key(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice(1))
        await house.settle()
        [document] = await _documents(house, "?set=810")
        name = document["id"]
        plain = await command(tmp_path, "replay", name, "--reason", "x")
        assert plain.code == 2 and "declare how" in plain.err
        again = await command(tmp_path, "replay", name, "--reason", "asked", "--effect", "erp-same-key")
        assert (again.code, again.err) == (0, "")
        await house.until(lambda: _posted(house, 2))
        new = await command(tmp_path, "replay", name, "--reason", "the ERP lost it", "--effect", "erp-new-key")
        assert "books them twice" in new.out
        await house.until(lambda: _posted(house, 3))
        await house.settle()
        batch = re.search(r"as replay (\S+);", new.out)[1]
        assert _keys(house) == [name, name, f"{name}-{batch}"]
        timeline = (await house.get(f"/api/v1/documents/{name}"))["timeline"]
        delivered = [each["data"].get("replay") for each in timeline if each["type"] == "document.delivered"]
        assert delivered[0] is None and delivered[2] == batch, "what follows names the replay that led to it"


def _posted(house, count):
    return len(house.erp.requests) >= count


async def test_recomputing_changes_what_is_stored_and_nothing_outside(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice(1))
        await house.settle()
        [document] = await _documents(house, "?set=810")
        found = await command(tmp_path, "replay", document["id"], "--reason", "new profile", "--effect", "recompute")
        assert found.code == 0, found.err
        await house.settle()
        shown = await house.get(f"/api/v1/documents/{document['id']}")
        [event] = [each for each in shown["timeline"] if each["type"] == "document.recomputed"]
        assert (shown["state"], event["data"]["changed"], event["data"]["verdict"]) == ("delivered", False, "accepted")
        assert len(house.erp.bodies("invoice")) == 1


async def test_after_a_change_the_old_key_is_refused_because_the_erp_has_other_content_under_it(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice(1))
        await house.settle()
        [document] = await _documents(house, "?set=810")
        database = house.house.database
        await database.tx(lambda uow: uow.change(Document, document["id"], canonical="0" * 64))
        found = await command(tmp_path, "replay", document["id"], "--reason", "x", "--effect", "erp-same-key")
        assert found.code == 2
        assert "the ERP has other content under its key; declare erp-new-key" in " ".join(found.err.split())


async def test_a_selection_is_previewed_and_done_when_told(tmp_path):
    async with gateway(tmp_path) as house:
        house.erp.answers += [422, 422]
        for number in (1, 2, 3):
            await house.send(invoice(number))
        await house.settle()
        cause = ("replay", "--cause", "erp-rejected", "--reason", "the part is known now")
        shown = await command(tmp_path, *cause)
        assert shown.out.startswith("2 documents: what waits for a person goes on") and "add --yes" in shown.out
        assert len(house.erp.bodies("invoice")) == 1
        done = await command(tmp_path, *cause, "--yes")
        assert "They are due, as replay " in done.out
        await house.until(lambda: len(house.erp.bodies("invoice")) == 3)
        await house.settle()
        assert (await house.get("/api/v1/cases"))["items"] == []


async def test_an_unsafe_mix_is_refused_in_plain_words_and_does_nothing(tmp_path):
    async with gateway(tmp_path) as house:
        house.erp.answers.append(422)
        for number in (1, 2):
            await house.send(invoice(number))
        await house.settle()
        mixed = ("replay", "--partner", "supplier", "--effect", "erp-new-key", "--reason", "x", "--yes")
        found = await command(tmp_path, *mixed)
        assert found.code == 2
        words = " ".join(found.err.split())
        assert "erp-new-key does not fit 1 documents (1 of them: it is parked and was never with the ERP" in words
        assert len(_keys(house)) == 2 and len(house.erp.bodies("invoice")) == 1
        narrowed = await command(tmp_path, *mixed, "--skip")
        assert narrowed.code == 0 and "1 left out: it is parked" in narrowed.out


async def test_an_order_goes_to_the_partner_again_and_is_waited_for_anew(tmp_path):
    async with gateway(tmp_path) as house:
        await house.order(ORDER, Idempotency_Key="o")
        await house.settle()
        [first] = await house.outbox(SUPPLIER_KEY)
        [document] = await _documents(house, "?direction=outbound")
        plain = await command(tmp_path, "replay", document["id"], "--reason", "x")
        assert plain.code == 2 and "--effect partner" in plain.err
        found = await command(tmp_path, "replay", document["id"], "--reason", "lost there", "--effect", "partner")
        assert "under numbers that the partner knows" in found.out
        await house.until(lambda: _waiting(house))
        assert await house.outbox(SUPPLIER_KEY) == [first], "byte for byte"
        wrong = await command(tmp_path, "replay", document["id"], "--reason", "x", "--effect", "acknowledgments")
        assert "the partner acknowledges it, not we" in " ".join(wrong.err.split())


async def _waiting(house):
    return (await house.get("/api/v1/outbox", SUPPLIER_KEY))["items"]


async def test_our_acknowledgment_goes_out_again_byte_for_byte(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice(1))
        await house.settle()
        [first] = await house.outbox(SUPPLIER_KEY)
        [document] = await _documents(house, "?set=810")
        await command(tmp_path, "replay", document["id"], "--reason", "lost", "--effect", "acknowledgments")
        await house.until(lambda: _waiting(house))
        assert await house.outbox(SUPPLIER_KEY) == [first]
        assert len(house.erp.bodies("invoice")) == 1


async def test_what_was_purged_can_not_be_replayed(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice(1))
        await house.settle()
        [document] = await _documents(house, "?set=810")
        transmission = await house.house.views.transmission(document["transmission"])
        when = datetime(2026, 11, 1, tzinfo=UTC)
        await house.house.database.tx(lambda uow: uow.change(Transmission, transmission.id, purged_at=when))
        found = await command(tmp_path, "replay", document["id"], "--reason", "x", "--effect", "recompute")
        assert found.code == 2 and "purged on 2026-11-01" in " ".join(found.err.split())


async def test_promises_are_listed_with_age_and_what_is_next_and_a_case_is_closed_by_hand(tmp_path):
    async with gateway(tmp_path) as house:
        await house.order(ORDER, Idempotency_Key="o")
        await house.settle()
        await house.outbox(SUPPLIER_KEY)
        await house.send(functional("PO", "4711", "850", "0001"))
        await house.settle()
        listed = await command(tmp_path, "promises", "--theirs")
        assert listed.err == "1 open\n"
        assert listed.out.startswith("acknowledgment supplier  waiting on them, due in 23 h")
        assert "Next: wait; when nothing came by " in listed.out
        assert (await command(tmp_path, "promises", "--ours")).err == "0 open\n"
        assert (await command(tmp_path, "promises", "--overdue")).err == "0 open\n"
        facts = json.loads((await command(tmp_path, "promises", "--json")).out)
        assert (facts["what"], facts["owed_by"], facts["overdue"]) == ("acknowledgment", "partner", False)
        [case] = (await house.get("/api/v1/cases"))["items"]
        shown = await command(tmp_path, "cases")
        assert f"{case['subject']}:acknowledgment-orphan may be: close" in shown.out
        closed = await command(
            tmp_path, "case", "close", f"{case['subject']}:acknowledgment-orphan", "--reason", "by phone"
        )
        assert closed.out.endswith(": 1 closed\n")
        assert (await command(tmp_path, "cases")).err == "0 open\n"
        timeline = (await house.get(f"/api/v1/documents/{case['subject']}"))["timeline"]
        [reason] = [each["data"]["reason"] for each in timeline if each["type"] == "case.closed"]
        assert reason == f"by phone ({getpass.getuser()})"
        twice = await command(tmp_path, "case", "close", case["subject"], "--reason", "again")
        assert twice.code == 2 and "There is no open case" in twice.err


async def test_promises_and_cases_are_seen_over_http_by_those_whom_they_concern(tmp_path):
    async with gateway(tmp_path) as house:
        await house.order(ORDER, Idempotency_Key="o")
        await house.settle()
        await house.outbox(SUPPLIER_KEY)
        await house.send(functional("PO", "4711", "850", "0001"))
        await house.settle()
        for key in (OPERATOR_KEY, SUPPLIER_KEY):
            [promise] = (await house.get("/api/v1/promises?owed_by=partner", key))["items"]
            assert (promise["what"], promise["state"], promise["overdue"]) == ("acknowledgment", "waiting", False)
            assert promise["next_action"].startswith("wait; ")
        assert (await house.get("/api/v1/promises", CUSTOMER_KEY))["items"] == []
        assert (await house.get("/api/v1/promises?overdue=true"))["items"] == []
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["actions"] == ["close"]
        path = f"/api/v1/cases/{case['subject']}/close"
        assert await _post(house, path, {"reason": "ours was older"}, SUPPLIER_KEY) == 403
        assert await _post(house, path, {"why": "?"}) == 400
        assert await _post(house, path, {"reason": "x", "cause": "internal"}) == 404
        assert await _post(house, path, {"reason": "ours was older"}) == 200
        assert (await house.get("/api/v1/cases"))["items"] == []
        assert await _post(house, path, {"reason": "again"}) == 404


async def _post(house, path, body, key=OPERATOR_KEY):
    headers = {"Authorization": f"Bearer {key}"}
    async with house.session.post(house.address + path, json=body, headers=headers) as response:
        return response.status
