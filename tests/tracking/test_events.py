"""What leaves the house as an event is in a table, and nothing else does."""

import ast
import json
import re
from datetime import UTC, datetime

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.tracking.cloudevent import Numbered, to_cloudevent, to_json
from gateway.tracking.event import Event
from gateway.tracking.event_types import EVENT_TYPES, FIELDS, published
from tests.architecture.house import modules

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def event(kind="document.delivered", subject="t1-1", partner="acme", **data):
    return Event(kind, NOW, subject, partner, "f" * 32, data)


def _calls():
    """Yield where an event is noted: module, the node that says its type, and the names of its data."""
    for module in modules().values():
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id == "note_event":
                yield module, node.args[2], {each.arg for each in node.keywords if each.arg}
            if node.func.id == "Event" and module.room != "ledger" and not isinstance(node.args[0], ast.Name):
                given_data = node.args[5] if len(node.args) > 5 else None
                names = given_data.keys if isinstance(given_data, ast.Dict) else ()
                yield module, node.args[0], {each.value for each in names}


def _types_of(node):
    """Return the types that an expression may stand for: one, either of two, or all that a pattern finds."""
    if isinstance(node, ast.IfExp):
        return _types_of(node.body) | _types_of(node.orelse)
    if isinstance(node, ast.JoinedStr):
        pattern = "".join(
            re.escape(each.value) if isinstance(each, ast.Constant) else "[a-z_]+" for each in node.values
        )
        return {name for name in EVENT_TYPES if re.fullmatch(pattern, name)}
    return {node.value}


def test_every_type_that_is_written_anywhere_is_in_the_table_with_all_of_its_fields():
    found = list(_calls())
    assert len(found) > 40
    for module, kind, names in found:
        types = _types_of(kind)
        assert types, f"{module.name}: {ast.unparse(kind)} is no type of event"
        for each in types:
            assert each in EVENT_TYPES, f"{module.name} writes {each}; add it to gateway/tracking/event_types.py"
        known = set().union(*(EVENT_TYPES[each].data | EVENT_TYPES[each].inside for each in types))
        assert names <= known, f"{module.name} writes {names - known} in {types}; say whether it leaves the house"


def test_every_row_says_what_it_means_and_every_field_is_described():
    used = set()
    for row in EVENT_TYPES.values():
        assert row.words.endswith(".") and len(row.words) > 10
        assert row.data <= set(FIELDS), row.name
        assert not row.data & row.inside, row.name
        used |= row.data
    assert used == set(FIELDS), "no field is described that nobody writes"


def test_free_text_stays_inside():
    """These hold what a partner wrote, or values of documents."""
    for row in EVENT_TYPES.values():
        assert not row.data & {"detail", "reason", "reasons", "message", "words", "content", "body", "signer"}, row.name
    told = published(
        "case.opened", {"cause": "erp-rejected", "title": "The ERP refused", "detail": "price 12.50 of SECRET"}
    )
    assert told == {"cause": "erp-rejected", "title": "The ERP refused"}


@given(
    st.sampled_from([*EVENT_TYPES, "of.nobody"]),
    st.dictionaries(
        st.sampled_from([*FIELDS, "detail", "password"]),
        st.one_of(st.text(max_size=300), st.integers(), st.booleans(), st.none(), st.lists(st.text())),
    ),
)
def test_whatever_stands_in_an_event_only_described_fields_of_the_right_kind_leave(kind, data):
    told = published(kind, data)
    allowed = EVENT_TYPES[kind].data if kind in EVENT_TYPES else set()
    assert set(told) <= allowed
    for name, value in told.items():
        jsonschema.validate(value, FIELDS[name][0])
        assert value == data[name]


def test_an_event_is_a_cloudevent():
    made = json.loads(to_json(Numbered(42, event(erp="main", reference="SO-1", detail="no"), "PO-7"), "/gateway"))
    assert made.pop("id").startswith("42-")
    assert made == {
        "specversion": "1.0",
        "source": "/gateway",
        "type": "document.delivered",
        "subject": "t1-1",
        "time": "2026-11-21T08:00:00.000000Z",
        "datacontenttype": "application/json",
        "dataschema": "urn:partner-gateway:event:document.delivered:1",
        "sequence": "0000000000000000042",
        "partitionkey": "acme/PO-7",
        "trackingid": "f" * 32,
        "partner": "acme",
        "data": {"erp": "main", "reference": "SO-1"},
    }


def test_names_of_attributes_are_those_that_cloudevents_allows():
    for name in to_cloudevent(Numbered(1, event()), "/gateway"):
        assert re.fullmatch("[a-z0-9]{1,20}", name)
    assert "partner" not in to_cloudevent(Numbered(1, event(partner=None)), "/gateway")


def test_the_same_event_has_the_same_id_and_one_of_another_ledger_has_not():
    assert Numbered(1, event()).id == Numbered(1, event(), "PO-7").id
    other = event()
    other.at = NOW.replace(microsecond=1)
    assert len({Numbered(1, event()).id, Numbered(2, event()).id, Numbered(1, other).id}) == 3


@pytest.mark.parametrize(("order", "partner", "key"), [("PO-7", "acme", "acme/PO-7"), (None, None, "-/t1-1")])
def test_the_key_is_the_order_or_else_the_document(order, partner, key):
    assert Numbered(1, event(partner=partner), order).key == key
