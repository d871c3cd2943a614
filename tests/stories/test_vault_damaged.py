"""Large bytes that were changed or lost on disk before they were read: said with what to do, and nothing of them at the ERP."""

import pytest

from gateway.bootstrap import RECEIVERS
from gateway.pipeline.oversight.replay import replay
from tests.support.erp import Erp
from tests.support.house import gateway
from tests.support.postgres import fresh_database
from tests.support.x12 import invoice

LARGE = invoice().replace("~", "~" + "\n" * 6000)  # Too large for the database: it lies in a file.


def _change(path):
    data = path.read_bytes()
    path.write_bytes(data.replace(b"*EA*12.5*", b"*EA*99.5*"))
    return data


def _lose(path):
    data = path.read_bytes()
    path.unlink()
    return data


@pytest.mark.parametrize(("harm", "words"), [(_change, "were changed"), (_lose, "has lost")])
async def test_what_was_damaged_on_disk_goes_to_a_person_and_on_once_it_is_restored(tmp_path, harm, words):
    erp = Erp()
    await erp.start()
    with fresh_database() as url:
        async with gateway(tmp_path, erp=erp, database_url=url, roles=RECEIVERS) as receiver:
            receipt = await (await receiver.send(LARGE)).json()
        [path] = [each for each in (tmp_path / "data" / "vault").rglob("*") if each.is_file()]
        kept = harm(path)
        async with gateway(tmp_path, erp=erp, database_url=url) as house:
            await house.until(lambda: _cases(house))
            [case] = (await house.get("/api/v1/cases"))["items"]
            assert (case["cause"], case["subject"]) == ("internal", receipt["id"])
            assert words in case["detail"] and "Restore" in case["detail"] and "from a backup" in case["detail"]
            assert not erp.messages, "nothing of it went on"
            path.write_bytes(kept)
            world = house.house.world
            await world.ledger.tx(lambda uow: replay(uow, world, receipt["id"], "restored", recompute=False))
            await house.until(lambda: len(erp.bodies("invoice")) == 1)
            await house.settle()
            assert (await house.get("/api/v1/cases"))["items"] == []
    await erp.stop()


async def _cases(house):
    return (await house.get("/api/v1/cases"))["items"]
