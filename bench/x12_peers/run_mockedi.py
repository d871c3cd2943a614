"""Runs in the environment of mock-edi: parses and validates FILE and prints what it took as JSON."""

import json
import sys
import time
from pathlib import Path

from mockedi import x12
from mockedi.validate import validate


def peak():
    """Return the peak memory of this process in KiB. ru_maxrss would count what the process that started it had."""
    with Path("/proc/self/status").open(encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def main():
    begun, wall = time.process_time(), time.perf_counter()
    payload = Path(sys.argv[1]).read_text(encoding="latin-1")
    faulty = 0
    for text in x12.split(payload):
        interchange = x12.parse(text)
        report = validate(interchange)
        faulty += sum(not message.accepted for message in report.messages)
    took = {"cpu": time.process_time() - begun, "wall": time.perf_counter() - wall}
    memory = peak()
    print(json.dumps({**took, "memory": memory, "clean": not faulty}))


main()
