"""What the figures were made on, for the head of every table."""

import os
import platform
from pathlib import Path


def machine() -> str:
    """Describe the machine in one line."""
    model = "unknown CPU"
    with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return f"{os.cpu_count()} x {model}, Python {platform.python_version()}"


def load() -> str:
    """Say how busy the machine is: more processes that want to run than processors make every time longer."""
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
