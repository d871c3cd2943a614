"""Ask atheris for bytes for which a law does not hold.

    python -m tests.x12.fuzzing reader|verdict FOLDER [-runs=N] [-seed=N] ...

FOLDER keeps what reached new code; what follows is for libFuzzer. A process of its own, since what is imported is instrumented
for it, and since libFuzzer ends the process where it finds something: a law that does not hold, a hang, too much memory.
"""

import sys

import atheris

with atheris.instrument_imports(include=["gateway.x12"]):
    from tests.x12 import laws


def reader(data: bytes) -> None:
    """The first byte says in which pieces the others come."""
    size, data = (data[0] % 64 + 1, data[1:]) if data else (1, data)
    laws.no_byte_is_lost(data, size)
    laws.memory_is_bounded(data, size)


def verdict(data: bytes) -> None:
    laws.verdict_is_in_words(data)
    laws.both_paths_agree(data)


if __name__ == "__main__":
    target = {"reader": reader, "verdict": verdict}[sys.argv[1]]
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target)
    atheris.Fuzz()
