"""Makes a pyx12 map of one of our definitions, in memory. Knows how pyx12 builds and counts; judges nothing.

pyx12 reads a map, its data elements and its code lists from a folder of XML. Here they are handed over as objects, so that
no file is written or read: a map is made once a definition and kept. Three things are done otherwise than in its own maps:

- Code lists are external ones. pyx12 takes a mandatory first element with a list of its own for the key by which it tells
  siblings apart, and a wrong code would then make the whole segment unknown, and all that follows it.
- Loops have names that are no segment's and that come once in a set, because pyx12 counts by path and compares by name.
- Each item of a loop has an ordinal of its own, because pyx12 lets items that share one come in any order.

Serves the tables of each set as X12.22 orders them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from xml.etree.ElementTree import Element as Xml
from xml.etree.ElementTree import SubElement

from pyx12.codes import ExternalCodes
from pyx12.dataele import DataElements
from pyx12.errors import EngineError
from pyx12.map_if import loop_if, map_if, segment_if, x12_node
from pyx12.params import ParamsBase

from gateway.x12.standards.definition import Composite, Element, Loop, Position, SetDefinition, Use

CHARACTERS = "E"  # The extended set, as ours.
CONTROL_VERSION = "00501"  # Under which the extended set has ^ and ` too, as it has in ours.
_KEPT = 64  # Maps: each defined set in each version.


class Start(NamedTuple):
    """Where a walk through a map begins: the node of ST, and the path of the loop that it opens."""

    node: segment_if
    loop_path: str

    @property
    def path(self) -> str:
        """The path of ST."""
        return f"{self.loop_path}/ST"


class Params(ParamsBase):
    """The settings that pyx12 asks for while it judges; without looking for any on the machine."""

    def __init__(self) -> None:
        self.params = {"charset": CHARACTERS, "exclude_external_codes": None}


class _Elements(DataElements):
    """Our data elements, in the place of its dataele.xml."""

    def __init__(self) -> None:
        self.dataele = {}

    def add(self, element: Element) -> None:
        """Take one element."""
        self.dataele[element.number] = {
            "data_type": element.type,
            "min_len": element.minimum,
            "max_len": element.maximum,
            "name": element.label,
        }


class _Codes(ExternalCodes):
    """Our code lists, in the place of its codes.xml."""

    def __init__(self) -> None:
        self.codes = {}
        self.exclude_list = []

    def add(self, element: Element) -> None:
        """Take the list of one element."""
        self.codes[element.number] = {
            "name": element.label,
            "dataele": element.number,
            "codes": frozenset[str | None](element.codes),
        }


class _Map(map_if):
    """A map whose parts are handed over; its base class would read them from a folder."""

    def __init__(self, tree: Xml, elements: _Elements, codes: _Codes) -> None:
        x12_node.__init__(self)
        self.pos_map = {}
        self.path = "/"
        self.param = Params()
        self.ext_codes = codes
        self.data_elements = elements
        self.id = self.name = tree.get("xid")
        self.icvn = CONTROL_VERSION
        for child in tree.findall("loop"):
            loop = loop_if(self, self, child)
            self.pos_map[loop.pos] = [loop]


@lru_cache(maxsize=_KEPT)
def our_map(definition: SetDefinition) -> Start:
    """Return where to begin in the map of one of our definitions."""
    writer = _Writer()
    tree = Xml("transaction", xid=definition.id)
    root = writer.loop(tree, definition.root, 1)
    made = _Map(tree, writer.elements, writer.codes)
    path = f"/{root.get('xid')}"
    node = made.getnodebypath(f"{path}/ST")
    if not isinstance(node, segment_if):
        raise EngineError(f"{definition.id} does not begin with ST")
    return Start(node, path)


class _Writer:
    """Writes a definition as the tree that pyx12 builds its nodes from."""

    def __init__(self) -> None:
        self.elements = _Elements()
        self.codes = _Codes()

    def loop(self, above: Xml, loop: Loop, place: int) -> Xml:
        """Write a loop with all that it holds."""
        tree = _node(above, "loop", f"loop {loop.path}", loop.required, place, repeat=_most(loop.maximum))
        for number, item in enumerate(loop.items, 1):
            if isinstance(item, Use):
                self._segment(tree, item, number)
            else:
                self.loop(tree, item, number)
        return tree

    def _segment(self, above: Xml, use: Use, place: int) -> None:
        tree = _node(above, "segment", use.name, use.required, place, max_use=_most(use.maximum))
        for note in use.segment.notes:
            SubElement(tree, "syntax").text = str(note)
        for number, position in enumerate(use.segment.positions, 1):
            name = f"{use.name}{number:02d}"
            if isinstance(position.kind, Element):
                self._element(tree, name, position, position.kind, number)
            else:
                self._composite(tree, name, position, position.kind, number)

    def _composite(self, above: Xml, name: str, position: Position, kind: Composite, place: int) -> None:
        tree = SubElement(
            above, "composite", xid=name, name=kind.label, usage=_usage(position.required), seq=str(place)
        )
        for number, inner in enumerate(kind.components, 1):
            assert isinstance(inner.kind, Element)  # No composite of X12 has another one in it.
            self._element(tree, f"{name}-{number}", inner, inner.kind, number)

    def _element(self, above: Xml, name: str, position: Position, kind: Element, place: int) -> None:
        self.elements.add(kind)
        tree = SubElement(
            above,
            "element",
            xid=name,
            name=kind.label,
            data_ele=kind.number,
            usage=_usage(position.required),
            seq=str(place),
        )
        if kind.codes and kind.type == "ID":
            self.codes.add(kind)
            SubElement(tree, "valid_codes", external=kind.number)


def _node(above: Xml, kind: str, name: str, required: bool, place: int, **more: str) -> Xml:
    return SubElement(above, kind, {"xid": name, "name": name, "usage": _usage(required), "pos": str(place)} | more)


def _usage(required: bool) -> str:
    return "R" if required else "S"


def _most(maximum: int | None) -> str:
    return ">1" if maximum is None else str(maximum)
