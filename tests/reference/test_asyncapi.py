"""docs/asyncapi.yaml is AsyncAPI 3.0 by another program's models, and what the gateway writes is what it says."""

import json
import warnings
from datetime import UTC, datetime

import jsonschema
import pytest
import yaml
from referencing import Registry, Resource

from gateway.reference.asyncapi import asyncapi
from gateway.tracking.cloudevent import Numbered, to_json
from gateway.tracking.event import Event
from gateway.tracking.event_types import EVENT_TYPES, FIELDS

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema

DOCUMENT = yaml.safe_load(asyncapi())
EXAMPLES = {"string": "x", "integer": 1, "number": 1.5, "boolean": True, "object": {"1": "A"}, "array": ["x"]}


def references(part):
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from references(each)


def test_it_is_asyncapi_by_the_models_of_faststream():
    made = ApplicationSchema.model_validate(DOCUMENT)
    assert made.asyncapi == "3.0.0"
    assert set(made.channels) == {"events", "webhooks"}


def test_every_reference_leads_somewhere():
    found = set(references(DOCUMENT))
    assert len(found) > len(EVENT_TYPES)
    for each in found:
        place = DOCUMENT
        for step in each.removeprefix("#/").split("/"):
            place = place[step]


@pytest.mark.parametrize("kind", sorted(EVENT_TYPES))
def test_what_is_written_keeps_the_schema_of_its_type_and_of_no_other(kind):
    data = {name: EXAMPLES[FIELDS[name][0]["type"]] for name in EVENT_TYPES[kind].data} | {"detail": "no"}
    event = Event(kind, datetime(2026, 11, 21, tzinfo=UTC), "t1-1", "acme", "f" * 32, data)
    written = json.loads(to_json(Numbered(1, event, "PO-1"), "/gateway"))
    validator(kind).validate(written)
    assert set(written["data"]) == set(EVENT_TYPES[kind].data)
    other = next(each for each in EVENT_TYPES if each != kind)
    with pytest.raises(jsonschema.ValidationError):
        validator(other).validate(written)


def validator(kind):
    registry = Registry().with_resource("urn:document", Resource.opaque(DOCUMENT))
    payload = {"$ref": f"urn:document#/components/messages/{kind}/payload"}
    return jsonschema.Draft202012Validator(payload, registry=registry)


def test_every_type_is_a_message_with_words_of_its_own():
    assert set(DOCUMENT["components"]["messages"]) == set(EVENT_TYPES)
    words = [each["summary"] for each in DOCUMENT["components"]["messages"].values()]
    assert len(set(words)) == len(words)
