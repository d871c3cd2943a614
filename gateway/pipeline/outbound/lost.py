"""Name what a document says and its written form does not: reading it back shows what would have been lost silently."""

from __future__ import annotations

from typing import Any

from gateway.canonical.values import Part


def lost_between(said: Part, written: Part) -> list[str]:
    """Name the fields of a body that reading what was written does not give back."""
    return _differences(said.model_dump(exclude_defaults=True), written.model_dump(exclude_defaults=True), "")


def _differences(said: Any, written: Any, path: str) -> list[str]:
    """Name the places where ``written`` lacks or changes what was ``said``."""
    if isinstance(said, dict) and isinstance(written, dict):
        return [
            difference
            for key, value in said.items()
            for difference in _differences(value, written.get(key), f"{path}.{key}" if path else key)
        ]
    if isinstance(said, tuple) and isinstance(written, tuple) and len(said) == len(written):
        return [
            difference
            for index, (one, other) in enumerate(zip(said, written, strict=True))
            for difference in _differences(one, other, f"{path}[{index + 1}]")
        ]
    return [] if said == written else [path]
