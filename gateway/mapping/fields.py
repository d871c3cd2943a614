"""Finds a profile's field names in the canonical models, so that a typing mistake is named when the profile is loaded."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class ModelField:
    """What stands behind a name: a model, free text names (``custom``), or a plain value of type ``kind``."""

    model: type[BaseModel] | None = None
    free: bool = False
    kind: type = str

    @property
    def key(self) -> object:
        """Something that is equal for equal fields."""
        return self.model or self.free


def member(parent: ModelField, name: str, *, is_list: bool) -> ModelField:
    """Return what stands under ``name`` of ``parent``; raise ValueError when there is no such name or it is no list."""
    if parent.free:
        if is_list:
            raise ValueError(f"here stand single texts: write {name} without []")
        return ModelField()
    if parent.model is None:
        raise ValueError(f"there is nothing below this field, so {name} can't stand here")
    info = parent.model.model_fields.get(name)
    if info is None:
        near = get_close_matches(name, parent.model.model_fields, 3)
        known = (
            f"; near to it: {', '.join(near)}"
            if near
            else f"; it has {', '.join(list(parent.model.model_fields)[:12])}"
        )
        raise ValueError(f"{parent.model.__name__} has no field {name}{known}")
    kind, found_list = _unwrap(info.annotation)
    if found_list and not is_list:
        raise ValueError(f"{name} is a list: write {name}[]")
    if is_list and not found_list:
        raise ValueError(f"{name} is no list: write {name} without []")
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return ModelField(kind)
    if typing.get_origin(kind) is dict:
        return ModelField(free=True)
    return ModelField(kind=kind)


def _unwrap(annotation: Any) -> tuple[Any, bool]:
    """Take Optional, Annotated and list off a type; tell whether there was a list."""
    found_list = False
    while True:
        origin = typing.get_origin(annotation)
        if origin is typing.Annotated:
            annotation = typing.get_args(annotation)[0]
        elif origin in (typing.Union, types.UnionType):
            annotation = next(part for part in typing.get_args(annotation) if part is not type(None))
        elif origin in (list, tuple):
            annotation, found_list = typing.get_args(annotation)[0], True
        else:
            return annotation, found_list


def at_path(parent: ModelField, names: tuple[str, ...]) -> ModelField:
    """Follow names through objects and lists; raise ValueError for a name that there is not."""
    for name in names:
        is_list = False
        if parent.model is not None and (info := parent.model.model_fields.get(name)) is not None:
            is_list = _unwrap(info.annotation)[1]
        parent = member(parent, name, is_list=is_list)
    return parent
