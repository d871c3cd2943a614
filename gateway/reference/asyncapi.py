"""AsyncAPI 3.0 of what goes to the broker and to webhooks, made from the table of event types."""

from __future__ import annotations

from typing import Any

import yaml

from gateway.tracking.cloudevent import MEDIA_TYPE, SCHEMA_VERSION, schema_id
from gateway.tracking.event_types import EVENT_TYPES, FIELDS, EventType
from gateway.trading.sinks import BrokerText

_TEXT = {"type": "string"}
# Attribute -> its schema and words; those that every event has come first.
_ATTRIBUTES: dict[str, tuple[dict[str, Any], str]] = {
    "specversion": ({"const": "1.0"}, "CloudEvents 1.0."),
    "id": (_TEXT, "The same for the same event wherever it comes from, and at each time; drop what came before."),
    "source": ({"type": "string", "format": "uri-reference"}, "Which gateway, as events.source in gateway.yaml says."),
    "subject": (_TEXT, "Id of the document, transmission or other record that it is about."),
    "time": ({"type": "string", "format": "date-time"}, "When it happened, in UTC."),
    "datacontenttype": ({"const": "application/json"}, "What data is."),
    "sequence": (
        {"type": "string", "pattern": "^[0-9]{19}$"},
        "Its place in the log; as a number it is the cursor for GET /api/v1/events?after=.",
    ),
    "partitionkey": (
        _TEXT,
        "Events with the same key stay in their order: partner and purchase order, or else the document.",
    ),
    "trackingid": ({"type": "string", "pattern": "^[0-9a-f]{32}$"}, "The trace under which logs know it."),
    "partner": (_TEXT, "The trading partner, where there is one."),
}
_OPTIONAL = {"partner"}


class _Plain(yaml.SafeDumper):
    """Writes what stands in two places twice: anchors are not read by every tool."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def asyncapi() -> bytes:
    """Return the document as YAML."""
    text = yaml.dump(document(), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)
    return f"# Made from the code by `make schemas`.\n{text}".encode()


def document() -> dict[str, Any]:
    """Return the document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "partner-gateway events",
            "version": f"{SCHEMA_VERSION}.0.0",
            "description": (
                "What happens to documents, as CloudEvents 1.0 in JSON. At least once: an event may come twice, under the same"
                " id. New types and new fields of data may be added without a new version. No event holds text of a document."
            ),
        },
        "defaultContentType": MEDIA_TYPE,
        "servers": {
            "nats": {
                "host": "127.0.0.1:4222",
                "pathname": "",
                "protocol": "nats",
                "description": "events.broker.url in gateway.yaml; the JetStream stream is GATEWAY.",
            },
            "rabbit": {
                "host": "127.0.0.1:5672",
                "pathname": "/",
                "protocol": "amqp",
                "protocolVersion": "0-9-1",
                "description": "events.broker.url in gateway.yaml; exchange and queue are made when they are not there.",
            },
        },
        "channels": _channels(),
        "operations": {
            "publish": _operation("events", "Publish each event once it is committed."),
            "tell": {
                **_operation("webhooks", "Tell webhooks of each event that they asked for."),
                "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
            },
        },
        "components": {
            "messages": {row.name: _message(row) for row in EVENT_TYPES.values()},
            "schemas": {"event": _event(), **{f"{row.name}.data": _data(row) for row in EVENT_TYPES.values()}},
        },
    }


def _channels() -> dict[str, Any]:
    names = {row.name: {"$ref": f"#/components/messages/{row.name}"} for row in EVENT_TYPES.values()}
    prefix, exchange = (BrokerText.model_fields[name].default for name in ("subject", "exchange"))
    return {
        "events": {
            "address": prefix + ".{partner}.{key}.{type}",
            "description": (
                "Subject of NATS, routing key of RabbitMQ. The header Nats-Msg-Id, or the message id of RabbitMQ, is the id of"
                " the event. A stream or queue holds them in the order of the log."
            ),
            "servers": [{"$ref": "#/servers/nats"}, {"$ref": "#/servers/rabbit"}],
            "bindings": {"amqp": {"is": "routingKey", "exchange": _exchange(exchange), "bindingVersion": "0.3.0"}},
            "parameters": {
                "partner": {"description": "The name of the partner, or - where there is none."},
                "key": {"description": "16 hex digits of the SHA-256 of partitionkey."},
                "type": {
                    "description": "The type; it has dots of its own, so ask for it with > (NATS) or # (RabbitMQ) at the end."
                },
            },
            "messages": names,
        },
        "webhooks": {
            "address": None,
            "description": "Each webhook of gateway.yaml gets what it asks for as POST, signed as Standard Webhooks say.",
            "messages": dict(names),
        },
    }


def _exchange(name: str) -> dict[str, Any]:
    return {"name": name, "type": "topic", "durable": True, "autoDelete": False}


def _operation(channel: str, summary: str) -> dict[str, Any]:
    return {"action": "send", "channel": {"$ref": f"#/channels/{channel}"}, "summary": summary}


def _message(row: EventType) -> dict[str, Any]:
    own = {
        "type": {"const": row.name},
        "dataschema": {"const": schema_id(row.name)},
        "data": {"$ref": f"#/components/schemas/{row.name}.data"},
    }
    return {
        "name": row.name,
        "title": row.name.replace(".", " ").replace("_", " ").capitalize(),
        "summary": row.words,
        "contentType": MEDIA_TYPE,
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/event"},
                {"type": "object", "properties": own, "required": list(own)},
            ]
        },
    }


def _event() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "The attributes that events of all types have.",
        "properties": {name: {**schema, "description": words} for name, (schema, words) in _ATTRIBUTES.items()},
        "required": [name for name in _ATTRIBUTES if name not in _OPTIONAL],
    }


def _data(row: EventType) -> dict[str, Any]:
    """Return the schema of a type's data; a field may be absent where there was nothing to say."""
    fields = {name: {**FIELDS[name][0], "description": FIELDS[name][1]} for name in sorted(row.data)}
    return {"$id": schema_id(row.name), "type": "object", "description": row.words, "properties": fields}
