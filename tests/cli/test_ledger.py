"""`gateway trace`, `replay`, `cases` and `db upgrade` on the data of a gateway that runs, and of one that has stopped."""

import asyncio
import json
import sqlite3
from functools import partial

import pytest

from tests.cli.command import gateway_command
from tests.support.house import gateway, supplier
from tests.support.x12 import invoice


async def command(folder, *arguments: object):
    """Run a command beside the gateway: it has a loop of its own, so it gets a thread of its own."""
    run = partial(gateway_command, *arguments, config=folder / "config", data=folder / "data")
    return await asyncio.to_thread(run)


async def test_a_document_is_traced_by_each_of_its_numbers(tmp_path):
    async with gateway(tmp_path) as house:
        response = await house.send(invoice(7, order="PO-77"))
        await house.settle()
        transmission = (await response.json())["id"]
        texts = []
        for number in ("PO-77", "INV7", f"{transmission}-1"):
            found = await command(tmp_path, "trace", number)
            assert (found.code, found.err) == (0, ""), number
            texts.append(found.out)
        assert len(set(texts)) == 1
        assert "810 inbound supplier  delivered" in texts[0]
        assert "document.delivered" in texts[0] and "order: PO-77" in texts[0]
        data = json.loads((await command(tmp_path, "trace", "INV7", "--json")).out)
    assert (data["set"], data["state"], data["order"], data["faults"]) == ("810", "delivered", "PO-77", [])
    assert data["timeline"][0]["type"] == "transmission.received"
    # The gateway has stopped; its ledger still tells.
    again = await command(tmp_path, "trace", data["tracking_id"])
    assert again.code == 0 and "INV7" in again.out


async def test_a_transmission_that_holds_no_document_is_traced_by_its_id(tmp_path):
    async with gateway(tmp_path) as house:
        response = await house.send("this is no X12")
        await house.settle()
        transmission = (await response.json())["id"]
        found = await command(tmp_path, "trace", transmission)
    assert found.code == 0
    assert transmission in found.out and "Next: " in found.out


async def test_a_case_is_listed_replayed_and_gone(tmp_path):
    async with gateway(tmp_path) as house:
        house.erp.answers.append(422)
        await house.send(invoice(9))
        await house.settle()
        listed = await command(tmp_path, "cases")
        assert (listed.code, listed.err) == (0, "1 open\n")
        subject = listed.lines[0].split()[0]
        assert "erp-rejected" in listed.lines[0] and listed.lines[-1].startswith("  Next: correct the cause")
        assert f"gateway replay {subject}" in listed.out
        assert (await command(tmp_path, "cases", "--partner", "customer")).out == ""

        found = await command(tmp_path, "replay", subject, "--reason", "the ERP knows the part now")
        assert found.code == 0
        assert found.out == f"{subject}: deliver is due. Follow it with: gateway trace {subject}\n"
        await house.until(lambda: len(house.erp.bodies("invoice")) == 1)
        await house.settle()
        assert (await command(tmp_path, "cases")).err == "0 open\n"
        traced = await command(tmp_path, "trace", subject)
        assert "the ERP knows the part now" in traced.out and "case (closed)" in traced.out


async def test_a_replay_after_the_gateway_has_stopped_is_done_at_its_next_start(tmp_path):
    async with gateway(tmp_path, supplier()) as house:
        house.erp.answers.append(422)
        await house.send(invoice(9))
        await house.settle()
    subject = (await command(tmp_path, "cases")).lines[0].split()[0]
    assert (await command(tmp_path, "replay", subject, "--reason", "corrected", "--recompute")).code == 0
    async with gateway(tmp_path, supplier()) as house:
        await house.until(lambda: len(house.erp.bodies("invoice")) == 1)
        await house.settle()


async def test_what_is_not_known_is_a_sentence(tmp_path):
    async with gateway(tmp_path):
        traced = await command(tmp_path, "trace", "nothing")
        replayed = await command(tmp_path, "replay", "nothing", "--reason", "why not")
        silent = await command(tmp_path, "replay", "nothing")
    assert (traced.code, traced.out) == (2, "")
    assert traced.err.startswith("Nothing is known under nothing. Give an id")
    assert (replayed.code, replayed.out) == (2, "") and replayed.err.strip().endswith(".")
    assert silent.code == 2 and "--reason" in silent.err


@pytest.mark.parametrize("words", [("trace", "X"), ("replay", "X", "--reason", "y"), ("cases",)])
def test_without_a_ledger_nothing_is_made_and_the_next_action_is_named(tmp_path, words):
    found = gateway_command(*words, config=tmp_path, data=tmp_path / "data")
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith(f"There is no ledger in {tmp_path}/data. Set GATEWAY_DATA_DIR")
    assert not (tmp_path / "data").exists()


def test_a_ledger_is_made_and_brought_up_to_date(tmp_path):
    first = gateway_command("db", "upgrade", config=tmp_path, data=tmp_path / "data")
    assert first.code == 0 and first.out.startswith("the ledger has version ") and "(before: none)" in first.out
    second = gateway_command("db", "upgrade", config=tmp_path, data=tmp_path / "data")
    assert second.out == first.out.replace(" (before: none)", "")
    assert gateway_command("cases", config=tmp_path, data=tmp_path / "data").err == "0 open\n"


def test_a_ledger_of_a_newer_program_is_left_alone(tmp_path):
    gateway_command("db", "upgrade", config=tmp_path, data=tmp_path)
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'v9999'")
    connection.close()
    for words in (("db", "upgrade"), ("cases",)):
        found = gateway_command(*words, config=tmp_path, data=tmp_path)
        assert (found.code, found.out) == (2, "")
        assert "version v9999, which this program does not know. Install the newer gateway" in found.err


def test_a_ledger_that_is_no_database_is_a_sentence(tmp_path):
    (tmp_path / "ledger.db").write_bytes(b"not a database, but long enough to look at " * 50)
    for words in (("db", "upgrade"), ("cases",), ("trace", "X")):
        found = gateway_command(*words, config=tmp_path, data=tmp_path)
        assert (found.code, found.out) == (2, "")
        assert "The ledger can't be used" in found.err and "GATEWAY_DATABASE_URL" in found.err


def test_a_data_folder_that_can_not_be_made_is_a_sentence(tmp_path):
    (tmp_path / "data").write_text("a file stands in its place")
    found = gateway_command("db", "upgrade", config=tmp_path, data=tmp_path / "data")
    assert (found.code, found.out) == (2, "")
    assert str(tmp_path / "data") in found.err


def test_an_address_of_a_database_that_makes_no_sense_is_a_sentence(tmp_path):
    for url in ("nonsense", "nosuch://host/db", "postgresql+pg8000://host/db", f"sqlite:///{tmp_path}/none/ledger.db"):
        found = gateway_command("cases", config=tmp_path, GATEWAY_DATABASE_URL=url)
        assert (found.code, found.out) == (2, ""), url
        assert "GATEWAY_DATABASE_URL" in found.err
