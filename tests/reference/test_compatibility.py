"""The comparison of schemas tells what breaks from what does not."""

import copy

import pytest

from tests.reference.compatibility import breaking_changes

TEXT = {"type": "string", "minLength": 1, "maxLength": 60}
SCHEMA = {
    "type": "object",
    "properties": {
        "number": dict(TEXT),
        "status": {"enum": ["open", "closed"], "type": "string"},
        "on": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}], "default": None},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
        "custom": {"anyOf": [{"type": "object", "additionalProperties": dict(TEXT)}, {"type": "null"}]},
    },
    "required": ["number"],
    "additionalProperties": False,
    "$defs": {
        "Line": {
            "type": "object",
            "properties": {
                "quantity": {"type": "string", "pattern": "^\\d+$"},
                "parts": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
            },
            "additionalProperties": False,
        }
    },
}


def changed(edit):
    after = copy.deepcopy(SCHEMA)
    edit(after["properties"], after["$defs"]["Line"]["properties"], after)
    return breaking_changes(SCHEMA, after)


def test_a_schema_does_not_break_itself():
    assert breaking_changes(SCHEMA, copy.deepcopy(SCHEMA)) == []


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda top, line, all_: top.pop("status"), "status: was removed"),
        (lambda top, line, all_: line.pop("quantity"), "lines[].quantity: was removed"),
        (lambda top, line, all_: all_["required"].append("status"), "status: became required"),
        (
            lambda top, line, all_: (top.update(plant=TEXT), all_["required"].append("plant")),
            "plant: is new and required",
        ),
        (lambda top, line, all_: top.update(number={"type": "integer"}), "number: was string, is integer"),
        (lambda top, line, all_: top["status"]["enum"].remove("open"), "status: no longer allowed: open"),
        (lambda top, line, all_: top["number"].update(enum=["1"]), "number: any value was allowed, now only 1"),
        (lambda top, line, all_: top["number"].update(maxLength=20), "number: maxLength was 60, is 20"),
        (lambda top, line, all_: top["number"].update(minLength=2), "number: minLength was 1, is 2"),
        (lambda top, line, all_: top["lines"].update(minItems=1), "lines: minItems was not set, is 1"),
        (lambda top, line, all_: top["on"]["anyOf"].pop(), "on: null was allowed and is not any more"),
        (
            lambda top, line, all_: top["on"]["anyOf"][0].update(format="date-time"),
            "on: string (date) was allowed and is not any more",
        ),
        (
            lambda top, line, all_: line["quantity"].update(pattern="^[1-9]$"),
            "lines[].quantity: its pattern was ^\\d+$, is ^[1-9]$",
        ),
        (
            lambda top, line, all_: top["custom"]["anyOf"][0].update(additionalProperties={**TEXT, "maxLength": 9}),
            "custom.*: maxLength was 60, is 9",
        ),
        (lambda top, line, all_: top.update(lines={"$ref": "#/$defs/Line"}), "lines: was array, is object"),
    ],
)
def test_what_breaks_is_named_with_its_place(edit, expected):
    assert changed(edit) == [expected]


def test_a_closed_object_breaks_those_who_added_to_an_open_one():
    opened = {**SCHEMA, "additionalProperties": True}
    assert breaking_changes(opened, SCHEMA) == ["the message: other properties were allowed and are not any more"]


def test_every_change_is_in_the_list():
    def edit(top, line, all_):
        top.pop("status")
        line.pop("quantity")
        all_["required"].append("on")

    assert changed(edit) == ["status: was removed", "on: became required", "lines[].quantity: was removed"]


@pytest.mark.parametrize(
    "edit",
    [
        lambda top, line, all_: top.update(plant=TEXT),
        lambda top, line, all_: line.update(note=TEXT),
        lambda top, line, all_: top["status"]["enum"].append("late"),
        lambda top, line, all_: top["number"].update(maxLength=90, minLength=0),
        lambda top, line, all_: all_.update(required=[]),
        lambda top, line, all_: all_.update(additionalProperties=True),
        lambda top, line, all_: top.update(status={"anyOf": [top["status"], {"type": "null"}]}),
        lambda top, line, all_: line["quantity"].pop("pattern"),
        lambda top, line, all_: top["number"].update(description="its number", title="Number"),
        lambda top, line, all_: top.update(number={}),
    ],
)
def test_what_only_widens_does_not_break(edit):
    assert changed(edit) == []
