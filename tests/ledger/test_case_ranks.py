"""The worst open cases are found by an index, however many are open, and are those that judging every one of them gives."""

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from gateway.ledger import case_views
from gateway.ledger.case_ranks import CaseRanker
from gateway.ledger.case_views import SqlCaseViews, candidate_queries
from gateway.pipeline.case_ports import CaseQuery
from gateway.tracking.case import Case
from gateway.tracking.order import OrderLine
from tests.ledger.conftest import NOW
from tests.ledger.test_order_views import line, order

TODAY, EVERY = NOW.date(), CaseQuery()


def case(number, of, opened_at=NOW, owner="partner"):
    words = ("title", "detail", "next")
    return Case(f"{of.id}:cause{number}", of.id, of.partner, f"cause{number}", owner, *words, opened_at, "t")


def wanted_in(days, number, partner="acme"):
    """An order with one line that is wanted then, and a case about it."""
    of = order(number, partner, state="accepted")
    about = {"wanted_on": TODAY + timedelta(days=days), "ordered": Decimal(10), "price": Decimal(number)}
    return of, line(of, "1", **about), case(number, of, owner="data" if number % 2 else "partner")


async def store(database, *records):
    await database.tx(lambda uow: [uow.add(each) for each in records])


@pytest.fixture
def many(monkeypatch):
    """As if four open cases were too many to judge each at every look, and two more than shown were enough to look at."""
    monkeypatch.setattr(case_views, "EXACT", 4)
    monkeypatch.setattr(case_views, "_BESIDE", 2)


async def worst(database, limit=3, query=EVERY):
    found = await SqlCaseViews(database).ranked(query, limit, TODAY)
    scores = [each.risk.score for each in found]
    assert scores == sorted(scores, reverse=True)
    return [int(each.case.cause.removeprefix("cause")) for each in found]


async def ranked_plainly(database, monkeypatch, limit=3, query=EVERY):
    """The same where each open case is judged."""
    with monkeypatch.context() as patch:
        patch.setattr(case_views, "EXACT", 1000)
        return await worst(database, limit, query)


async def test_the_worst_are_the_same_as_when_each_case_is_judged(database, many, monkeypatch):
    made = [wanted_in((7 * number) % 40 - 4, number) for number in range(1, 30)]
    await store(database, *(each for parts in made for each in parts))
    ranker = CaseRanker(database, lambda: NOW)
    assert await ranker.rank() == 29
    for query in (EVERY, CaseQuery(owner="data"), CaseQuery(partner="acme"), CaseQuery(cause="cause7")):
        assert await worst(database, query=query) == await ranked_plainly(database, monkeypatch, query=query)
    assert await ranker.rank() == 0, "nothing has moved"


async def test_what_was_opened_since_and_what_has_moved_finds_its_place(database, many, monkeypatch):
    made = [wanted_in(5 + number, number) for number in range(1, 12)]
    await store(database, *(each for parts in made for each in parts))
    ranker = CaseRanker(database, lambda: NOW)
    await ranker.rank()
    assert await worst(database) == await ranked_plainly(database, monkeypatch) == [1, 2, 3]
    await store(database, *wanted_in(-1, 40))
    assert (await worst(database))[0] == 40, "nobody has ranked it, and it is the worst"
    late = made[10][1]
    await database.tx(lambda uow: uow.change(OrderLine, late.id, wanted_on=TODAY - timedelta(days=3)))
    assert await ranker.rank() == 2
    assert (await worst(database))[:2] == await ranked_plainly(database, monkeypatch, 2)
    assert 11 in await worst(database)


async def test_a_case_that_was_closed_is_in_no_list_of_the_worst(database, many):
    made = [wanted_in(number, number) for number in range(1, 10)]
    await store(database, *(each for parts in made for each in parts))
    await CaseRanker(database, lambda: NOW).rank()
    await database.tx(lambda uow: uow.change(Case, made[0][2].id, closed_at=NOW))
    assert await worst(database) == [2, 3, 4]


async def test_the_worst_are_read_off_an_index_and_nothing_is_sorted(on_sqlite):
    for statement in candidate_queries(EVERY, 100):
        sql = str(statement.compile(on_sqlite.engine, compile_kwargs={"literal_binds": True}))
        plan = await on_sqlite.read(
            lambda connection, sql=sql: connection.exec_driver_sql(f"explain query plan {sql}").all()
        )
        steps = [row[3] for row in plan]
        assert len(steps) == 1 and "SEARCH cases USING INDEX ix_cases_open_rank (closed_at=? AND rank" in steps[0], (
            steps
        )


async def test_where_few_are_open_nothing_is_ranked(database):
    await store(database, *(each for number in (1, 2) for each in wanted_in(number, number)))
    assert not await database.read(CaseRanker._many)
    rows = await database.read(lambda connection: connection.execute(sa.text("select rank from cases")).all())
    assert [row[0] for row in rows] == [None, None]
    assert await worst(database) == [1, 2]
