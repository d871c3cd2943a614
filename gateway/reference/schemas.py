"""JSON Schemas 2020-12 of canonical messages and of the files that people edit, and the XML schema.

The schemas of files are for editors: they complete keys and show what each one means. The loaders know more than a schema can
say, so `gateway partner check` has the last word.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import CoreSchema

from gateway.canonical.message import MESSAGE_TYPES
from gateway.erp.xml_schema import make_xsd
from gateway.reference.profile_schema import profile_schema
from gateway.settings import GatewayText
from gateway.trading.partner import OwnText, PartnerText
from gateway.x12.guide import GuideText

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# File of the schema -> its model and its title.
FILES: dict[str, tuple[type[BaseModel], str]] = {
    "gateway": (GatewayText, "gateway.yaml: ERPs, keys and bounds"),
    "own": (OwnText, "partners/own.yaml: who we are"),
    "partner": (PartnerText, "partners/NAME.yaml: a trading partner"),
    "guide": (GuideText, "mappings/PARTNER/SET.guide.yaml: what a partner may write"),
}


class _ForPeople(GenerateJsonSchema):
    """Writes durations as people do."""

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, timedelta):
            return f"{int(dft.total_seconds())}s" if dft.seconds or not dft.days else f"{dft.days}d"
        return super().encode_default(dft)

    def generate(self, schema: CoreSchema, mode: JsonSchemaMode = "validation") -> JsonSchemaValue:
        return {"$schema": DIALECT, **super().generate(schema, mode)}


def message_schemas() -> dict[str, bytes]:
    """Return the schema of each canonical message: name -> JSON."""
    return {name: _json({**row.json_schema(), "title": row.title.capitalize()}) for name, row in MESSAGE_TYPES.items()}


def file_schemas() -> dict[str, bytes]:
    """Return the schema of each kind of file that people edit: name -> JSON."""
    found = {name: file_schema(model, title) for name, (model, title) in FILES.items()}
    found["profile"] = {"$schema": DIALECT, **profile_schema()}
    return {name: _json(schema) for name, schema in found.items()}


def file_schema(model: type[BaseModel], title: str) -> dict[str, Any]:
    """Return the schema of a file: what may be left out is said by leaving it out, not by null."""
    schema: dict[str, Any] = _plain(model.model_json_schema(schema_generator=_ForPeople))
    for each in (schema, *schema.get("$defs", {}).values()):
        for name, inner in each.get("properties", {}).items():
            inner["title"] = name.replace("_", " ").capitalize()
    return {**schema, "title": title}


def xml_schema() -> bytes:
    """Return the XML schema of the canonical messages."""
    return make_xsd()


def _plain(node: Any) -> Any:
    """Take ``null`` and the defaults that only say ``nothing`` out of a schema."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: _plain(value) for key, value in node.items() if not (key == "default" and value in (None, [], {}))}
    choices = made.get("anyOf")
    if isinstance(choices, list) and {"type": "null"} in choices:
        left = [choice for choice in choices if choice != {"type": "null"}]
        del made["anyOf"]
        made = {**(left[0] if len(left) == 1 else {"anyOf": left}), **made}
    return made


def _json(schema: dict[str, Any]) -> bytes:
    return (json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode()
