"""The character sets of X12.6, basic and extended, and which of them an agreement holds a partner to.

Delimiters and binary data belong to neither. Serves X12.6 section 3.3.
"""

from __future__ import annotations

import string
import unicodedata
from typing import Literal, TypeAlias

BASIC = frozenset(string.ascii_uppercase + string.digits + " !\"&'()*+,-./:;?=")
LANGUAGES = frozenset("ÀÁÂÄàáâäÈÉÊèéêëÌÍÎìíîïÒÓÔÖòóôöÙÚÛÜùúûüÇçÑñ¿¡")  # The letters that X12.6 selects.
EXTENDED = BASIC | frozenset(string.ascii_lowercase + "%~@[]_{}\\|<>^`#$") | LANGUAGES

Characters: TypeAlias = Literal["basic", "extended", "utf-8"]

# What an agreement may hold values to, with a paragraph for whoever decides about it.
CHARACTER_SETS: dict[Characters, str] = {
    "basic": "Capitals, digits, the blank and ! \" & ' ( ) * + , - . / : ; ? = and nothing else, which X12.6 lets everybody read."
    " For partners whose systems know no small letters. What only the extended set has is a fault.",
    "extended": "The basic set, small letters, the other signs of ASCII and the letters of the larger European languages. X12.6"
    " has it by agreement of both sides; as everybody writes small letters, it is what holds where nothing else is agreed.",
    "utf-8": "Every letter and sign of Unicode. What is beyond the extended set is a note, as under the tolerance of this name."
    " Control characters stay a fault.",
}
_BREAKS = frozenset("\r\n")


def is_basic(texts: list[str], marks: tuple[str, ...]) -> bool:
    """Tell whether nothing but characters of the basic set stands in ``texts``, delimiters and line breaks apart."""
    return BASIC.union(_BREAKS, *marks).issuperset("".join(texts))


def as_basic(value: str) -> str:
    """Return a value in the basic set: capitals without their accents, and blanks for what has no place in it."""
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", value.upper()) if not unicodedata.combining(mark))
    return "".join(mark if mark in BASIC else " " for mark in plain)
