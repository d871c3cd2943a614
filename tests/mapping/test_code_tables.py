"""The code tables of the base profiles: codes that the standard knows, and words that lead back to them."""

import re

from gateway.mapping.plan import Body, Each, Group, Pairs, Plan, Value
from gateway.mapping.tables import Table
from gateway.x12.standards.definition import Element
from tests.mapping.bodies import table_of
from tests.mapping.documents import SETS, base

VERSIONS = ("004010", "005010")


def uses(plan: Plan):
    """Yield each table with the element in which its codes stand."""
    done: set[int] = set()

    def walk(body: Body):
        if id(body) in done:
            return
        done.add(id(body))
        for item in body.items:
            if isinstance(item, Value) and item.writing is not None and item.writing.target.element is not None:
                yield table_of(item.readings[0].ways), item.writing.target.element
            elif isinstance(item, Pairs):
                positions = item.target.use.segment.positions
                kind = positions[item.target.elements.first - 1].kind
                yield table_of((item.read_kind,) if item.read_kind else ()), kind
            elif isinstance(item, Each | Group):
                yield from walk(item.body)

    for table, element in walk(plan.body):
        if table is not None and isinstance(element, Element):
            yield table, element


def all_uses() -> list[tuple[Table, Element]]:
    return [use for set_id in SETS for version in VERSIONS for use in uses(base(set_id, version).plan)]


def test_every_code_of_a_table_is_one_of_the_standard():
    known: dict[str, set[str]] = {}
    tables: dict[str, Table] = {}
    for table, element in all_uses():
        tables[table.name] = table
        if element.codes:
            known.setdefault(table.name, set()).update(element.codes)
    unknown = {name: sorted(set(tables[name]) - codes) for name, codes in known.items() if set(tables[name]) - codes}
    assert unknown == {}


def test_every_table_is_used_and_every_word_is_a_word():
    used = {table.name for table, _element in all_uses()}
    for set_id in SETS:
        for name, table in base(set_id).profile.tables.items():
            assert name in used
            for word in table.values():
                assert re.fullmatch(r"[a-z][a-z0-9_]*", word), f"{name}: {word}"


def test_a_word_is_written_as_a_code_that_means_it():
    for table, _element in all_uses():
        for word, code in table.back.items():
            assert table[code] == word


def test_a_code_without_a_word_stays_as_it_is_in_both_directions():
    table = Table({"EA": "each"}, name="unit")
    assert (table["Q7"], table.back["Q7"]) == ("Q7", "Q7")
    assert (table["EA"], table.back["each"]) == ("each", "EA")
    assert Table({"A": "same", "B": "same"}).back["same"] == "A"
