"""The canonical models: exact money, nothing unknown, words for everything, and a schema that holds."""

import json
import subprocess
import sys
import typing
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError

from gateway.canonical.invoice import Invoice
from gateway.canonical.message import BY_SET, MESSAGE_TYPES, SCHEMA_VERSION, Header, Message, MessageType, Source
from gateway.canonical.money import AllowanceCharge
from gateway.canonical.purchase_order import PurchaseOrder
from gateway.canonical.ship_notice import ShipNotice
from gateway.canonical.values import Moment, Part, Quantity
from gateway.mapping.profile import RESERVED
from tests.conftest import ROOT
from tests.mapping.documents import base, body_of, judged

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=4)


def models() -> list[type[BaseModel]]:
    """Every canonical model, found by its base."""
    found: list[type[BaseModel]] = []
    waiting: list[type[BaseModel]] = [Part]
    while waiting:
        model = waiting.pop()
        found.append(model)
        waiting += model.__subclasses__()
    return sorted({model for model in found if model.__module__.startswith("gateway.")}, key=lambda each: each.__name__)


def header(row: MessageType) -> Header:
    return Header(
        message_id="m-1",
        type=row.name,
        direction="inbound",
        partner="supplier",
        correlation_id="c-1",
        created_at=datetime(2026, 11, 21, 8, 0, tzinfo=UTC),
        source=Source(standard="X12", set=row.set_id),
    )


def example(row: MessageType) -> Message:
    mapping = base(row.set_id)
    body = body_of(mapping, judged((ROOT / "mappings" / "base" / f"{row.set_id}.sample.edi").read_bytes()))
    return row.envelope(header=header(row), body=body)


rows = pytest.mark.parametrize("row", MESSAGE_TYPES.values(), ids=list(MESSAGE_TYPES))


# Numbers


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_no_canonical_field_is_a_float(model):
    def inside(annotation):
        yield annotation
        for part in typing.get_args(annotation):
            yield from inside(part)

    for name, info in model.model_fields.items():
        assert float not in list(inside(info.annotation)), name


@given(NUMBERS)
def test_a_number_travels_as_text_and_comes_back_exactly(number):
    quantity = Quantity(value=number, unit="each")
    data = json.loads(quantity.model_dump_json())
    assert isinstance(data["value"], str)
    assert "E" not in data["value"]
    assert Quantity.model_validate(data).value == number
    assert Quantity.model_validate_json(quantity.model_dump_json()) == quantity


def test_money_adds_up_to_the_cent():
    charges = [AllowanceCharge(type="charge", amount="0.10") for _ in range(3)]
    assert sum(charge.amount for charge in charges) == Decimal("0.30")


def test_a_json_number_counts_where_it_is_exact_and_is_refused_where_it_has_lost_digits():
    assert Quantity.model_validate_json('{"value": 12.5}').value == Decimal("12.5")
    assert Quantity.model_validate_json('{"value": 0.1}').value == Decimal("0.1")
    assert Quantity.model_validate_json('{"value": 12345678901234567890}').value == 12345678901234567890
    assert Quantity.model_validate_json('{"value": "12345678901234567.89"}').value == Decimal("12345678901234567.89")
    for lossy in ('{"value": 12345678901234567.89}', '{"value": 0.12345678901234567}'):
        with pytest.raises(ValidationError, match="can't hold so many digits; write it as text"):
            Quantity.model_validate_json(lossy)


@pytest.mark.parametrize("wrong", ["NaN", "Infinity", "", "ten", "1" * 31, None, True, [1]])
def test_what_is_no_number_is_refused(wrong):
    with pytest.raises(ValidationError):
        Quantity(value=wrong)


# Shape


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_model_says_what_it_is_and_takes_nothing_unknown(model):
    assert model.__doc__, "every model has a docstring"
    assert model.model_config["extra"] == "forbid"
    assert model.model_config["frozen"] is True
    # A profile could not name a field that is one of its own words.
    assert not RESERVED & set(model.model_fields)


def test_no_two_models_have_one_name():
    """The XML Schema knows them by their names alone."""
    names = [model.__name__ for model in models() if not model.__name__.startswith("_")]
    assert sorted(set(names)) == sorted(names)


def test_a_typing_mistake_is_refused_at_every_depth():
    good = {"order_number": "1", "lines": [{"quantity": {"value": "1"}}]}
    assert PurchaseOrder.model_validate(good).lines[0].quantity.value == 1
    for path, wrong in (
        (("ordernumber",), {**good, "ordernumber": "2"}),
        (("lines", 0, "qty"), {**good, "lines": [{"qty": 1}]}),
        (("lines", 0, "quantity", "units"), {**good, "lines": [{"quantity": {"value": "1", "units": "each"}}]}),
    ):
        with pytest.raises(ValidationError) as caught:
            PurchaseOrder.model_validate(wrong)
        assert [error["loc"] for error in caught.value.errors()] == [path]


def test_a_message_can_not_be_changed_behind_anybodys_back():
    order = PurchaseOrder(order_number="1")
    with pytest.raises(ValidationError):
        order.order_number = "2"
    assert isinstance(PurchaseOrder(order_number="1", lines=[{"number": "1"}]).lines, tuple)


@pytest.mark.parametrize(
    ("model", "missing"), [(PurchaseOrder, "order_number"), (ShipNotice, "shipment_number"), (Invoice, "totals")]
)
def test_a_document_without_its_number_or_sum_is_none(model, missing):
    with pytest.raises(ValidationError) as caught:
        model.model_validate({"invoice_number": "1"} if model is Invoice else {})
    assert (missing,) in [error["loc"] for error in caught.value.errors()]


def test_a_time_is_one_of_the_clock():
    assert Moment(time="23:59:59.99").time == "23:59:59.99"
    for wrong in ("24:00", "12:60", "1200", "12:00:00.123"):
        with pytest.raises(ValidationError):
            Moment(time=wrong)


# Messages


@rows
def test_a_message_comes_through_json_as_it_was(row):
    message = example(row)
    again = row.envelope.model_validate_json(message.model_dump_json())
    assert again == message
    short = row.envelope.model_validate_json(message.model_dump_json(exclude_unset=True, exclude_none=True))
    assert short.body == message.body


@rows
def test_the_header_says_who_what_and_in_which_version(row):
    message = example(row)
    assert message.header.schema_version == SCHEMA_VERSION
    assert message.header.test is False
    assert BY_SET[row.set_id] is row
    with pytest.raises(ValidationError):
        Header.model_validate(message.header.model_dump() | {"priority": 1})
    for name in ("message_id", "type", "direction", "partner", "correlation_id", "created_at"):
        data = message.header.model_dump()
        del data[name]
        with pytest.raises(ValidationError):
            Header.model_validate(data)


@rows
def test_the_schema_takes_examples_and_refuses_what_is_wrong(row):
    schema = row.json_schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    data = json.loads(example(row).model_dump_json())
    validator.validate(data)
    validator.validate(json.loads(example(row).model_dump_json(exclude_unset=True, exclude_none=True)))
    number = row.number
    for body in ({**data["body"], "nothing": 1}, {**data["body"], number: 5}, {}):
        assert not validator.is_valid({**data, "body": body})
    assert not validator.is_valid({"body": data["body"]})


@rows
def test_the_schema_has_a_title_and_words_for_every_part_of_it(row):
    schema = row.json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    for name, part in schema["$defs"].items():
        assert part["title"], name
        assert part["description"], name
        assert part["additionalProperties"] is False or part["type"] != "object", name


def test_numbers_are_texts_in_the_schema():
    quantity = BY_SET["850"].json_schema()["$defs"]["Quantity"]["properties"]["value"]
    assert quantity["type"] == "string"


# What a document is about


def test_the_orders_of_a_ship_notice_are_found_on_every_level_once():
    notice = ShipNotice.model_validate(
        {
            "shipment_number": "S",
            "shipments": [
                {
                    "orders": [{"order_number": "A", "packages": [{"kind": "pack", "items": [{"order_number": "B"}]}]}],
                    "items": [{"order_number": "A"}],
                }
            ],
            "items": [{"order_number": "C"}],
        }
    )
    row = MESSAGE_TYPES["ship_notice"]
    assert row.order_numbers(notice) == ["A", "B", "C"]
    assert row.document_number(notice) == "S"


def test_orders_that_items_and_references_name_are_found_too():
    notice = ShipNotice.model_validate(
        {
            "shipment_number": "S",
            "shipments": [
                {
                    "references": [{"kind": "bill_of_lading", "value": "1"}, {"kind": "purchase_order", "value": "A"}],
                    "items": [{"item_ids": [{"kind": "buyer_part", "value": "2"}, {"kind": "order", "value": "B"}]}],
                }
            ],
        }
    )
    assert MESSAGE_TYPES["ship_notice"].order_numbers(notice) == ["A", "B"]


def test_the_order_of_every_other_document_is_its_field_and_stands_on_its_lines_where_that_is_empty():
    row = MESSAGE_TYPES["invoice"]
    invoiced = Invoice.model_validate({"invoice_number": "I", "totals": {"total": "1"}})
    assert row.order_numbers(invoiced) == []
    named = {"references": [{"kind": "purchase_order", "value": "PO2"}]}
    invoiced = Invoice.model_validate({"invoice_number": "I", "totals": {"total": "1"}, "lines": [named]})
    assert row.order_numbers(invoiced) == ["PO2"]
    assert row.order_numbers(invoiced.model_copy(update={"order_number": "PO1"})) == ["PO1"]
    assert MESSAGE_TYPES["purchase_order"].defaults == {"purpose": "original", "order_type": "stand_alone"}


def test_a_program_of_several_threads_has_every_model_complete_from_the_start():
    words = "from gateway.canonical import message, values; values.Part.complete(); print(message.Invoice.__pydantic_complete__)"
    told = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True
    )
    assert told.stdout == "True\n"
    Part.complete()
    assert all(model.__pydantic_complete__ for model in every_part(Part))


def every_part(part):
    for model in part.__subclasses__():
        yield model
        yield from every_part(model)
