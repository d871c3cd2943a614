"""A relay as a process of its own that kills itself right before or after its N-th commit of the cursor.

    python -m tests.events.relay_life DATABASE_URL BROKER WHEN NUMBER AT_ONCE

BROKER is its entry of gateway.yaml as JSON. It says ``done`` on standard output once it has come to the end of the log.
"""

import asyncio
import json
import os
import signal
import sys

from gateway.events import relay as relay_module
from gateway.events.brokers import make_publisher
from gateway.events.relay import SINK, Relay
from gateway.ledger.engine import make_engine
from gateway.ledger.opening import open_ledger
from gateway.ledger.outbox import SqlOutbox
from gateway.pipeline.outbox import Begin
from gateway.stamps import utc_now
from gateway.trading.sinks import BrokerText


async def main() -> None:
    database_url, broker, when, number, at_once = sys.argv[1:]
    relay_module.AT_ONCE = int(at_once)
    ledger = open_ledger(make_engine(database_url))
    outbox = SqlOutbox(ledger)
    await outbox.opened(SINK, Begin.FIRST, utc_now())
    commits = 0

    def count() -> None:
        nonlocal commits
        commits += 1
        if commits == int(number):
            os.kill(os.getpid(), signal.SIGKILL)

    if when != "never":
        setattr(ledger, f"{when}_commit", count)
    publisher = make_publisher(BrokerText(**json.loads(broker)), None)
    running = asyncio.create_task(Relay(outbox, publisher, "/gateway", Begin.FIRST, utc_now).run())
    while (await outbox.reports())[0].behind:
        await asyncio.sleep(0.02)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await ledger.close()
    sys.stdout.write("done\n")


if __name__ == "__main__":
    asyncio.run(main())
