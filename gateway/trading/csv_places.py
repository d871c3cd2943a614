"""Where a column of a CSV file goes: a path into a canonical message, such as ``lines[].quantity.value``.

``[]`` is one element for each row (or for each group of rows that say the same of it), ``[0]`` is a fixed element of a list.
"""

from __future__ import annotations

import datetime as dt
import re
import types
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel

EACH = None  # The step of ``[]``.
Step: TypeAlias = str | int | None

_STEP = re.compile(r"([A-Za-z_]\w*)((?:\[\d{0,2}\])?)")
_KINDS = {Decimal: "number", int: "number", dt.date: "day", str: "text", bool: "answer"}


@dataclass(frozen=True, slots=True)
class Place:
    """A path in steps, and what stands there: a number, day, text or answer."""

    path: str
    steps: tuple[Step, ...]
    kind: str

    @property
    def level(self) -> tuple[Step, ...]:
        """The steps up to the last ``[]``; empty for what is said of the whole document."""
        last = max((index + 1 for index, step in enumerate(self.steps) if step is EACH), default=0)
        return self.steps[:last]

    @property
    def inner(self) -> tuple[str | int, ...]:
        """The steps behind the last ``[]``."""
        return tuple(step for step in self.steps[len(self.level) :] if step is not None)


def place_of(model: type[BaseModel], path: str) -> Place:
    """Find a path in a canonical model; raise ValueError, in words, for one that leads nowhere."""
    steps: list[Step] = []
    annotation: Any = model
    for part in path.split("."):
        found = _STEP.fullmatch(part)
        if found is None:
            raise ValueError(f"{path!r} is no path; write one such as lines[].quantity.value")
        annotation = _plain(_entered(annotation, found[1], path))
        steps.append(found[1])
        listed = get_origin(annotation) is tuple
        if listed != bool(found[2]):
            shape = "a list; write [] (one for each row) or [0] behind it" if listed else "no list"
            raise ValueError(f"{part!r} in {path!r} is {shape}")
        if listed:
            steps.append(int(found[2][1:-1]) if found[2] != "[]" else EACH)
            annotation = _plain(get_args(annotation)[0])
    kind = _KINDS.get(annotation)
    if kind is None:
        raise ValueError(
            f"{path!r} holds other fields; name the one that is meant, such as {path}.{_first(annotation)}"
        )
    return Place(path, tuple(steps), kind)


def _entered(annotation: Any, name: str, path: str) -> Any:
    """Return what stands under a name of a model or table."""
    if get_origin(annotation) is dict:
        return get_args(annotation)[1]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.model_fields.get(name)
        if field is not None:
            return field.annotation
        raise ValueError(f"there is no {name!r} for {path!r}; there are {', '.join(annotation.model_fields)}")
    raise ValueError(f"{path!r} goes on behind a value that holds nothing else; end it before {name!r}")


def _plain(annotation: Any) -> Any:
    """Return a type without its limits and without None."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, types.UnionType):
            annotation = next(each for each in get_args(annotation) if each is not type(None))
        else:
            return annotation


def _first(annotation: Any) -> str:
    fields = getattr(annotation, "model_fields", {})
    return next(iter(fields), "name")
