"""Canonical messages at random, from the models themselves: whatever a model can hold, some message here holds.

Drawn by a seed, because a strategy for each of the many fields of an order would cost more than what is tested.
"""

import datetime as dt
import random
import typing
from decimal import Decimal

from pydantic import BaseModel

from gateway.canonical.message import MESSAGE_TYPES, Header
from gateway.erp.xml import inner_of
from gateway.pipeline.inbound.translate import message_bytes

# What XML 1.0 can carry, and among it what is easily lost: blanks, markup, line ends, what lies beyond the BMP.
_CHARACTERS = "abcXYZ019 &<>'\"\t\n\r\x85\u2028é漢😀]-;#"
_NUMBERS = ["0", "-1", "0.10", "1E+3", "123456789012345678.123456789", "0.000000001", "12.5"]
_DAY = dt.date(1999, 12, 31)


def message(name: str, seed: int) -> tuple[bytes, BaseModel]:
    """Return a whole message of a type as JSON, with the body that is in it."""
    chance = random.Random(seed)
    share = chance.choice((0.02, 0.2, 0.5, 0.9))  # Of the optional fields; full ones are the rule near the root only.
    header = _model(Header, chance, share, 1).model_copy(update={"type": name})
    body = _model(MESSAGE_TYPES[name].model, chance, share, 5)
    return message_bytes(header, body), body


def _model(kind: type[BaseModel], chance: random.Random, share: float, depth: int) -> BaseModel:
    values = {}
    # A model that asks for one of several fields says so in its schema.
    choices = (kind.model_config.get("json_schema_extra") or {}).get("anyOf") or [{"required": []}]
    wanted = chance.choice(choices)["required"]
    for name, info in kind.model_fields.items():
        inner, many = inner_of(info.annotation)
        nested = isinstance(inner, type) and issubclass(inner, BaseModel)
        if not info.is_required() and name not in wanted and (chance.random() >= share or (nested and depth == 0)):
            continue
        count = chance.randint(1, 2) if many else 1
        made = [
            _model(inner, chance, share / 3, max(0, depth - 1)) if nested else _value(name, inner, chance)
            for _ in range(count)
        ]
        values[name] = tuple(made) if many else made[0]
    return kind.model_validate(values)


def _value(name: str, inner: typing.Any, chance: random.Random) -> typing.Any:
    if typing.get_origin(inner) is dict:
        return {_text(chance): _text(chance) for _ in range(chance.randint(1, 3))}
    if inner is str and (name == "time" or name.endswith(("_time", "_at"))):
        return chance.choice(["00:00", "23:59:59", "09:15:00.5"])
    if inner is str:
        return _text(chance)
    plain = {
        int: chance.randint(0, 999),
        bool: chance.random() < 0.5,
        Decimal: Decimal(chance.choice(_NUMBERS)),
        dt.date: _DAY + dt.timedelta(days=chance.randint(0, 9999)),
        dt.datetime: dt.datetime(2026, 11, 21, 8, 0, chance.randint(0, 59), chance.randint(0, 999_999), dt.UTC),
    }
    return plain[inner]


def _text(chance: random.Random) -> str:
    return "".join(chance.choices(_CHARACTERS, k=chance.randint(1, 12)))
