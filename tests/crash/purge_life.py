"""A purge that is begun again and again and kills itself at one of its points.

    python -m tests.crash.purge_life CONFIG_DIR

For each line of standard input, ``DATA_DIR DATABASE_URL N`` as JSON, it forks a life: a purge as an operator asks for it, twenty
years from now, that kills itself with SIGKILL at its N-th point; with 0 at none. Points are right before and right after each
commit, and right before and right after each deleting of a file. It says ``ended STATUS`` on standard output.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from gateway.ledger.engine import make_engine
from gateway.ledger.opening import open_ledger
from gateway.logs import set_up_logs
from gateway.pipeline.oversight import purge
from gateway.settings import Environment, load_settings
from gateway.stamps import utc_now
from gateway.stores import make_purger, make_vault

TWENTY_YEARS = timedelta(days=20 * 366)


def points(number: int) -> Callable[[], None]:
    """Return what is called at each point, and kills this process at the N-th."""
    passed = 0

    def point() -> None:
        nonlocal passed
        passed += 1
        if passed == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return point


async def live(config: str, data: str, url: str, number: int) -> None:
    settings = load_settings(Environment(config_dir=Path(config), data_dir=Path(data), database_url=url))
    database = open_ledger(make_engine(settings.environment.url))
    vault, point = make_vault(settings, database, shared=True), points(number)
    database.before_commit = database.after_commit = point
    erase = vault._erase

    def erased(*what: object) -> bool:
        point()
        gone = erase(*what)
        point()
        return gone

    vault._erase = erased
    try:
        await make_purger(settings, database, vault, lambda: utc_now() + TWENTY_YEARS).purge(("anna", "year end"))
    finally:
        await database.close()


def main() -> None:
    purge._PURGE = 3  # Transmissions of one transaction: more commits to die at.
    set_up_logs("json", "error")
    for line in sys.stdin:
        born = os.fork()
        if born == 0:
            asyncio.run(live(sys.argv[1], *json.loads(line)))
            os._exit(0)
        _pid, status = os.waitpid(born, 0)
        os.write(1, f"ended {status}\n".encode())


if __name__ == "__main__":
    main()
