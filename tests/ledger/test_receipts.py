"""Receipts are found by what they confirm, and by what is owed."""

import pytest

from gateway.tracking.receipt import Receipt
from tests.ledger.conftest import MINUTE, NOW
from tests.ledger.records import receipt


async def _add(database, *receipts):
    await database.tx(lambda uow: [uow.add(each) for each in receipts])


async def _ids(database, ask):
    return [each.id for each in await database.tx(ask)]


async def test_a_receipt_comes_back_as_it_was(database):
    made = receipt(
        transmission_id="t1",
        disposition="automatic-action/MDN-sent-automatically; processed",
        mic="7v7F++fZbTNRFj4m2TTxlQQ=",
        mic_algorithm="sha-256",
        reply_to="https://acme.example/mdn?to=us",
        receipt="e" * 64,
        evidence={"head": "a" * 64, "signer": "b" * 64, "layers": ["signed", "encrypted"]},
        due_at=NOW + MINUTE,
        received_at=NOW,
    )
    await _add(database, made)
    assert await database.load(Receipt, "r1") == made
    assert await database.tx(lambda uow: uow.find(Receipt, "r1")) == made
    await database.tx(lambda uow: uow.change(Receipt, "r1", state="delivered", evidence={"mdn": "c"}))
    changed = await database.load(Receipt, "r1")
    assert (changed.state, changed.evidence, changed.mic) == ("delivered", {"mdn": "c"}, made.mic)


@pytest.mark.parametrize("message_id", ["<a b@c>", "no-at", "<" + "x" * 996 + ">", "<É@c>", ""])
async def test_a_message_id_is_found_exactly_as_it_came(database, message_id):
    await _add(database, receipt(direction="inbound", state="given", message_id=message_id))
    assert await _ids(database, lambda uow: uow.find_receipts("partner:acme", "inbound", message_id)) == ["r1"]
    for other in (message_id.upper() + "X", message_id + " ", message_id.lstrip("<") + "?"):
        assert await _ids(database, lambda uow, o=other: uow.find_receipts("partner:acme", "inbound", o)) == []


async def test_a_message_id_is_one_of_its_partner_and_direction_alone(database):
    await _add(
        database,
        receipt("r3", state="delivered"),
        receipt("r1"),
        receipt("r2", source="partner:other", partner="other"),
        receipt("r4", direction="inbound", state="given"),
        receipt("r5", source="unknown", partner=None),
    )
    assert await _ids(database, lambda uow: uow.find_receipts("partner:acme", "outbound", "<1@us>")) == ["r1", "r3"]
    assert await _ids(database, lambda uow: uow.find_receipts("unknown", "outbound", "<1@us>")) == ["r5"]


async def test_receipts_are_found_by_their_transmission(database):
    await _add(database, receipt("r1", transmission_id="t1"), receipt("r2", transmission_id="t2"), receipt("r3"))
    assert await _ids(database, lambda uow: uow.receipts_of("t1")) == ["r1"]


async def test_what_is_owed_is_found_when_it_is_due_the_oldest_first(database):
    await _add(
        database,
        receipt("r1", due_at=NOW),
        receipt("r2", direction="inbound", state="owed", due_at=NOW - MINUTE),
        receipt("r3", due_at=NOW + MINUTE),
        receipt("r4", state="delivered", due_at=NOW),
        receipt("r5", state="overdue", due_at=NOW),
        receipt("r6"),
    )
    assert await _ids(database, lambda uow: uow.due_receipts(NOW)) == ["r2", "r1"]
