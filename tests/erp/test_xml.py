"""Canonical messages as XML: nothing lost on the way there and back, and nothing read that could do harm."""

import asyncio
import datetime as dt
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.canonical.message import MESSAGE_TYPES
from gateway.erp.xml import NAMESPACE, XmlInvalid, from_xml, to_xml
from gateway.erp.xml_schema import make_xsd
from gateway.errors import TranslationError
from tests.conftest import ROOT
from tests.erp.messages import message

SCHEMA = etree.XMLSchema(etree.fromstring(make_xsd()))


@pytest.mark.parametrize("name", list(MESSAGE_TYPES))
def test_what_is_written_is_valid_and_reads_back_equal(name):
    model = MESSAGE_TYPES[name].model
    fields = set()
    for seed in range(120):
        made, body = message(name, seed)
        xml = to_xml(made)
        SCHEMA.assertValid(etree.fromstring(xml))
        kind, found = from_xml(xml)
        assert kind == name
        # Through the JSON that the inbox makes of it; equal in every value, and in what was left out.
        again = model.model_validate_json(json.dumps(found))
        assert again.model_dump(exclude_unset=True) == body.model_dump(exclude_unset=True), seed
        fields |= body.model_fields_set
    assert fields == set(model.model_fields), "every field of the message went through"


def test_the_published_schema_is_the_one_of_the_models():
    published = ROOT / "docs" / "schemas" / "canonical.xsd"
    assert published.read_bytes() == make_xsd(), "run make schemas"


def _order(
    body="<order_number>PO1</order_number>", root="purchase_order", attributes=f'xmlns="{NAMESPACE}"', before=""
):
    return f"{before}<{root} {attributes}><body>{body}</body></{root}>".encode()


def test_a_header_may_be_left_out_and_the_order_of_elements_is_free():
    body = "<lines><number>1</number></lines><order_number>PO1</order_number><lines><number>2</number></lines>"
    kind, found = from_xml(_order(body))
    assert kind == "purchase_order"
    assert found == {"order_number": "PO1", "lines": [{"number": "1"}, {"number": "2"}]}


def test_comments_instructions_cdata_and_prefixes_change_nothing():
    body = "<o:order_number>P<!-- x -->O<?y z?><![CDATA[<1>]]></o:order_number>\n  <!-- done -->"
    data = (
        f'<?xml version="1.0"?><?style sheet?><o:purchase_order xmlns:o="{NAMESPACE}" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b">'
        f"<o:body>{body}</o:body></o:purchase_order>"
    ).encode()
    assert from_xml(data) == ("purchase_order", {"order_number": "PO<1>"})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_the_declared_encoding_counts(encoding):
    data = _order("<order_number>Größe</order_number>").decode()
    assert from_xml(f'<?xml version="1.0" encoding="{encoding}"?>{data}'.encode(encoding))[1]["order_number"] == "Größe"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no well-formed XML"),
        (b"   ", "no well-formed XML"),
        (b"{}", "no well-formed XML"),
        (b"<purchase_order>", "no well-formed XML"),
        (b"\xff\xfe\x00", "no well-formed XML"),
        (_order()[:-5], "no well-formed XML"),
        (_order("<order_number>&undefined;</order_number>"), "no well-formed XML"),
        (_order("<order_number>\x01</order_number>"), "no well-formed XML"),
        (_order("<x>" * 300 + "</x>" * 300), "no well-formed XML"),
        (_order("<order_number>" + "x" * (11 << 20) + "</order_number>"), "no well-formed XML"),
        (_order(attributes=""), "The root element is one of purchase_order"),
        (_order(attributes='xmlns="urn:other"'), "The root element is one of purchase_order"),
        (_order(root="memo"), "The root element is one of purchase_order"),
        (f'<invoice xmlns="{NAMESPACE}"/>'.encode(), "one body element in a message, not 0"),
        (f'<invoice xmlns="{NAMESPACE}"><body/><body/></invoice>'.encode(), "one body element in a message, not 2"),
        (_order("<lines>" + "<lines>" * 60 + "</lines>" * 60 + "</lines>"), "has no element lines"),
    ],
)
def test_what_is_no_message_is_refused_in_words(data, words):
    with pytest.raises(XmlInvalid, match=words) as refused:
        from_xml(data)
    assert refused.value.detail.endswith(".")


@pytest.mark.parametrize(
    ("body", "where", "words"),
    [
        ("<order_numbr>1</order_numbr>", "/body", "PurchaseOrder has no element order_numbr"),
        ("<order_number>1</order_number><order_number>2</order_number>", "/body/order_number", "more than once"),
        ("<order_number>PO<b/>1</order_number>", "/body/order_number", "holds text, not an element b"),
        ("stray<order_number>1</order_number>", "/body", "holds elements, not text"),
        ("<order_number>1</order_number>stray", "/body", "holds elements, not text"),
        ('<order_number unit="x">1</order_number>', "/body/order_number", "has no attribute unit"),
        ('<x:order_number xmlns:x="urn:other">1</x:order_number>', "/body", f"is not in {NAMESPACE}"),
        ("<lines><number>1</number></lines><lines><nr>2</nr></lines>", "/body/lines/1", "has no element nr"),
        ("<custom><entry>1</entry></custom>", "/body/custom", "entry elements with a name"),
        ('<custom><item name="a">1</item></custom>', "/body/custom", "entry elements with a name"),
        ('<custom><entry name="a">1</entry><entry name="a">2</entry></custom>', "/body/custom/a", "more than once"),
        (
            '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/hostname" parse="text"/>',
            "/body",
            "an element include is not in",
        ),
    ],
)
def test_nothing_is_passed_over_in_silence(body, where, words):
    with pytest.raises(XmlInvalid) as refused:
        from_xml(_order(body))
    [fault] = refused.value.faults
    assert fault["where"] == where
    assert words in fault["message"]
    assert fault["message"].endswith("(line 1)")


def test_every_fault_is_told_at_once():
    body = (
        '<a/>\n<order_number x="1">1</order_number>\n<lines>\n<b/>\n<quantity><value>1</value><c/></quantity></lines>'
    )
    with pytest.raises(XmlInvalid) as refused:
        from_xml(_order(body))
    assert [(fault["where"], fault["message"].rpartition("(")[2]) for fault in refused.value.faults] == [
        ("/body", "line 1)"),
        ("/body/order_number", "line 2)"),
        ("/body/lines/0", "line 4)"),
        ("/body/lines/0/quantity", "line 5)"),
    ]


class _Ears:
    """A server that only counts who comes: for what XML might fetch."""

    def __init__(self):
        self.heard = []

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._hear, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_about):
        self._server.close()
        await self._server.wait_closed()

    async def _hear(self, reader, writer):
        self.heard.append(await reader.readline())
        writer.close()


_ATTACKS = [
    '<!DOCTYPE x [<!ENTITY e SYSTEM "{url}">]>|&e;',
    '<!DOCTYPE x [<!ENTITY e SYSTEM "{file}">]>|&e;',
    '<!DOCTYPE x [<!ENTITY e PUBLIC "p" "{file}">]>|&e;',
    '<!DOCTYPE x SYSTEM "{url}">|1',
    '<!DOCTYPE x SYSTEM "{file}">|1',
    '<!DOCTYPE x PUBLIC "p" "{url}">|1',
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "{url}"> %p;]>|1',
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "{file}"> %p;]>|1',
    "<!DOCTYPE x [<!ENTITY % p \"<!ENTITY e SYSTEM '{file}'>\"> %p;]>|&e;",
    "<!DOCTYPE x [<!ELEMENT x ANY>]>|1",
    "<!DOCTYPE x>|1",
    '<!DOCTYPE x [<!ENTITY e "inner">]>|&e;',
]


async def test_no_entity_opens_a_file_or_a_connection(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of this machine")
    async with _Ears() as ears:
        for attack in _ATTACKS:
            before, inside = attack.split("|")
            before = before.format(url=f"http://{ears.address}/x", file=secret.as_uri())
            data = _order(f"<order_number>{inside}</order_number>", before=before)
            with pytest.raises(XmlInvalid) as refused:
                await asyncio.to_thread(from_xml, data)
            assert refused.value.detail.endswith((" Send it without DOCTYPE.", "canonical.xsd says."))
            assert "the secret" not in refused.value.detail
        assert ears.heard == []
        # The ears do hear: whoever comes is counted.
        _reader, writer = await asyncio.open_connection(*ears.address.split(":"))
        writer.write(b"hello\n")
        await writer.drain()
        async with asyncio.timeout(10):
            while not ears.heard:
                await asyncio.sleep(0.01)
        writer.close()


@pytest.mark.parametrize("place", ["<order_number>&z;</order_number>", '<order_number a="&z;">1</order_number>'])
def test_entities_that_grow_are_refused_without_growing(place):
    """A billion laughs, in text and in an attribute, where entities are replaced whatever the parser is told."""
    names = "abcdefghijklmnopqrstuvwxyz"
    grown = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in itertools.pairwise(names))
    before = f'<!DOCTYPE x [<!ENTITY a "lol">{grown}]>'
    with pytest.raises(XmlInvalid):
        from_xml(_order(place, before=before))
    flat = f'<!DOCTYPE x [<!ENTITY z "{"x" * 100_000}">]>'
    with pytest.raises(XmlInvalid):
        from_xml(_order(place.replace("&z;", "&z;" * 1000), before=flat))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_comes_is_read_or_refused(data):
    with pytest.raises(XmlInvalid):
        from_xml(data)


@given(st.text(alphabet="<>/&;!?[]-='\" abcEbody", max_size=80))
def test_whatever_stands_in_a_body_is_read_or_refused(inside):
    try:
        kind, found = from_xml(_order(inside))
    except XmlInvalid as refused:
        assert refused.detail.endswith(".")
    else:
        assert (kind, found) == ("purchase_order", {})


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x1f", "\ufffe"])
def test_a_character_that_xml_cannot_carry_is_an_error_in_words(character):
    message = {
        "header": {"type": "invoice", "message_id": "1", "created_at": dt.datetime(2026, 1, 1).isoformat()},
        "body": {"invoice_number": f"a{character}b"},
    }
    with pytest.raises(TranslationError, match="holds a control character, which XML cannot carry"):
        to_xml(json.dumps(message).encode())
