"""What `bench.as2` and its peers share: a payload of X12 text in which no line is like another, and the peak memory."""

from collections.abc import Iterator
from pathlib import Path


def payload(size: int) -> Iterator[bytes]:
    """Yield ``size`` bytes of invoice lines, in pieces."""
    number = made = 0
    while made < size:
        lines = []
        for _ in range(400 if size > 65536 else 8):
            number += 1
            price = number * 7919 % 99991
            lines.append(
                f"IT1*{number}*{price % 97 + 1}*EA*{price / 100:.2f}*PE*BP*B-{number * 104729 % 1000003}*VP*V-{price}~"
                f"PID*F****Part number {number} of a series~\r\n"
            )
        piece = "".join(lines).encode()[: size - made]
        made += len(piece)
        yield piece


def peak_memory() -> int:
    """Return the most memory in KiB that this process had at once; getrusage would count that of its parent, too."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise OSError("no VmHWM in /proc/self/status")
