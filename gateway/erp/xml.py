"""Canonical messages as XML and back, for ERPs that speak it. The schema is ``docs/schemas/canonical.xsd``.

Elements are named as the fields are, in their order; a list is the element repeated; ``custom`` holds ``entry`` elements with a
name. Incoming XML may declare no document type: entities, network and huge trees are off. What the schema puts into an order
is read in any order.
"""

from __future__ import annotations

import json
import types
import typing
from typing import Any

from lxml import etree
from pydantic import BaseModel

from gateway.canonical.message import MESSAGE_TYPES, Header
from gateway.errors import TranslationError

NAMESPACE = "urn:partner-gateway:canonical:1.0"
MAX_DEPTH = 40
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


class XmlInvalid(TranslationError):
    """The XML is not a canonical message. Correct it as docs/schemas/canonical.xsd says and send it again."""

    code = "xml-invalid"

    def __init__(self, detail: str | None = None, faults: list[dict[str, str]] | None = None) -> None:
        super().__init__(detail)
        self.faults = faults or []


def to_xml(message: bytes) -> bytes:
    """Turn a canonical message in JSON into XML; raise TranslationError when it holds a character that XML cannot."""
    data = json.loads(message)
    kind = data["header"]["type"]
    root = etree.Element(f"{{{NAMESPACE}}}{kind}", nsmap={None: NAMESPACE})
    try:
        _write(root, "header", data["header"], Header)
        _write(root, "body", data["body"], MESSAGE_TYPES[kind].model)
    except ValueError:
        # lxml refuses them; XML 1.0 has no way to write them, not even escaped.
        raise TranslationError(
            "The message holds a control character, which XML cannot carry. Take it as JSON, or have the document corrected."
        ) from None
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _write(parent: Any, name: str, value: Any, kind: Any) -> None:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, BaseModel):
        for field, info in kind.model_fields.items():
            inner, many = inner_of(info.annotation)
            if field not in value:
                continue
            for item in value[field] if many else [value[field]]:
                _write(element, field, item, inner)
    elif isinstance(value, dict):
        for key, text in value.items():
            entry = etree.SubElement(element, f"{{{NAMESPACE}}}entry", name=key)
            entry.text = text
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    else:
        element.text = str(value)


def from_xml(data: bytes) -> tuple[str, dict[str, Any]]:
    """Read XML into (message type, canonical body); raise XmlInvalid for what is none, with every fault at once.

    The header is not taken over: whoever received the message knows from whom it is. Nothing is passed over in silence: an
    unknown element or attribute, text between elements and a second value for one field are faults, because each would lose
    something that its writer meant.
    """
    root = _parse(data)
    name = etree.QName(root)
    row = MESSAGE_TYPES.get(name.localname)
    if row is None or name.namespace != NAMESPACE:
        raise XmlInvalid(
            f"The root element is one of {', '.join(MESSAGE_TYPES)} in {NAMESPACE}, not {name.text[:100]}. Correct it."
        )
    faults: list[dict[str, str]] = []
    bodies = []
    for child in _children(root, "", faults):
        if etree.QName(child).localname == "body":
            bodies.append(child)
        elif etree.QName(child).localname != "header":
            _fault(faults, "", child, f"{row.name} has no element {_named(child)}")
    if len(bodies) != 1:
        raise XmlInvalid(f"There is one body element in a message, not {len(bodies)}. Send the document in it.", faults)
    found = _read(bodies[0], row.model, "/body", faults)
    if faults:
        shown = "; ".join(f"{fault['where']}: {fault['message']}" for fault in faults[:10])
        raise XmlInvalid(f"The XML is not what docs/schemas/canonical.xsd says: {shown}. Correct it.", faults)
    return row.name, found


def _parse(data: bytes) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        reason = " ".join((error.msg or "it is empty").split())[:200]
        raise XmlInvalid(f"This is no well-formed XML: {reason}. Send it as docs/schemas/canonical.xsd says.") from None
    if root.getroottree().docinfo.doctype:
        raise XmlInvalid("XML with a document type is not read. Send it without DOCTYPE.")
    return root


def _read(element: Any, kind: Any, where: str, faults: list[dict[str, str]]) -> Any:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _read_model(element, kind, where, faults)
    if typing.get_origin(kind) is dict:
        return _read_custom(element, where, faults)
    _check_attributes(element, where, faults)
    if len(element):
        _fault(faults, where, element[0], f"holds text, not an element {_named(element[0])}")
    text = element.text or ""
    # Blanks around a number or a date mean nothing in XML; in a text they are text.
    return text if kind is str else text.strip()


def _read_model(element: Any, kind: type[BaseModel], where: str, faults: list[dict[str, str]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if where.count("/") > MAX_DEPTH:
        _fault(faults, where, element, "is nested too deep")
        return values
    _check_attributes(element, where, faults)
    for child in _children(element, where, faults):
        field = etree.QName(child).localname
        info = kind.model_fields.get(field)
        if info is None:
            _fault(faults, where, child, f"{kind.__name__} has no element {_named(child)}")
            continue
        inner, many = inner_of(info.annotation)
        if many:
            into = values.setdefault(field, [])
            into.append(_read(child, inner, f"{where}/{field}/{len(into)}", faults))
        elif field in values:
            _fault(faults, f"{where}/{field}", child, "stands there more than once")
        else:
            values[field] = _read(child, inner, f"{where}/{field}", faults)
    return values


def _read_custom(element: Any, where: str, faults: list[dict[str, str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    _check_attributes(element, where, faults)
    for child in _children(element, where, faults):
        name = child.get("name")
        if etree.QName(child).localname != "entry" or not name or len(child):
            _fault(faults, where, child, 'custom holds entry elements with a name: <entry name="...">text</entry>')
        elif name in values:
            _fault(faults, f"{where}/{name}", child, "stands there more than once")
        else:
            _check_attributes(child, where, faults, "name")
            values[name] = child.text or ""
    return values


def _children(element: Any, where: str, faults: list[dict[str, str]]) -> list[Any]:
    """Return the elements in our namespace; whatever else stands in an element that holds elements is a fault."""
    between = (element.text or "") + "".join(child.tail or "" for child in element)
    if between.strip():
        _fault(faults, where, element, "holds elements, not text")
    ours = []
    for child in element:
        if etree.QName(child).namespace == NAMESPACE:
            ours.append(child)
        else:
            _fault(faults, where, child, f"an element {_named(child)} is not in {NAMESPACE}")
    return ours


def _check_attributes(element: Any, where: str, faults: list[dict[str, str]], *known: str) -> None:
    for name in element.attrib:
        if name not in known and not str(name).startswith(_XSI):
            _fault(faults, where, element, f"has no attribute {str(name)[:100]}")


def _fault(faults: list[dict[str, str]], where: str, element: Any, message: str) -> None:
    faults.append({"where": where or "/", "message": f"{message} (line {element.sourceline})", "code": "xml-invalid"})


def _named(element: Any) -> str:
    return str(etree.QName(element).localname)[:100]


def inner_of(annotation: Any) -> tuple[Any, bool]:
    """Return what a field holds (a model or a plain type), and whether it holds many."""
    many = False
    while True:
        origin = typing.get_origin(annotation)
        if origin is typing.Annotated:
            annotation = typing.get_args(annotation)[0]
        elif origin in (typing.Union, types.UnionType):
            annotation = next(part for part in typing.get_args(annotation) if part is not type(None))
        elif origin is tuple:
            annotation, many = typing.get_args(annotation)[0], True
        else:
            return annotation, many
