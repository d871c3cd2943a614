"""Finds the maps that pyx12 brings for the sets of health care: 270 271 276 277 278 820 834 835 837 in their HIPAA versions.

They are guides, narrower than the standard, and name the version with its suffix (005010X221A1). pyx12 reads them from its
own package, as `gateway.x12.standards` reads ours; each is read once a process. Serves the HIPAA implementation guides.
"""

from __future__ import annotations

from functools import cache

from pyx12.map_if import load_map_file, segment_if
from pyx12.map_index import map_index

from gateway.x12.model import TransactionSet, element
from gateway.x12.second_opinion.maps import Params, Start

_SET_LOOP = "/ISA_LOOP/GS_LOOP/ST_LOOP"


def shipped_map(transaction: TransactionSet) -> tuple[str, Start] | None:
    """Return the name of the map that fits a set, and where to begin in it; None where pyx12 has none."""
    group = transaction.group
    if group is None:
        return None
    purpose = next((element(segment, 2) for segment in transaction.segments if segment[0] == "BHT"), "")
    name = _file_name(transaction.interchange.version, group.version, group.functional_id, purpose)
    if not name:
        return None
    start = _loaded(name)
    # pyx12 chooses by the group alone, so that any set in it would be judged by this map.
    return (name, start) if transaction.id in _identifiers(start.node) else None


@cache
def _index() -> map_index:
    return map_index()


def _file_name(control_version: str, version: str, functional_id: str, purpose: str) -> str:
    found = _index().get_filename(control_version, version, functional_id, purpose or None)
    return found or _index().get_filename(control_version, version, functional_id) or ""


@cache
def _loaded(name: str) -> Start:
    node = load_map_file(name, Params()).getnodebypath(f"{_SET_LOOP}/ST")
    assert isinstance(node, segment_if)
    return Start(node, _SET_LOOP)


def _identifiers(start: segment_if) -> list[str | None]:
    """Return what ST01 may be in a map."""
    first = start.children[0]
    return list(getattr(first, "valid_codes", ()))
