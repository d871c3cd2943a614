"""What orders add up to: after whatever has become of them, the sums are those over all of them, folded or not."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from alembic import command
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gateway.ledger import tables
from gateway.ledger.engine import make_engine
from gateway.ledger.figures import SqlFigures
from gateway.ledger.migrate import _config, upgrade
from gateway.ledger.opening import open_ledger
from gateway.ledger.order_totals import AT_ONCE, TotalsFolder
from gateway.pipeline.figure_views import FigureQuery
from gateway.tracking.order import Order, OrderLine
from gateway.tracking.order_totals import OrderTotal, combine, totals_of
from gateway.tracking.thread.states import LineState
from tests.ledger.conftest import NOW
from tests.ledger.plain_figures import assert_they_are_the_plain_sums, read_all
from tests.ledger.test_order_views import line, order

BEFORE = "0020"  # The version before there was anything of this.
TODAY = NOW.date()
QUERY = FigureQuery(NOW, NOW - timedelta(days=4), NOW)
DAYS = st.none() | st.integers(-6, 3).map(lambda days: TODAY + timedelta(days=days))
AMOUNTS = st.sampled_from([Decimal(each) for each in ("0", "3", "7.5", "10", "12", "1e12")])
LINES = st.fixed_dictionaries({
    "state": st.sampled_from(LineState), "plant": st.sampled_from([None, "P1"]), "price": st.none() | AMOUNTS,
    **{f"{each}_on": DAYS for each in ("wanted", "promised", "shipped", "received")},
    **dict.fromkeys(("ordered", "promised", "shipped", "received", "rejected"), AMOUNTS),
})  # fmt: skip
HEADS = st.fixed_dictionaries({
    "plant": st.sampled_from([None, "P1", "P2"]), "currency": st.sampled_from([None, "EUR", "USD"]), "need_by": DAYS,
    "verdict": st.sampled_from(["clean", "noted", "outside"]), "awaits_acknowledgment": st.booleans(),
})  # fmt: skip
# Which of six orders becomes what; some changes later what is there is folded.
CHANGES = st.lists(
    st.tuples(st.integers(0, 5), HEADS, st.lists(LINES, min_size=1, max_size=3), st.booleans()), max_size=12
)


def shaped(number, head, lines):
    """One of six orders: of two suppliers, one of them also a customer."""
    partner, role = (("acme", "buyer"), ("maple", "buyer"), ("acme", "seller"))[number % 3]
    made = order(number, partner, id=f"{partner}:{role}:PO{number}", role=role, **head)
    return made, [line(made, str(place), **each) for place, each in enumerate(lines, start=1)]


@given(CHANGES)
def test_the_sum_of_all_differences_is_the_sum_over_all_orders(changes):
    standing, added = {}, []
    for number, head, lines, folds in changes:
        before, now = standing.get(number), shaped(number, head, lines)
        added += combine(totals_of(*now), totals_of(*before) if before else ())
        standing[number] = now
        if folds:
            added = combine(added)
    expected = combine(each for now in standing.values() for each in totals_of(*now))
    assert sorted(combine(added), key=key) == sorted(expected, key=key)


def key(total):
    return str(total.key)


@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(CHANGES)
async def test_figures_are_the_plain_sums_before_and_after_folding(ledger_file, changes):
    engine = make_engine(ledger_file)
    with engine.begin() as connection:
        for table in (tables.orders, tables.order_lines, tables.order_totals):
            connection.execute(table.delete())
    database = open_ledger(engine)
    try:
        await play(database, changes)
    finally:
        await database.close()


@pytest.fixture
def ledger_file(sqlite_url):
    engine = make_engine(sqlite_url)
    upgrade(engine)
    engine.dispose()
    return sqlite_url


async def test_figures_are_the_plain_sums_on_each_database(database):
    lines = {
        "state": LineState.ACCEPTED,
        "wanted_on": TODAY - timedelta(days=2),
        "ordered": Decimal(10),
        "price": Decimal("2.5"),
    }
    late = {
        "need_by": TODAY - timedelta(days=2),
        "currency": "EUR",
        "verdict": "outside",
        "awaits_acknowledgment": True,
    }
    half = lines | {"received": Decimal(5), "promised": Decimal(10), "promised_on": TODAY - timedelta(days=1)}
    changes = [(0, late, [lines, half], False), (1, late, [half], False), (0, late | {"plant": "P1"}, [half], True)]
    assert await play(database, [*changes, (1, late | {"verdict": "clean"}, [lines], True)]) == 5


async def play(database, changes):
    """Let orders become what they become as the pipeline writes it; compare the figures each time; return what was to be seen."""
    standing, seen = {}, 0
    for number, head, lines, folds in changes:
        before, now = standing.get(number), shaped(number, head, lines)
        known = {each.id: each for each in before[1]} if before else {}
        now = now[0], now[1] + [each for name, each in known.items() if name not in {line.id for line in now[1]}]
        standing[number] = now

        def write(uow, before=before, now=now, known=known):
            if before is None:
                uow.add(now[0])
            else:
                uow.change(Order, now[0].id, **fields_of(now[0]))
            for each in now[1]:
                if each.id in known:
                    uow.change(OrderLine, each.id, **fields_of(each))
                else:
                    uow.add(each)
            for total in combine(totals_of(*now), totals_of(*before) if before else ()):
                uow.add(total)

        await database.tx(write)
        figures = SqlFigures(database)
        if folds or number == changes[-1][0]:
            seen = await assert_they_are_the_plain_sums(database, figures, QUERY)
        if folds:
            await TotalsFolder(database).fold()
            assert await assert_they_are_the_plain_sums(database, figures, QUERY) == seen
    return seen


def fields_of(record):
    names = type(record).__slots__
    return {name: getattr(record, name) for name in names if name != "id"}


async def test_an_older_ledger_is_added_up_when_it_is_brought_up_to_date(database):
    day = TODAY - timedelta(days=2)
    late = {"state": "accepted", "wanted_on": day, "ordered": Decimal(10), "price": Decimal("2.50"), "promised_on": day}
    made = [order(n, need_by=day, awaits_acknowledgment=n == 2, verdict="outside", currency="EUR") for n in (1, 2)]
    lines = [line(made[0], "1", **late), line(made[1], "1", **late, promised=Decimal(4)), line(made[1], "2", **late)]
    await database.tx(lambda uow: [uow.add(each) for each in (*made, *lines)])
    with database.engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, BEFORE)
    upgrade(database.engine)
    expected = combine(
        total for each in made for total in totals_of(each, [row for row in lines if row.order_id == each.id])
    )
    found = await read_all(database, OrderTotal)
    assert found and all(each.folded for each in found)
    assert sorted((replace(each, folded=False) for each in found), key=key) == sorted(expected, key=key)
    assert await assert_they_are_the_plain_sums(database, SqlFigures(database), QUERY) == 4


async def test_folding_leaves_one_row_a_key_and_nothing_of_what_is_over(database):
    of = order(1, need_by=TODAY, awaits_acknowledgment=True)
    [standing, dated] = totals_of(of, [])
    gone = replace(dated, partner="maple")
    away = combine((), [gone])
    rows = [OrderTotal(**{name: getattr(dated, name) for name in OrderTotal.__slots__}) for _ in range(AT_ONCE + 7)]
    for each in rows:
        await database.tx(lambda uow, each=each: uow.add(replace(each)))
        break
    await database.tx(lambda uow: uow.write_totals([*rows, standing, gone, *away], folded=False))
    folder = TotalsFolder(database)
    assert await folder.fold() == AT_ONCE + 11
    found = await read_all(database, OrderTotal)
    assert sorted((each.partner, each.day, each.late, each.awaiting, each.folded) for each in found if each.day) == [
        ("acme", TODAY, AT_ONCE + 8, 0, True)
    ]
    assert [each.awaiting for each in found if each.day is None] == [1]
    assert await folder.fold() == 0
