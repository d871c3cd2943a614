"""Bytes that come in any order make the file that their writer meant, or are known to be incomplete."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Conflict, TooLarge
from gateway.transports.sftp.uploads import SMALL, Ranges, Upload

WRITES = st.lists(st.tuples(st.integers(0, 90_000), st.integers(1, 40_000)), min_size=1, max_size=12)


@given(WRITES, st.randoms(use_true_random=False))
def test_what_was_written_is_what_is_read_and_hashed(tmp_path_factory, writes, chance):
    upload = Upload(tmp_path_factory.mktemp("uploads") / "x.edi", 1 << 20)
    model, there = bytearray(), set()
    for offset, length in writes:
        data = bytes(chance.getrandbits(8) for _ in range(length % 97 + 1)) * (length // (length % 97 + 1) + 1)
        data = data[:length]
        model.extend(bytes(max(offset + length - len(model), 0)))
        model[offset : offset + length] = data
        there.update(range(offset, offset + length))
        upload.write(offset, data)
    assert upload.size == len(model)
    assert upload.read(0, upload.size) == bytes(model)
    assert upload.digest() == hashlib.sha256(model).hexdigest()
    missing = min(set(range(len(model))) - there, default=None)
    assert upload.gap == missing
    upload.close(keep=False)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=20))
def test_ranges_are_the_bytes_that_were_added(pieces):
    ranges, model = Ranges(), set()
    for begin, length in pieces:
        ranges.add(begin, begin + length)
        model |= set(range(begin, begin + length))
    for size in (0, 1, 10, 80):
        assert ranges.covers(size) == (set(range(size)) <= model)
    assert ranges.first_gap == min(set(range(100)) - model)


def test_cutting_and_lengthening_leaves_a_gap_where_nothing_was_written(tmp_path):
    upload = Upload(tmp_path / "x", 1 << 20)
    upload.write(0, b"abcdef")
    upload.truncate(3)
    assert (upload.read(0, 9), upload.gap) == (b"abc", None)
    upload.truncate(5)
    assert upload.gap == 3
    upload.write(3, b"XY")
    assert (upload.gap, upload.digest()) == (None, hashlib.sha256(b"abcXY").hexdigest())


def test_a_file_beyond_the_bound_is_refused_before_it_is_stored(tmp_path):
    upload = Upload(tmp_path / "x", 100)
    with pytest.raises(TooLarge):
        upload.write(90, b"12345678901")
    assert upload.size == 0
    assert upload.problem


def test_a_large_file_lies_on_disk_and_goes_on_after_a_rest(tmp_path):
    path = tmp_path / "open" / "x"
    upload = Upload(path, 1 << 20)
    upload.write(0, bytes(SMALL + 1))
    assert path.stat().st_size == SMALL + 1
    upload.rest()
    again = Upload.found(path, 1 << 20)
    again.write(SMALL + 1, b"end")
    assert again.digest() == hashlib.sha256(bytes(SMALL + 1) + b"end").hexdigest()


def test_who_writes_to_a_file_that_was_begun_anew_is_told_so(tmp_path):
    upload = Upload(tmp_path / "x", 100)
    upload.replaced = True
    with pytest.raises(Conflict):
        upload.write(0, b"late")
