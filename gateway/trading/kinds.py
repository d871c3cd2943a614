"""The kinds of text that settings and partner files hold, each with words for whoever writes it wrong.

A secret that stands in plain where a reference is asked is refused, and never repeated in the message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, StringConstraints
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from gateway.located import HIDDEN

# What the name of a file that we write or send may hold, each in braces.
NAME_PARTS = ("set", "control_number", "id", "timestamp", "partner")


@dataclass(frozen=True, slots=True)
class Shape:
    """A pattern that a text fulfils as a whole, and what is said when it does not. ``hidden``: its value is not shown."""

    pattern: str
    reason: str
    advice: str
    hidden: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "pattern": f"^{self.pattern}$"}

    def _check(self, text: str) -> str:
        if re.fullmatch(self.pattern, text) is None:
            kind = HIDDEN if self.hidden else "shape"
            raise PydanticCustomError(kind, "{words}", {"words": f"{self.reason}; {self.advice}"})
        return text


Name = Annotated[
    str,
    Shape(
        r"[a-z0-9][a-z0-9_-]{0,40}",
        "a name has small letters, digits, - and _ only",
        "write it such as acme or plant-2",
    ),
]
Vault = Annotated[
    str,
    Shape(
        r"(?![a-z0-9+]+:/).*|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*)?",
        "a vault is a folder, or s3:// with the name of a bucket and a prefix",
        "write it such as s3://acme-gateway/vault",
    ),
]
SetId = Annotated[str, Shape(r"\d{3}", "a transaction set is three digits", 'write it such as "850"')]
PromiseName = Annotated[
    str,
    Shape(
        r"\d{3}|TA1|acknowledgment|confirmation",
        "what is promised is a transaction set, TA1, acknowledgment or confirmation",
        'write it such as "855"',
    ),
]
Version = Annotated[str, Shape(r"\d{6}.*", "a version is six digits, as in GS08", 'write it such as "004010"')]
RoomName = Annotated[
    str, Shape(r"[^\s/]+/[^\s]+", "guides and profiles are named by folder and name", "write it such as acme/856")
]
Qualifier = Annotated[
    str, Shape(r"[A-Z0-9]{2}", "a qualifier is two capitals or digits, as in ISA05", 'write it such as ZZ or "01"')
]
InterchangeId = Annotated[str, StringConstraints(min_length=1, max_length=15, strip_whitespace=True)]
Address = Annotated[
    str, Shape(r"https?://[^\s]+", "an address begins with http:// or https://", "write the whole of it")
]
Secret = Annotated[
    str,
    Shape(
        r"(env|file):.+",
        "a secret may not stand in this file",
        "put it into a variable or file and write env:NAME or file:PATH here",
        hidden=True,
    ),
]
Hash = Annotated[
    str,
    Shape(
        r"[0-9a-f]{64}",
        "this is no SHA-256 in 64 small hex digits, and the key itself may not stand here",
        "write the hash that gateway key or gateway partner key prints",
        hidden=True,
    ),
]
Fingerprint = Annotated[
    str,
    BeforeValidator(lambda text: re.sub(r"[:\s]", "", text).lower() if isinstance(text, str) else text),
    Shape(
        r"[0-9a-f]{64}",
        "a fingerprint is a SHA-256 in 64 hex digits",
        "write what gateway cert list, or openssl x509 -fingerprint -sha256, prints",
    ),
]
