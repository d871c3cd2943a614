"""The base profiles that come with the package: where they lie, and each compiled once for all folders of a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import gateway.mapping
from gateway.mapping.loader import ProfileLibrary

_BASE = "base/"


def base_folder() -> Path:
    """Return where the base profiles lie: inside an installed package, or beside it in a clone."""
    inside = Path(gateway.mapping.__file__).parent / "base"
    return inside if inside.is_dir() else Path(gateway.mapping.__file__).parents[2] / "mappings" / "base"


def fetch_shipped(name: str) -> tuple[str, str] | None:
    """Return the text of a profile or table that came with the package, and its path below a configuration folder."""
    if not name.startswith(_BASE):
        return None
    file = base_folder() / f"{name.removeprefix(_BASE)}.yaml"
    return (file.read_text(encoding="utf-8"), f"mappings/{name}.yaml") if file.is_file() else None


@cache
def shipped_profiles() -> ProfileLibrary:
    """Return the library that all others take what came with the package from."""
    return ProfileLibrary(fetch_shipped)
