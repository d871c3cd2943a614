"""A gateway that is started again and again and kills itself at a commit.

    python -m tests.crash.zygote CONFIG_DIR DATA_DIR PORT GROUP DATABASE_URL ROLE

It imports and configures the gateway once. For each line of standard input, ``before N``, ``after N`` or ``never 0``, it forks
a life: a real gateway on the same folder and port that kills itself with SIGKILL right before or right after its N-th commit.
It says ``born PID``, ``quiet`` (nothing is due) and ``died STATUS`` on standard output.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from gateway import configuration
from gateway.bootstrap import EVERYTHING, RECEIVERS, WORKER, House, Roles, build
from gateway.ledger import database
from gateway.logs import set_up_logs
from gateway.server import run
from gateway.settings import Environment, Settings, load_settings

_LOOK_SECONDS = 0.05
ROLES = {"everything": EVERYTHING, "receivers": RECEIVERS, "worker": WORKER}


def say(word: str) -> None:
    os.write(1, f"{word}\n".encode())


def kill_at(house: House, when: str, number: int) -> None:
    """Kill this process at the N-th commit."""
    commits = 0

    def count() -> None:
        nonlocal commits
        commits += 1
        if commits == number:
            os.kill(os.getpid(), signal.SIGKILL)

    if when != "never":
        setattr(house.database, f"{when}_commit", count)


async def live(settings: Settings, role: Roles, when: str, number: int) -> None:
    house = await build(settings, role)
    kill_at(house, when, number)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    watching = asyncio.create_task(watch(house, stop, os.getppid()))
    try:
        await run(house, stop)
    finally:
        watching.cancel()
        await house.close()


async def watch(house: House, stop: asyncio.Event, parent: int) -> None:
    """Say when nothing is due; stop when nobody is left who would ask for it."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        if os.getppid() != parent:
            stop.set()
        if not house.worker.busy and not await house.database.due(house.world.clock(), 1):
            say("quiet")


def main() -> None:
    config, data, port, group, url, role = sys.argv[1:]
    database.GROUP = int(group)
    set_up_logs("json", "error")
    places = {"config_dir": Path(config), "data_dir": Path(data), "database_url": url}
    settings = load_settings(Environment(port=int(port), takeover_seconds=1, **places))
    # The lives differ in what the ledger holds, not in their configuration: it is compiled once.
    loaded = configuration.load_configuration(settings.environment.config_dir, frozenset(settings.gateway.erps))
    for agreement in (a for partner in loaded.directory.partners.values() for a in partner.agreements.values()):
        loaded.mapping(agreement.profile, agreement.version)
    configuration.load_configuration = lambda *_args, **_more: loaded
    for line in sys.stdin:
        when, number = line.split()
        born = os.fork()
        if born == 0:
            asyncio.run(live(settings, ROLES[role], when, int(number)))
            os._exit(0)
        say(f"born {born}")
        _pid, status = os.waitpid(born, 0)
        say(f"died {status}")


if __name__ == "__main__":
    main()
