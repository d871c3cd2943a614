"""A gateway that was stopped goes on where it was; a second one on the same folder is told so."""

import sqlite3

import pytest

from gateway.bootstrap import build
from gateway.errors import LedgerError
from gateway.settings import Environment, load_settings
from tests.stories.test_buyer import ORDER
from tests.support.erp import Erp
from tests.support.house import SUPPLIER_KEY, gateway, supplier, write_config
from tests.support.x12 import functional, invoice

PATIENT = {"retry": {"first": "1s", "longest": "1s", "attempts": 100}}


async def test_what_was_accepted_is_delivered_after_the_restart(tmp_path):
    erp = Erp()
    await erp.start()
    try:
        erp.answers.extend([503] * 1000)
        async with gateway(tmp_path, supplier(defaults=PATIENT), erp=erp) as house:
            receipts = [await (await house.send(invoice(number))).json() for number in range(1, 21)]
        erp.answers.clear()
        assert not erp.messages
        async with gateway(tmp_path, supplier(defaults=PATIENT), erp=erp) as house:
            await house.until(lambda: len(erp.messages) == 20)
            await house.settle()
            for receipt in receipts:
                assert (await house.get(receipt["location"]))["state"] == "delivered"
            assert len(await house.outbox(SUPPLIER_KEY)) == 20
    finally:
        await erp.stop()


async def test_numbers_go_on_and_acknowledgments_still_find_their_document(tmp_path):
    erp = Erp()
    await erp.start()
    try:
        async with gateway(tmp_path, supplier(), erp=erp) as house:
            await house.order(ORDER)
            await house.settle()
        async with gateway(tmp_path, supplier(), erp=erp) as house:
            other = ORDER | {"body": ORDER["body"] | {"order_number": "PO2"}}
            await house.order(other)
            await house.settle()
            first, second = (await house.get("/api/v1/documents?direction=outbound"))["items"]
            assert (first["interchange_number"], second["interchange_number"]) == ("000000001", "000000002")
            await house.send(functional("PO", first["group_number"], "850", "0001"))
            await house.settle()
            first, second = (await house.get("/api/v1/documents?direction=outbound"))["items"]
            assert (first["acknowledgment"], second["acknowledgment"]) == ("accepted", "none")
    finally:
        await erp.stop()


async def test_a_second_gateway_on_the_same_folder_is_refused(tmp_path):
    async with gateway(tmp_path, supplier()) as house:
        environment = Environment(config_dir=tmp_path / "config", data_dir=tmp_path / "data", port=0)
        with pytest.raises(LedgerError, match=r"Another gateway \(process \d+\) works on"):
            await build(load_settings(environment))
        assert (await house.send(invoice())).status == 202


async def test_a_database_of_a_newer_program_is_left_alone(tmp_path):
    async with gateway(tmp_path, supplier()):
        pass
    with sqlite3.connect(tmp_path / "data" / "ledger.db") as database:
        database.execute("update alembic_version set version_num = '9999_of_the_future'")
    database.close()
    write_config(tmp_path / "config", "http://127.0.0.1:9", supplier())
    environment = Environment(config_dir=tmp_path / "config", data_dir=tmp_path / "data", port=0)
    with pytest.raises(LedgerError, match="version 9999_of_the_future, which this program does not know"):
        await build(load_settings(environment))
