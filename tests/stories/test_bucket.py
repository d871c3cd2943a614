"""Receivers and workers that share only a database and a bucket: what is large goes through the bucket, and nothing is lost."""

from contextlib import AsyncExitStack

import pytest

from gateway.bootstrap import RECEIVERS, WORKER
from gateway.ledger.vault_s3 import S3Vault
from tests.evidence.test_bundles import command
from tests.stories.test_retention import grow_old, purge
from tests.stories.test_several import numbers
from tests.support.erp import Erp
from tests.support.house import SUPPLIER_KEY, gateway
from tests.support.postgres import fresh_database
from tests.support.postgres_keeper import free_port
from tests.support.s3 import s3_server
from tests.support.x12 import interchange, invoice

LINES = 900


def long_invoice(number):
    """An 810 of some 25 KB."""
    lines = "\n".join(f"IT1*{line}*1*EA*1*PE*BP*B-{line:05}" for line in range(1, LINES + 1))
    body = f"BIG*20261121*INV{number}*20261101*PO1\nN1*RE*Supplier Inc.*92*77\n{lines}\nTDS*{LINES}00\nCTT*{LINES}"
    return interchange(body, set_id="810", group="IN", number=number)


MANY = "".join(long_invoice(number) for number in (1, 2, 3))


@pytest.fixture
def bucket(tmp_path, monkeypatch):
    with s3_server(tmp_path) as server:
        monkeypatch.setenv("GATEWAY_VAULT", server.address)
        yield server


@pytest.fixture
def url():
    with fresh_database() as made:
        yield made


@pytest.fixture
async def erp():
    made = Erp()
    await made.start()
    yield made
    await made.stop()


def everything(erp):
    return numbers(erp) == ["INV1", "INV2", "INV3"]


async def test_what_one_machine_took_in_another_one_delivers_though_they_share_no_folder(tmp_path, url, bucket, erp):
    assert len(MANY) > 64 << 10
    async with AsyncExitStack() as stack:
        places = (("door", RECEIVERS), ("bench", WORKER))
        door, worker = [
            await stack.enter_async_context(gateway(tmp_path / name, erp=erp, database_url=url, roles=role))
            for name, role in places
        ]
        answer = await door.send(MANY)
        assert answer.status == 202
        taken = (await answer.json())["id"]
        await worker.until(lambda: everything(erp))
        await worker.settle()
        address = f"{door.address}/api/v1/documents/{taken}/content"
        async with door.session.get(address, headers={"Authorization": f"Bearer {SUPPLIER_KEY}"}) as response:
            assert await response.text() == MANY
        variables = {"GATEWAY_DATABASE_URL": url, "GATEWAY_VAULT": bucket.address, **bucket.variables}
        checked = await command(tmp_path / "door", "check", **variables)
        assert checked.code == 0, checked.out
        for text in await door.outbox(SUPPLIER_KEY):
            assert "~ST*997*" in text
        await grow_old(door)
        # The bucket says when bytes were stored, and that is today.
        kept = await purge(tmp_path / "door", "--yes", **variables)
        assert "1 stay: its bytes were kept anew within a day" in kept.out, kept.out


async def test_a_bucket_that_is_away_is_told_at_the_door_and_what_is_small_goes_on(tmp_path, bucket, erp, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    async with gateway(tmp_path, erp=erp) as house:
        refused = await house.send(MANY)
        assert refused.status == 503 and refused.headers["Retry-After"]
        assert "Send it again" in (await refused.json())["detail"]
        assert (await house.send(invoice(999))).status == 202
        await house.until(lambda: numbers(erp) == ["INV999"])
        assert (await house.get("/api/v1/cases"))["items"] == []
    monkeypatch.setenv("AWS_ENDPOINT_URL", bucket.endpoint)
    async with gateway(tmp_path, erp=erp) as house:
        assert (await house.send(MANY)).status == 202
        await house.until(lambda: len(numbers(erp)) == 4)


async def test_a_worker_that_does_not_reach_the_bucket_tries_again_and_asks_nobody(
    tmp_path, url, bucket, erp, monkeypatch
):
    asked, look = [], S3Vault._asking

    def counted(self, *digest):
        asked.append(digest)
        return look(self, *digest)

    async with gateway(tmp_path / "door", erp=erp, database_url=url, roles=RECEIVERS) as door:
        assert (await door.send(MANY)).status == 202
        monkeypatch.setattr(S3Vault, "_asking", counted)
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
        async with gateway(tmp_path / "cut-off", erp=erp, database_url=url, roles=WORKER) as cut_off:
            await cut_off.until(lambda: len(asked) > 1)
            assert numbers(erp) == [] and (await door.get("/api/v1/cases"))["items"] == []
        monkeypatch.setenv("AWS_ENDPOINT_URL", bucket.endpoint)
        async with gateway(tmp_path / "bench", erp=erp, database_url=url, roles=WORKER) as worker:
            await worker.until(lambda: everything(erp))
            await worker.settle()
        assert (await door.get("/api/v1/cases"))["items"] == []
