"""What we bring to a partner's server arrives whole, under its name, once."""

import pytest

from tests.stories.test_buyer import ORDER
from tests.support.house import gateway, supplier
from tests.support.sshd import KINDS, Sshd
from tests.support.x12 import elements


@pytest.fixture(params=KINDS)
async def sshd(request, tmp_path, keys):
    server = Sshd(keys, tmp_path / "server", request.param)
    server.make("in")
    await server.start()
    yield server
    await server.stop()


def partner(sshd, **deliver):
    server = sshd.text(deliver={"folder": sshd.path("in"), "name": "{set}_{control_number}.edi"} | deliver)
    return supplier(channels={"sftp": {"server": server}}, defaults={"transport": "sftp"})


def files(sshd):
    return sorted(path.name for path in (sshd.folder / "in").iterdir())


async def test_an_order_is_put_on_the_partners_server(tmp_path, sshd):
    async with gateway(tmp_path, partner(sshd)) as house:
        await house.order(ORDER)
        await house.settle()
        assert not (await house.get("/api/v1/cases"))["items"]
        assert files(sshd) == ["850_000000001.edi"]
        assert elements((sshd.folder / "in" / "850_000000001.edi").read_text(), "BEG")[0][3] == "PO1"
        [document] = (await house.get("/api/v1/documents?direction=outbound"))["items"]
        assert (document["state"], document["acknowledgment"]) == ("sent", "waiting")
