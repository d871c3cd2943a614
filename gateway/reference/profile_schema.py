"""The JSON Schema of a mapping profile. The profile language has a reader of its own, so its schema is written here."""

from __future__ import annotations

from typing import Any

from gateway.canonical.message import MESSAGE_TYPES
from gateway.mapping.functions import FUNCTIONS, SPECIAL
from gateway.mapping.profile import RESERVED


def _text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": words, **more}


def _texts(words: str) -> dict[str, Any]:
    """One name or a list of names."""
    item = {"type": "string", "minLength": 1}
    return {"description": words, "anyOf": [item, {"type": "array", "items": item}]}


def _named(words: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "description": words, "additionalProperties": value}


def profile_schema() -> dict[str, Any]:
    """Return the schema of a file in mappings/ that is no guide: a profile, or blocks and tables that profiles share."""
    code = {"type": ["string", "null"], "description": "The canonical word; null deletes a row of the base."}
    return {
        "title": "mappings/PARTNER/SET.yaml: how a document maps",
        "description": "A profile maps an X12 set to a canonical message and back, line by line.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "profile": _text("Its name, that of the file: acme/856.", pattern="^[^\\s/]+/[^\\s]+$"),
            "title": _text("One line for people."),
            "extends": _texts(
                "The profile that this one is laid over, such as base/856; null deletes what stands there."
            ),
            "with": _texts("Files whose blocks and tables are used, such as base/codes."),
            "set": _text("The X12 set, such as 856.", pattern="^\\d{3}$"),
            "version": _text("The version that it is written for, such as 004010.", pattern="^\\d{6}"),
            "message": _text("The canonical message.", enum=list(MESSAGE_TYPES)),
            "fields": {"$ref": "#/$defs/fields"},
            "constants": _named("Path -> value that is written there and not read.", {"type": ["string", "null"]}),
            "check": _named(
                "Path -> what it counts: compared when read, filled in when written.", {"type": ["string", "null"]}
            ),
            "blocks": _named("Fields that are used in several places.", {"$ref": "#/$defs/block"}),
            "tables": _named("Code tables, read both ways: table -> code -> word.", _named("Code -> word.", code)),
        },
        "$defs": {
            "fields": _fields(),
            "block": _block(),
            "field": _field(),
            "structure": _structure(),
            "value": _value(),
        },
    }


def _fields() -> dict[str, Any]:
    return _named("Canonical field -> where it stands. A name with [] behind it is a list.", {"$ref": "#/$defs/field"})


def _block() -> dict[str, Any]:
    include = _texts("Blocks that this one begins with.")
    return {
        **_fields(),
        "properties": {"include": include},
        "description": "Fields, and the block that they begin with.",
    }


def _field() -> dict[str, Any]:
    """A path with functions behind it, a structure, a value with two ways, or fields that stand in the same place."""
    functions = ", ".join([*FUNCTIONS, *SPECIAL])
    return {
        "description": "Where the field stands.",
        "anyOf": [
            _text(f"A path, and functions behind bars: BEG05 | date. Functions: {functions}."),
            {"type": "null", "description": "Delete the field of the base."},
            {"$ref": "#/$defs/structure"},
            {"$ref": "#/$defs/value"},
            {"$ref": "#/$defs/fields", "propertyNames": {"not": {"enum": sorted(RESERVED)}}},
            {
                "type": "array",
                "items": {"$ref": "#/$defs/fields"},
                "description": "The entries of a list, each with its own places.",
            },
        ],
    }


def _structure() -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "description": "A field with fields below it.",
        "properties": {
            "each": _text("A segment or loop; the list has an entry for each: HL[03=O]."),
            "use": _text("A block whose fields it has."),
            "fields": {"$ref": "#/$defs/fields"},
        },
        "anyOf": [{"required": ["use"]}, {"required": ["fields"]}],
    }


def _value() -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "description": "A value whose two directions differ.",
        "properties": {
            "read": _text("From where it is read."),
            "write": _text("Where it is written; without it, it is not."),
            "when": _text("A condition under which it is read: BEG02 = RO."),
        },
        "anyOf": [{"required": ["read"]}, {"required": ["write"]}],
    }
