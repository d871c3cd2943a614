"""How we write what we send: separators, and the range of the numbers that we give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DelimiterText(_Text):
    """The separators of what we send. By default * > ~ and ^ without line breaks."""

    element: str | None = Field(None, min_length=1, max_length=1, description="Between elements; by default *.")
    component: str | None = Field(None, min_length=1, max_length=1, description="Within an element; by default >.")
    segment: str | None = Field(
        None, min_length=1, max_length=1, description="Behind each segment; by default ~. LF and CR may be written so."
    )
    repetition: str | None = Field(
        None, min_length=1, max_length=1, description="Between repetitions, from version 004020 on; by default ^."
    )
    newline: bool | None = Field(None, description="A line break behind each segment; by default none.")

    @field_validator("segment", mode="before")
    @classmethod
    def _escapes(cls, value: Any) -> Any:
        return {"\\n": "\n", "\\r": "\r", "LF": "\n", "CR": "\r"}.get(value, value) if isinstance(value, str) else value

    @field_validator("element", "component", "segment", "repetition")
    @classmethod
    def _no_letter(cls, value: str | None) -> str | None:
        if value is not None and (value.isalnum() or value == " " or not value.isascii()):
            raise ValueError("a letter, digit or blank can't tell data apart; take a mark such as * or |")
        return value


class NumberRange(_Text):
    """From which number to which; then it starts again."""

    first: int = Field(1, ge=1, le=999_999_999, description="The first number; it comes again behind the last one.")
    last: int = Field(999_999_999, ge=1, le=999_999_999, description="The last number.")

    @model_validator(mode="after")
    def _upward(self) -> NumberRange:
        if self.last <= self.first:
            raise ValueError("last is not above first; give a range such as {first: 1, last: 999999}")
        return self


@dataclass(frozen=True, slots=True)
class Marks:
    """The separators that were agreed."""

    element: str = "*"
    component: str = ">"
    segment: str = "~"
    repetition: str = "^"
    newline: bool = False
