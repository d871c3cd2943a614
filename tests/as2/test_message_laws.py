"""Laws of the message layer: only AS2Error comes out of it, whatever goes in, and what is written is read back."""

import contextlib
import os
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.as2.capture import read_capture
from gateway.as2.content import Base64, Content, Sink
from gateway.as2.disposition import (
    Disposition,
    DispositionType,
    ModifierKind,
    parse_disposition,
)
from gateway.as2.errors import AS2Error, DecompressionTooLarge
from gateway.as2.explain import explain
from gateway.as2.headers import Headers, from_pairs, parse_head
from gateway.as2.mdn_reading import looks_like_receipt
from gateway.as2.message import Payload, Policy, pack
from gateway.as2.mic import MIC, canonical, parse_mic
from gateway.as2.mime import boundary_of, read_entity, split
from gateway.as2.names import find_filename, read_name, readings, safe_filename, write_name
from gateway.as2.parameters import parameter, parse_value
from gateway.as2.receipt_request import read_receipt_request
from gateway.as2.slices import Slice
from gateway.as2.terms import OLD_DIGEST_NAMES, QUOTE_NAMES, AskedReceipt
from gateway.as2.transfer import base64_length, decoded, decoded_start, to_base64
from tests.as2.exchange import (
    LENIENT,
    SUPPLIER,
    marks,
    packed,
    read_receipt,
    receipt_for,
    received,
    spool,
    terms,
    unpacked,
)
from tests.as2.handmade import ENVELOPED_TYPE, enveloped, headers, signed_entity
from tests.support.identities import identity, pinned

WORDS = st.sampled_from(
    [
        *(b"Content-Type: ", b"multipart/signed; ", b'boundary="b"', b"--b\r\n", b"--b--", b"\r\n", b"\n", b"\r"),
        *(b" ", b":", b";", b'"', b"=", b"\\", b"\x00", b"\xff\xfe", b"0\x80", b"%C3%A4", b"*0*=utf-8''"),
        *(b"application/pkcs7-mime", b"Content-Transfer-Encoding: base64", b"Disposition: a/b; processed"),
        *(b"Original-Message-ID: <1@x>", b"multipart/report", b"message/disposition-notification"),
    ]
)
NOISE = st.lists(WORDS | st.binary(max_size=12), max_size=30).map(b"".join)
TEXTS = st.text(max_size=60) | NOISE.map(lambda raw: raw.decode("latin-1"))
LINES = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=60)


@given(NOISE)
def test_heads_are_read_whatever_they_hold_and_never_hold_a_line_break(raw):
    head = parse_head(raw)
    assert all("\n" not in value and "\r" not in value for _name, value in head)
    again = parse_head(head.to_bytes())
    assert [name for name, _value in again] == [name for name, _value in head]


@given(st.lists(st.tuples(st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,12}", fullmatch=True), LINES), max_size=20))
def test_heads_that_are_written_are_read_back(pairs):
    pairs = [(name, value.strip(" \t")) for name, value in pairs]
    breaking = ("\x85", "\u2028", "\u2029")
    pairs = [(name, value) for name, value in pairs if not any(sign in value for sign in breaking)]
    assert parse_head(Headers(pairs).to_bytes()).fields == pairs


@given(TEXTS)
def test_values_names_and_dispositions_are_read_whatever_they_hold(text):
    found = parse_value(text)
    assert isinstance(found.main, str)
    assert all(isinstance(value, str) for value in found.parameters.values())
    assert readings(text)[0] == read_name(text)
    parse_disposition(text)
    parse_mic(text)
    name = find_filename(text, text)
    assert name is None or (not ({"/", "\\", "\0", "\n"} & set(name)) and name not in (".", ".."))
    with contextlib.suppress(AS2Error):
        read_receipt_request(Headers([("Disposition-Notification-Options", text)]))


@given(LINES.filter(bool))
def test_parameters_that_are_written_are_read_back(value):
    assert parse_value("a/b; " + parameter("name", value) + "; x=y").parameters == {"name": value, "x": "y"}
    assert read_name(write_name(value)) == value
    assert read_name(write_name(value, always_quote=True)) == value


@given(LINES)
def test_a_safe_file_name_stays_what_it_is(value):
    name = safe_filename(value)
    assert safe_filename(name) == name
    assert len(name) <= 255


@given(
    st.sampled_from(DispositionType),
    st.sampled_from(ModifierKind),
    st.from_regex(r"[a-z][a-z -]{0,20}[a-z]", fullmatch=True),
)
def test_dispositions_that_are_written_are_read_back(kind, modifier, text):
    said = Disposition(kind, modifier, text if modifier is not ModifierKind.NONE else "")
    assert parse_disposition(str(said)) == said


@given(st.binary(min_size=1, max_size=64), st.sampled_from(["sha1", "sha256", "sha512"]))
def test_mics_that_are_written_are_read_back(digest, name):
    assert parse_mic(str(MIC(digest, name))).agrees(MIC(digest, name))


@given(NOISE)
def test_entities_keep_every_byte(raw):
    data = Slice(raw)
    try:
        entity = read_entity(data)
    except AS2Error:
        return
    assert entity.whole.read() == raw
    assert raw.endswith(entity.body.read())


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=5), st.binary(max_size=10), st.binary(max_size=10))
def test_multiparts_are_cut_where_they_were_joined(parts, before, behind):
    mark = b"--=_0123456789abcdef"
    raw = before + b"\r\n" + b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n" + behind
    file = spool()
    file.write(raw)
    for data in (Slice(raw), Slice(file)):
        assert [part.read() for part in split(data, mark[2:])] == parts


@given(NOISE, st.binary(max_size=6))
def test_anything_may_be_split_by_anything(raw, boundary):
    for cut in (lambda: split(Slice(raw), boundary), lambda: boundary_of(parse_value("a/b"), Slice(raw))):
        with contextlib.suppress(AS2Error):
            cut()


@given(st.binary(max_size=300), st.integers(1, 70))
def test_base64_is_written_as_long_as_it_says_and_read_back_in_any_blocks(data, size):
    text = b"".join(to_base64(Slice(data).chunks(size)))
    assert len(text) == base64_length(len(data)) == len(Base64(Slice(data)))
    assert b"".join(decoded(Slice(text).chunks(size), "base64")) == data
    assert data.startswith(decoded_start(text[:size], "base64"))


@given(st.binary(max_size=200), st.sampled_from(["base64", "quoted-printable", "x-unknown", "7bit"]), st.integers(1, 9))
def test_any_bytes_may_claim_any_transfer_encoding(data, encoding, size):
    with contextlib.suppress(AS2Error):
        b"".join(decoded(Slice(data).chunks(size), encoding))


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"x", b"\x00"]), max_size=40).map(b"".join), st.integers(1, 7))
def test_the_canonical_form_has_no_lone_line_end_and_does_not_depend_on_blocks(data, size):
    made = b"".join(canonical(Slice(data).chunks(size)))
    assert made == data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")


@given(st.lists(st.binary(max_size=50), max_size=8), st.integers(1, 50))
def test_pieces_joined_are_the_bytes_in_order(parts, size):
    content = Content(*(Slice(part) if number % 2 else part for number, part in enumerate(parts)))
    whole = b"".join(parts)
    assert content.read() == whole
    assert len(content) == len(whole)
    sink = Sink(spool, 10_000)
    assert sink.take(Slice(whole).chunks(size)).read() == whole


@given(st.binary(max_size=80), st.integers(-3, 90), st.integers(0, 90), st.binary(min_size=1, max_size=3))
def test_slices_of_bytes_and_of_files_are_the_same(data, start, size, needle):
    file = spool()
    file.write(data)
    start = max(0, start)
    one, other = Slice(data).part(start, start + size), Slice(file).part(start, start + size)
    assert one.read() == other.read() == data[start : start + size]
    assert one.find(needle) == other.find(needle) == data[start : start + size].find(needle)


def only_as2_errors(head, body):
    try:
        found = received(head, body, LENIENT)
    except AS2Error as error:
        assert error.disposition.startswith(("processed/", "failed/"))
        assert explain(error)[-1].startswith("to do:")
        return
    assert explain(found)[-1].startswith("to do:")
    for payload in found.payloads:
        assert len(payload.read()) == len(payload.body)


@given(NOISE, NOISE)
@settings(max_examples=200)
def test_anything_may_come_as_a_request(head, body):
    only_as2_errors(parse_head(head), body)
    looks_like_receipt(parse_head(head), Slice(body))
    with contextlib.suppress(AS2Error):
        read_capture(Slice(head + body), spool, 1000)
    with contextlib.suppress(AS2Error):
        read_receipt(parse_head(head), body)


@given(NOISE)
def test_anything_may_be_within_an_encryption(inside):
    only_as2_errors(headers(ENVELOPED_TYPE), enveloped(inside))


GOOD = [
    packed(),
    packed(recipients=()),
    packed(recipients=(), compress="before-signing"),
    packed(recipients=(), compress="after-signing", transfer_encoding="base64"),
    packed(signer=None, recipients=(), compress="before-signing"),
    packed(cipher="aes128-gcm"),
]
CHANGES = st.lists(st.tuples(st.integers(0, 1 << 20), st.binary(max_size=4), st.integers(0, 4)), min_size=1, max_size=4)


def changed(raw: bytes, changes) -> bytes:
    for place, inserted, dropped in changes:
        at = place % (len(raw) + 1)
        raw = raw[:at] + inserted + raw[at + dropped :]
    return raw


@given(st.sampled_from(GOOD), CHANGES, CHANGES)
@settings(max_examples=300)
def test_changed_messages_are_refused_with_a_disposition_or_carry_what_was_signed(message, in_body, in_head):
    body = message.body.read()
    head = parse_head(changed(message.headers.to_bytes(), in_head))
    only_as2_errors(head, changed(body, in_body))
    try:
        found = received(message.headers, changed(body, in_body), Policy(encrypted=False))
    except AS2Error:
        return
    if found.mdn is None:  # It kept its signature: then its bytes are those that were packed.
        assert found.payloads[0].read() == unpacked(message).payloads[0].read()


@given(CHANGES)
@settings(max_examples=200)
def test_changed_receipts_are_refused_or_say_what_was_signed(changes):
    body = changed(RECEIPT.body, changes)
    try:
        mdn = read_receipt(RECEIPT.headers, body)
    except AS2Error:
        return
    if mdn.signed:
        assert (mdn.original_message_id, str(mdn.disposition)) == (
            "<1@supplier.example>",
            "automatic-action/MDN-sent-automatically; processed",
        )


RECEIPT = receipt_for(unpacked(packed()))


@given(
    data=st.lists(st.binary(max_size=200), min_size=1, max_size=3),
    filename=st.none() | LINES.filter(lambda name: safe_filename(name) == name != ""),
    signer=st.sampled_from([None, "rsa", "ec"]),
    digest=st.sampled_from(["sha256", "sha384", "sha512"]),
    cipher=st.sampled_from(["", "aes128-cbc", "aes192-cbc", "aes256-cbc", "aes256-gcm"]),
    compress=st.sampled_from(["none", "before-signing", "after-signing"]),
    encoding=st.sampled_from(["binary", "base64"]),
    quirks=st.frozensets(st.sampled_from([QUOTE_NAMES, OLD_DIGEST_NAMES])),
    asked=st.none()
    | st.builds(AskedReceipt, signed=st.booleans(), url=st.sampled_from([None, "https://x.example/y?z"])),
    names=st.tuples(*[st.from_regex(r"[!-~]([ -~]{0,20}[!-~])?", fullmatch=True)] * 2).filter(
        lambda two: two[0] != two[1]
    ),
)
def test_every_combination_of_terms_comes_back(
    data, filename, signer, digest, cipher, compress, encoding, quirks, asked, names
):
    how = terms(
        sender=names[0], receiver=names[1], signer=identity(SUPPLIER, signer) if signer else None, digest=digest,
        recipients=(pinned("buyer"),) if cipher else (), cipher=cipher or "aes256-cbc", compress=compress,
        transfer_encoding=encoding, quirks=quirks, receipt=asked,
    )  # fmt: skip
    message = pack([Payload(Slice(each), filename, "application/edi-x12") for each in data], how, marks(), spool)
    found = received_from(signer, message)
    assert [each.read() for each in found.payloads] == data
    assert [each.filename for each in found.payloads] == [filename] * len(data)
    if asked or signer:
        assert any(found.mic.agrees(mic) for mic in message.mics)
    assert (read_name(found.headers.get("as2-from")), read_name(found.headers.get("as2-to"))) == names
    assert (found.request is None) is (asked is None)
    if asked:
        assert (found.request.signed, found.request.url) == (asked.signed, asked.url)


def received_from(kind, message):
    from gateway.as2.message import Keys, unpack

    keys = Keys([identity("buyer")], [pinned(SUPPLIER, kind or "rsa")])
    body = Slice(message.body.read())
    return unpack(message.headers, body, keys, LENIENT, random=os.urandom, new_spool=spool)


def peak_of(work) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_message():
    """Packed and unpacked from spools: what 16 MB take is what 2 MB take."""

    def peak(size: int) -> int:
        payload, body = spool(), spool()
        for _ in range(size >> 20):
            payload.write(os.urandom(1 << 20))

        def work():
            message = pack([Payload(Slice(payload), "big.bin")], terms(compress="before-signing"), marks(), spool)
            for chunk in message.body.chunks():
                body.write(chunk)
            from gateway.as2.message import Keys, unpack

            keys = Keys([identity("buyer")], [pinned(SUPPLIER)])
            found = unpack(message.headers, Slice(body), keys, Policy(), random=os.urandom, new_spool=spool)
            assert len(found.payloads[0].body) == size

        return peak_of(work)

    small, large = peak(2 << 20), peak(16 << 20)
    assert large < small * 1.2 + (1 << 18)


def test_what_is_refused_takes_little_memory_before_it_is():
    from gateway.as2.cms.compression import compress

    bomb = b"".join(compress(b"\0" * 200_000_000))
    policy = Policy(signed=False, encrypted=False, largest=1 << 24)

    def work():
        try:
            received(headers("application/pkcs7-mime; smime-type=compressed-data"), bomb, policy)
        except DecompressionTooLarge:
            return
        raise AssertionError

    assert peak_of(work) < 1 << 22
    nested = b"x"
    for number in range(200):
        nested = signed_entity(nested, boundary=f"b{number}")
    assert peak_of(lambda: only_as2_errors(headers(None), nested)) < 1 << 22


SIGNS = [
    " ",
    "a",
    ";",
    "=",
    '"',
    "\\",
    "/",
    "\t",
    "a;",
    "a=",
    "a ",
    '" ',
    "; ",
    "*0*=",
    "''",
    "%41",
    "--",
    "\r\n ",
    "\n",
    ":",
    "é",
]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("begin", ["", "a/b; name=", 'a/b; name="', "signed-receipt-micalg=", "<"])
def test_a_long_run_of_one_sign_is_read_like_any_other_value(sign, begin):
    """What tries a run in every way takes minutes for one of these."""
    text = begin + sign * (60_000 // len(sign)) + "x"
    parse_value(text)
    readings(text)
    parse_mic(text)
    find_filename(text, text)
    assert not parse_disposition(text).is_processed
    with contextlib.suppress(AS2Error):
        read_receipt_request(Headers([("Disposition-Notification-Options", text)]))
    raw = text.encode()
    with contextlib.suppress(AS2Error):
        parse_head(b"X: " + raw)
    from_pairs([("X", text)])
    with contextlib.suppress(AS2Error):
        read_entity(Slice(b"Content-Type: " + raw))
    decoded_start(raw[:2048], "base64")
    only_as2_errors(headers(text.replace("\n", " ")), raw)


@pytest.mark.parametrize("body", [b"--b" * 500_000, b"\n--bx" * 500_000, b"\n--b x" * 400_000, b"\r\n" * 700_000])
def test_a_body_full_of_boundaries_that_are_none_is_given_up(body):
    file = spool()
    file.write(body)
    for data in (Slice(body), Slice(file)):
        with pytest.raises(AS2Error):
            split(data, b"b")
