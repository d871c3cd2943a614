"""How alarms are heard over connections that break: procrastinate gives up listening and its heartbeat with one; here both go on.

Procrastinate watches over its listener and its heartbeat only until the first of its side tasks ends, and the one for periodic
jobs, of which we have none, ends at once. What fails after that is never begun again: a worker without a listener hears of an
alarm only when it looks by itself, and one without a heartbeat is believed dead while it works.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, LiteralString

from procrastinate import PsycopgConnector
from procrastinate.connector import Notify
from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError
from psycopg.errors import RaiseException

_AGAIN_SECONDS = 1.0  # How soon a listener tries to listen again.


class AlarmConnector(PsycopgConnector):
    """Fulfils procrastinate's connector, and outlives a server that is stopped and started again."""

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Listen until cancelled; what was said while nobody could hear it is found by the next look for alarms."""
        names = list(channels)
        while True:
            try:
                await super().listen_notify(on_notification, names)
            except ConnectorException:
                await asyncio.sleep(_AGAIN_SECONDS)

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """Write a heartbeat or the end of an alarm; do it once more when the connection broke under it."""
        try:
            try:
                await super().execute_query_async(query, **arguments)
            except ConnectorException as error:
                if not isinstance(error.__cause__, OperationalError):
                    raise
                await super().execute_query_async(query, **arguments)  # The pool waits a moment for the server.
        except ConnectorException as error:
            # Procrastinate's own word for an alarm that has ended: the sweep did it, or the try of which we heard no more.
            if not isinstance(error.__cause__, RaiseException):
                raise
