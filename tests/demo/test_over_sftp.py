"""The supplier of the demonstration that speaks SFTP: the demonstration fails when it does not get what it must."""

import asyncio
from dataclasses import replace

import pytest

from gateway.demo.keys import write_ssh_key
from gateway.demo.over_sftp import Seen, compare, door_of
from gateway.demo.processes import DemoFailed
from gateway.demo.sftp_desk import FILES, PARTNER
from gateway.x12.model import TransactionSet
from gateway.x12.reader import read
from gateway.x12.validator import validate
from tests.demo.processes import Demo

SEEN = Seen({"997_1.edi": "ISA*1~", "997_2.edi": "ISA*2~"}, {"promise-2.edi": ["send a real date"]})
DOCUMENTS = [
    {"id": "d-1", "partner": PARTNER, "state": "delivered", "faults": []},
    {"id": "d-2", "partner": PARTNER, "state": "rejected", "faults": [{"fix": "send a real date"}]},
    {"id": "d-3", "partner": "supplier", "state": "delivered", "faults": []},
]
DETAILS = {f"d-{n}": {"acknowledgments": [{"content": f"ISA*{n}~", "state": "sent"}]} for n in (1, 2, 3)}
STORED = [{"key": "d-1"}, {"key": "d-3"}]


def test_one_of_its_files_is_right_and_one_is_wrong():
    verdicts = [
        validate(part).accepted for data in FILES.values() for part in read(data) if isinstance(part, TransactionSet)
    ]
    assert verdicts == [True, False]


def test_what_is_as_it_must_be_is_counted_on_the_screen():
    problems, line = compare(SEEN, DOCUMENTS, DETAILS, STORED)
    assert problems == []
    assert line == (
        "Over SFTP: sftp-shop put 2 files: 1 is at the ERP, rejected/ explains promise-2.edi;"
        " it fetched 2 acknowledgments from outbound/"
    )


@pytest.mark.parametrize(
    ("seen", "details", "stored", "problem"),
    [
        (SEEN, DETAILS, STORED[1:], "of 2 files put over SFTP the ERP has 0, and 1 were refused"),
        (replace(SEEN, fetched={"997_1.edi": "ISA*1~"}), DETAILS, STORED, "what was fetched over SFTP"),
        (replace(SEEN, fetched=SEEN.fetched | {"997_2.edi": "ISA*"}), DETAILS, STORED, "what was fetched over SFTP"),
        (
            SEEN,
            DETAILS | {"d-2": {"acknowledgments": [{"content": "ISA*2~", "state": "waiting"}]}},
            STORED,
            "what was fetched over SFTP",
        ),
        (replace(SEEN, explained={}), DETAILS, STORED, "rejected/ does not explain"),
        (replace(SEEN, explained={"promise-2.edi": ["guess"]}), DETAILS, STORED, "rejected/ does not explain"),
    ],
)
def test_each_thing_that_is_missing_is_a_problem(seen, details, stored, problem):
    problems, _line = compare(seen, DOCUMENTS, details, stored)
    assert len(problems) == 1
    assert problems[0].startswith(problem)


def test_a_gateway_that_opened_no_door_for_sftp_is_said_with_where_to_look(tmp_path):
    log = tmp_path / "gateway.log"
    log.write_text("gateway listens on http://127.0.0.1:8080\n")
    with pytest.raises(DemoFailed, match=r"opened no door for SFTP\. Look for sftp in .*gateway\.log"):
        door_of(log)
    log.write_text('{"address":"sftp://127.0.0.1:2022"}\n')
    assert door_of(log) == 2022


async def test_a_supplier_whose_key_is_not_known_fails_the_demonstration(tmp_path):
    demo = Demo(tmp_path, tmp_path / "nowhere")
    playing = asyncio.create_task(demo.run())
    [partner] = await demo.until(lambda: list(tmp_path.glob(f"gateway-demo-*/config/partners/{PARTNER}.yaml")))
    write_ssh_key(partner.parents[2] / PARTNER / "key")
    code, out, err = await playing
    assert code == 1
    assert "the supplier that speaks SFTP did not come through: PermissionDenied" in out
    assert "Look for sftp in gateway.log of this run" in out
    assert out.rstrip("\n").splitlines()[-1] == "demo: 9 documents delivered, 9 acknowledged, 1 refused, 0 lost"
    assert err.startswith("The logs and files of this run are in")
    assert demo.running() == []


async def test_a_door_for_sftp_that_cannot_open_is_said_in_words(tmp_path):
    demo = Demo(tmp_path, tmp_path / "nowhere")
    playing = asyncio.create_task(demo.run())
    [folder] = await demo.until(lambda: list(tmp_path.glob("gateway-demo-*")))
    (folder / "data").mkdir()
    (folder / "data" / "sftp").write_text("a file where the gateway wants its host keys")
    code, out, err = await playing
    assert code == 1
    assert "the demonstration broke off: gateway ended at once" in out
    assert "Not a directory" in out
    assert "check again with: gateway partner check" in out
    assert err.startswith("The logs and files of this run are in")
    assert demo.running() == []
