"""Runs in the environment of pyx12: validates FILE with the maps in FOLDER and prints what it took as JSON."""

import json
import logging
import sys
import time
from pathlib import Path

import pyx12.params
import pyx12.x12n_document


class Counted:
    """A text file that counts what goes through it, so that nobody need keep what pyx12 writes."""

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text = (self.text + text)[-2000:]


def peak():
    """Return the peak memory of this process in KiB. ru_maxrss would count what the process that started it had."""
    with Path("/proc/self/status").open(encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def main():
    file, folder = sys.argv[1:3]
    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    param, answer = pyx12.params.ParamsBase(), Counted()
    begun, wall = time.process_time(), time.perf_counter()
    good = pyx12.x12n_document.x12n_document(param, file, answer, None, map_path=folder)
    took = {"cpu": time.process_time() - begun, "wall": time.perf_counter() - wall}
    memory = peak()
    print(json.dumps({**took, "memory": memory, "clean": bool(good), "end": answer.text[-200:]}))


main()
