"""`gateway scorecard`: a table for people, a line for each supplier for programs, and the names there are for a wrong one."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from gateway.tracking.promise import Promise
from gateway.tracking.scorecard import MEASURES
from tests.cli.test_ledger import command
from tests.cli.test_orders import kept
from tests.support.house import customer, supplier, write_config

NOW, DAY = datetime(2020, 11, 21, 9, tzinfo=UTC), timedelta(days=1)
PERIOD = ("--since", f"{NOW - 7 * DAY:%Y-%m-%d}", "--until", f"{NOW:%Y-%m-%dT%H:%M:%S}")


def promise(number, settled_at):
    due = NOW - 3 * DAY
    return Promise(f"d{number}:855", "d", "supplier", "855", "partner", "kept", due, due, "t", settled_at=settled_at)


@pytest.fixture
async def traded(tmp_path):
    """Two answers in time and one that was not, with one of two suppliers."""
    await kept(tmp_path, promise(1, NOW - 4 * DAY), promise(2, NOW - 3 * DAY), promise(3, NOW - 2 * DAY))
    other = supplier(partner="maple", identities=[{"qualifier": "ZZ", "id": "MAPLE"}], api_keys=[])
    write_config(tmp_path / "config", "http://127.0.0.1:1", supplier(), other, customer())
    return tmp_path


async def test_a_supplier_has_a_table_and_what_has_nothing_to_count_is_empty(traded):
    shown = await command(traded, "scorecard", "supplier", *PERIOD)
    assert (shown.code, shown.err) == (0, "")
    assert shown.lines[0].startswith(f"supplier, {NOW - 7 * DAY:%Y-%m-%d} 00:00 to ")
    cells = [[cell.strip() for cell in each.strip("│").split("│")] for each in shown.lines if each.startswith("│")]
    assert cells[0] == ["On-time acknowledgment", "66.67 %", "2", "3"]
    assert [row[0] for row in cells] == [row.title for row in MEASURES.values()]
    assert all(row[1:] == ["", "", "0"] for row in cells[1:])


async def test_programs_get_a_line_for_each_supplier(traded):
    found = [json.loads(each) for each in (await command(traded, "scorecard", *PERIOD, "--json")).lines]
    assert [each["partner"] for each in found] == ["maple", "supplier"], "a customer is none"
    scores = {each["partner"]: {score["name"]: score for score in each["scores"]} for each in found}
    assert set(scores["supplier"]) == set(MEASURES)
    answered = scores["supplier"]["on_time_acknowledgment"]
    assert (answered["percent"], answered["achieved"], answered["counted"], answered["complete"]) == (66.67, 2, 3, True)
    assert scores["maple"]["on_time_acknowledgment"]["percent"] is None
    assert answered["definition"] == MEASURES["on_time_acknowledgment"].words


async def test_a_wrong_name_or_period_is_refused_with_what_to_do(traded):
    unknown = await command(traded, "scorecard", "customer")
    assert (unknown.code, unknown.err) == (2, "There is no supplier customer. There are: maple, supplier.\n")
    turned = await command(traded, "scorecard", "--since", "2026-11-02", "--until", "2026-11-01")
    assert (turned.code, turned.err) == (2, "--since is after --until. Let the period begin before it ends.\n")
