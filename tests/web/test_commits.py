"""202 means stored: the answer waits for the commit, the same key gets the first answer, and each partner has its own keys."""

import asyncio
import json
import sqlite3

import pytest

from tests.stories.test_buyer import ORDER
from tests.support.house import CUSTOMER_KEY, SUPPLIER_KEY, gateway
from tests.support.x12 import invoice, purchase_order


def _stored(folder):
    """What another process sees in the ledger."""
    with sqlite3.connect(folder / "data" / "ledger.db") as ledger:
        return {row[0] for row in ledger.execute("select id from transmissions")}


@pytest.mark.parametrize("door", ["partner", "erp"])
async def test_no_answer_comes_before_the_commit(tmp_path, door):
    async with gateway(tmp_path) as house:
        other = sqlite3.connect(tmp_path / "data" / "ledger.db", isolation_level=None)
        other.execute("begin immediate")  # Another process holds the lock: nothing can be committed.
        asking = asyncio.create_task(house.send(invoice()) if door == "partner" else house.order(ORDER))
        await asyncio.wait({asking}, timeout=0.7)
        assert not asking.done()
        other.execute("rollback")
        other.close()
        answer = await asking
        assert answer.status == 202
        made = await answer.json()
        assert made["id"].partition("-")[0] in _stored(tmp_path)


async def test_whatever_was_answered_is_there_for_everybody_at_once(tmp_path):
    async with gateway(tmp_path) as house:

        async def send(number):
            answer = await house.send(invoice(number))
            made = await answer.json()
            # Seen by another process the moment that the answer is here, and under its location.
            assert made["id"] in _stored(tmp_path)
            assert answer.headers["Location"] == made["location"]
            assert (await house.get(made["location"], SUPPLIER_KEY))["id"].startswith(made["id"])

        await asyncio.gather(*(send(number) for number in range(1, 21)))


async def test_a_receipt_for_the_outbox_counts_once_it_is_committed(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice())
        await house.settle()
        [item] = (await house.get("/api/v1/outbox", SUPPLIER_KEY))["items"]
        headers = {"Authorization": f"Bearer {SUPPLIER_KEY}"}
        async with house.session.post(house.address + item["receipt"], headers=headers) as answer:
            assert answer.status == 200
        with sqlite3.connect(tmp_path / "data" / "ledger.db") as ledger:
            query = "select state from transmissions where id = ?"
            assert ledger.execute(query, (item["id"],)).fetchone() == ("sent",)


async def test_the_same_key_is_the_same_document_for_its_partner_only(tmp_path):
    async with gateway(tmp_path) as house:
        first = await (await house.send(invoice(1), Idempotency_Key="k")).json()
        again = await house.send(invoice(1), Idempotency_Key="k")
        other = await house.send(invoice(2), Idempotency_Key="k")
        stranger = await house.send(purchase_order(), CUSTOMER_KEY, Idempotency_Key="k")
        # Even the very bytes of somebody else, under its key: no answer tells that they were here before.
        same = await house.send(invoice(1), CUSTOMER_KEY, Idempotency_Key="k2")
        assert [each.status for each in (again, other, stranger, same)] == [202, 409, 202, 202]
        assert ((await again.json())["id"], (await again.json())["duplicate"]) == (first["id"], True)
        assert (await other.json())["detail"].startswith("This key was used before with another content.")
        assert first["id"] not in json.dumps(await other.json())
        for each in (stranger, same):
            assert (await each.json())["duplicate"] is False
            assert (await each.json())["id"] != first["id"]
        await house.settle()
        assert len(house.erp.bodies("invoice")) == 1
        assert len(house.erp.bodies("purchase_order")) == 1


async def test_many_copies_at_once_under_one_key_get_one_receipt(tmp_path):
    async with gateway(tmp_path) as house:
        answers = await asyncio.gather(*(house.send(invoice(), Idempotency_Key="k") for _ in range(25)))
        made = [await answer.json() for answer in answers]
        assert {answer.status for answer in answers} == {202}
        assert len({each["id"] for each in made}) == 1
        assert [each["duplicate"] for each in made].count(False) == 1
        await house.settle()
        assert len(house.erp.messages) == 1


async def test_the_same_words_with_other_line_ends_are_another_content_under_a_key(tmp_path):
    """A key stands for bytes: what only looks the same is not the same transmission."""
    async with gateway(tmp_path) as house:
        assert (await house.send(invoice(), Idempotency_Key="k")).status == 202
        assert (await house.send(invoice().replace("~", "~\n"), Idempotency_Key="k")).status == 409
