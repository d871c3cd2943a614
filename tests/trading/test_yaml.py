"""YAML that remembers its lines, bounded in every direction."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import located
from gateway.errors import ConfigurationError


def refusal(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        located.read(text, "partners/x.yaml")
    [problem] = caught.value.problems
    return str(problem)


def test_scalars_stay_as_they_are_written():
    data = located.read(
        "{country: NO, code: 00, zip: 0101, rate: 1e3, on: 2026-01-01, none: , null_: null, tilde: ~, quoted: ''}", "x"
    )
    assert data.data == {
        "country": "NO",
        "code": "00",
        "zip": "0101",
        "rate": "1e3",
        "on": "2026-01-01",
        "none": None,
        "null_": None,
        "tilde": None,
        "quoted": "",
    }


def test_each_key_and_entry_knows_its_line():
    data = located.read("a: 1\nb:\n  - c\n  - d:\n      e: 2\n", "x")
    assert data.lines[("a",)] == 1
    assert (data.lines[("b",)], data.lines[("b", 0)], data.lines[("b", 1)]) == (2, 3, 4)
    assert data.lines[("b", 1, "d", "e")] == 5
    # What is not there has the line of the nearest key above it.
    assert data.line(("b", 1, "d", "missing")) == 4


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: [1, 2\n", 3, "not valid YAML"),
        ("a: 1\n\tb: 2\n", 2, "not valid YAML"),
        ("a: 'open\n", 2, "not valid YAML"),
        ("a: 1\n---\nb: 2\n", 2, "but found another document"),
        ("a: *nobody\n", 1, "found undefined alias"),
        ("a: 1\nb: \x07\n", 2, "a character that may not stand in YAML"),
        ("a: 1\na: 2\n", 2, "a: this key stands twice"),
        ("a: 1\n[b, c]: 2\n", 2, "a key is one word"),
        ("{{a: 1}: 2}", 1, "a key is one word"),
    ],
)
def test_a_mistake_of_syntax_is_named_with_its_line(text, line, words):
    shown = refusal(text)
    assert shown.startswith(f"partners/x.yaml:{line}: ")
    assert words in shown
    assert "; " in shown


def test_all_keys_that_stand_twice_are_named():
    with pytest.raises(ConfigurationError) as caught:
        located.read("a: 1\na: 2\nb:\n  c: 1\n  c: 2\n", "x")
    assert [(problem.line, problem.key) for problem in caught.value.problems] == [(2, "a"), (5, "b.c")]


def test_a_key_that_stands_twice_hides_nothing_else_where_that_is_wanted():
    mistakes = []
    data = located.read("a: 1\na: 2\nb: 3\n", "x", mistakes)
    assert data.data == {"a": "2", "b": "3"}
    assert [problem.line for problem in mistakes] == [2]


def test_anchors_can_be_used():
    data = located.read("a: &terms {erp: main}\nb: *terms\n", "x")
    assert data.data == {"a": {"erp": "main"}, "b": {"erp": "main"}}


def test_aliases_of_aliases_do_not_fill_the_memory():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    started = time.monotonic()
    assert "too many or too deep entries" in refusal("\n".join(lines))
    assert time.monotonic() - started < 10


def test_an_alias_of_itself_ends():
    assert "too many or too deep entries" in refusal("a: &a [*a]\n")


@pytest.mark.parametrize("text", ["[" * 1_000_000, "{a: " * 300_000, "- " * 300_000, "a: " + "[" * 61 + "]" * 61])
def test_deep_nesting_is_refused_and_does_not_bring_the_process_down(text):
    assert "nested too deep" in refusal(text)


def test_a_file_of_five_megabytes_is_refused():
    assert refusal("#" * (5 << 20)) == "partners/x.yaml:1: the file is larger than 4 MiB; split it"


def test_an_empty_file_is_nothing():
    assert located.read("", "x").data is None
    assert located.read("# only a comment\n", "x").data is None


def test_a_byte_order_mark_is_no_part_of_the_first_key():
    assert located.read("\ufeffa: 1\n", "x").data == {"a": "1"}


@given(st.text(alphabet="ab:-[]{}&*#'\"|>%@!,? \n\t\x00\u2028é", max_size=60))
def test_no_text_brings_anything_but_data_or_a_problem(text):
    try:
        located.read(text, "x")
    except ConfigurationError as error:
        assert all(problem.line >= 1 and problem.advice for problem in error.problems)
