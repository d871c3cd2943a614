"""Gives pyx12 maps for our sets, made from our definitions, so that it judges the same as we do but for code lists.

pyx12 looks a code up in a list, which would cost it much for lists of hundreds; leaving the lists out favours it.
"""

from pathlib import Path
from shutil import copytree

from lxml import etree

from gateway.x12.standards import set_definition
from gateway.x12.standards.definition import Composite, Element, Loop, Position, Segment, Use

_FRAME = "834.4010.X095.A1.xml"  # A shipped map, of which the envelope is kept.
_CONTROL = "x12.control.00401.xml"


def write_maps(shipped: Path, folder: Path, set_ids: list[str]) -> None:
    """Copy the shipped maps to ``folder`` and add those for sets in 004010."""
    copytree(shipped, folder, dirs_exist_ok=True)
    index, control, elements = (etree.parse(folder / name) for name in ("maps.xml", _CONTROL, "dataele.xml"))
    known = set(elements.xpath("//@ele_num"))
    for set_id in set_ids:
        choice = set_definition(set_id, "004010")
        assert choice is not None
        definition, name = choice.definition, f"{set_id}.004010.xml"
        _map(shipped / _FRAME, set_id, definition.group_id, definition.root).write(folder / name)
        [version] = index.xpath('//version[@icvn="00401"]')
        etree.SubElement(version, "map", vriic="004010", fic=definition.group_id, abbr=set_id).text = name
        [codes] = control.xpath('//element[@xid="GS01"]/valid_codes')
        etree.SubElement(codes, "code").text = definition.group_id
        for element in _elements(definition.root):
            if element.number not in known:
                known.add(element.number)
                row = {"ele_num": element.number, "data_type": element.type, "name": element.label}
                length = {"min_len": str(element.minimum), "max_len": str(element.maximum)}
                etree.SubElement(elements.getroot(), "data_ele", {**row, **length})
    index.write(folder / "maps.xml")
    control.write(folder / _CONTROL)
    elements.write(folder / "dataele.xml")


def _map(frame: Path, set_id: str, group_id: str, root: Loop) -> etree._ElementTree:
    tree = etree.parse(frame)
    for name, value in (("GS01", group_id), ("GS08", "004010")):
        for code in tree.xpath(f'//element[@xid="{name}"]/valid_codes/code'):
            code.text = value
    tree.getroot().set("xid", set_id)
    [old] = tree.xpath('//loop[@xid="ST_LOOP"]')
    made = _head(etree.Element("loop", xid="ST_LOOP", type="explicit"), "set", True, 20, ">1", "repeat")
    _fill(made, root, set_id)
    old.getparent().replace(old, made)
    return tree


def _head(node: etree._Element, label: str, required: bool, pos: int, most: str, most_name: str) -> etree._Element:
    for name, text in (("name", label), ("usage", "R" if required else "S"), ("pos", f"{pos:04d}"), (most_name, most)):
        etree.SubElement(node, name).text = text
    return node


def _fill(node: etree._Element, loop: Loop, set_id: str = "") -> None:
    for index, item in enumerate(loop.items, 1):
        most = ">1" if item.maximum is None else str(item.maximum)
        if isinstance(item, Loop):
            below = etree.SubElement(node, "loop", xid=f"{item.name.replace('#', '')}_LOOP")
            _fill(_head(below, item.name, item.required, index * 10, most, "repeat"), item)
        else:
            _segment(node, item, index * 10, most, set_id)


def _segment(parent: etree._Element, use: Use, pos: int, most: str, set_id: str) -> None:
    segment = use.segment
    node = _head(etree.SubElement(parent, "segment", xid=segment.id), segment.label, use.required, pos, most, "max_use")
    for note in segment.notes:
        etree.SubElement(node, "syntax").text = str(note)
    for number, position in enumerate(segment.positions, 1):
        made = _position(node, position, f"{segment.id}{number:02d}", number)
        if made.get("xid") == "ST01":
            etree.SubElement(etree.SubElement(made, "valid_codes"), "code").text = set_id


def _position(parent: etree._Element, position: Position, xid: str, number: int) -> etree._Element:
    kind = position.kind
    plain = isinstance(kind, Element)
    node = etree.SubElement(parent, "element" if plain else "composite", xid=xid)
    usage = "R" if position.required else "S"
    name = kind.number if isinstance(kind, Element) else kind.id
    for tag, text in (("data_ele", name), ("name", kind.label), ("usage", usage), ("seq", f"{number:02d}")):
        etree.SubElement(node, tag).text = text
    if isinstance(kind, Composite):
        for note in kind.notes:
            etree.SubElement(node, "syntax").text = str(note)
        for inner, place in enumerate(kind.components, 1):
            _position(node, place, f"{xid}-{inner:02d}", inner)
    return node


def _elements(root: Loop) -> list[Element]:
    found: list[Element] = []

    def within(holder: Segment | Composite) -> None:
        for position in holder.positions if isinstance(holder, Segment) else holder.components:
            if isinstance(position.kind, Element):
                found.append(position.kind)
            else:
                within(position.kind)

    for use in root.uses():
        within(use.segment)
    return found
