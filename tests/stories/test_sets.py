"""Every message type that there is, both ways, by an agreement in a partner file: X12 to the ERP, and canonical JSON to X12."""

import json
import re
from pathlib import Path

import pytest

from gateway.canonical.message import MESSAGE_TYPES
from gateway.web.keys import key_hash
from tests.cli.command import gateway_command
from tests.conftest import ROOT
from tests.support.house import OWN, gateway, write_config
from tests.support.x12 import elements

KEY = "key-of-the-partner"
SETS = [row.set_id for row in MESSAGE_TYPES.values()]


def sample(set_id: str) -> str:
    """The sample of the base profile, for production."""
    text = (ROOT / f"mappings/base/{set_id}.sample.edi").read_text(encoding="utf-8")
    return re.sub(r"(?m)^(ISA.*\*)T(\*.~)$", r"\1P\2", text)


def expected(set_id: str) -> dict:
    return json.loads((ROOT / f"mappings/base/{set_id}.expected.json").read_text(encoding="utf-8"))


def identity(isa: list[str], at: int) -> dict[str, str]:
    return {"qualifier": isa[at], "id": isa[at + 1].strip()}


def partner(set_id: str) -> dict:
    """The sender of a sample, with whom that document is exchanged both ways."""
    [isa], [gs] = elements(sample(set_id), "ISA"), elements(sample(set_id), "GS")
    return {
        "partner": "other",
        "name": "The other side",
        "identities": [identity(isa, 5) | {"group": gs[2]}],
        "api_keys": [{"name": "main", "sha256": key_hash(KEY)}],
        "channels": {"rest": {}},
        "agreements": [
            {"document": set_id, "direction": "inbound", "role": "buyer"},
            {"document": set_id, "direction": "outbound", "role": "seller"},
        ],
    }


def us(set_id: str) -> dict:
    """We are whom the sample is sent to."""
    [isa], [gs] = elements(sample(set_id), "ISA"), elements(sample(set_id), "GS")
    return OWN | {"identities": [identity(isa, 7) | {"group": gs[3]}]}


def read(text: str, folder: Path) -> dict:
    """What a document says, by `gateway translate`."""
    (folder / "read.edi").write_text(text, encoding="utf-8")
    found = gateway_command("translate", folder / "read.edi", config=folder / "config")
    assert (found.code, found.err) == (0, "")
    made = json.loads(found.out)
    return {"type": made["type"], "body": made["body"]}


@pytest.mark.parametrize("set_id", SETS)
async def test_each_set_comes_to_the_erp_and_goes_out_of_it(tmp_path, set_id):
    """Inbound it is the canonical message of the base profile, once; outbound it says the very same."""
    message = expected(set_id)
    async with gateway(tmp_path, partner(set_id), own=us(set_id)) as house:
        assert (await house.send(sample(set_id), KEY)).status == 202
        await house.settle()
        assert house.erp.bodies(message["type"]) == [message["body"]]
        await house.outbox(KEY)  # Our acknowledgment.

        assert (await house.order(message | {"partner": "other"}, Idempotency_Key="out-1")).status == 202
        await house.settle()
        [sent] = await house.outbox(KEY)
    assert read(sent, tmp_path) == message


@pytest.mark.parametrize("set_id", SETS)
def test_each_set_is_translated_and_composed_by_command(tmp_path, set_id):
    """`gateway translate` and `gateway compose` do the same without a ledger."""
    message = expected(set_id)
    write_config(tmp_path / "config", "http://127.0.0.1:9", partner(set_id), own=us(set_id))
    assert read(sample(set_id), tmp_path) == message
    (tmp_path / "out.json").write_text(json.dumps(message), encoding="utf-8")
    made = gateway_command("compose", tmp_path / "out.json", "--partner", "other", config=tmp_path / "config")
    assert (made.code, made.err) == (0, "")
    assert read(made.out, tmp_path) == message
