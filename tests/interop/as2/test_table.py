"""The page about AS2 with others says which test shows which trap: each has its row, and each named test exists."""

import re

from tests.conftest import ROOT
from tests.interop.as2 import test_pyas2lib
from tests.interop.as2.combinations import product
from tests.interop.as2.deviations import deviations, matching

PAGE = (ROOT / "docs" / "interop.md").read_text(encoding="utf-8")
TRAPS, QUIRKS = 40, 14


def rows(heading: str) -> dict[int, str]:
    """The rows of the table under a heading: number -> the cell that names tests."""
    table = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return {int(number): cell for number, cell in re.findall(r"^\| (\d+) \| .* \| (.*) \|$", table, re.M)}


def named(text: str) -> list[tuple[str, str]]:
    """File and test of each that a text names; a test without a file is in the file before it."""
    found, file = [], ""
    for word in re.findall(r"`([^`]+)`", text):
        if word.endswith(".py"):
            file = word
        elif word.startswith("test_"):
            found.append((file, word))
    return found


def test_every_trap_and_every_quirk_has_a_row_that_names_tests():
    assert list(rows("Traps")) == list(range(1, TRAPS + 1))
    assert list(rows("Quirks of HTTP")) == list(range(1, QUIRKS + 1))
    for cell in [*rows("Traps").values(), *rows("Quirks of HTTP").values()]:
        assert named(cell), cell


def test_every_test_that_the_page_names_exists():
    tests = named(PAGE)
    assert len(tests) > TRAPS + QUIRKS
    for file, name in tests:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"^(?:async )?def {name}\(", text, re.M), f"{file} has no {name}"


def test_every_test_with_the_number_of_a_trap_stands_in_its_row():
    for path in (ROOT / "tests").rglob("test_*.py"):
        for name, number in re.findall(
            r"^(?:async )?def (test_trap_(\d+)_\w+)\(", path.read_text(encoding="utf-8"), re.M
        ):
            assert (path.relative_to(ROOT).as_posix(), name) in named(rows("Traps")[int(number)])


def test_every_deviation_is_about_a_combination_that_is_tried_and_says_why():
    tried = {"theirs": test_pyas2lib.THEIRS, "ours": test_pyas2lib.OURS}
    for entry in deviations():
        assert set(entry) == {"peer", "direction", "when", "says", "why"}
        assert entry["peer"] == "pyas2lib"
        assert any(entry in matching("pyas2lib", entry["direction"], choice) for choice in tried[entry["direction"]])
    assert product({"a": [1, 2], "b": [3]}, lambda choice: choice["a"] == 2) == [{"a": 2, "b": 3}]
