"""Alarms: jobs of procrastinate, one for a step that is due soon. They wake a worker; the ledger says what is to be done.

A job is deferred by procrastinate's own function ``procrastinate_defer_jobs_v1``, which its Python side calls too, on the
connection of the transaction that schedules the step: both are committed or neither. Only what is due within a minute has a job,
because procrastinate passes over all jobs of later days each time it looks for one that is due; the rest is found by the sweep
when its time comes near. A job too many is harmless: who is woken and finds no such step due goes back to sleep.
"""

from __future__ import annotations

TASK = "gateway.step"
QUEUE = "gateway-steps"

# A step that waits behind another one of its lane has no alarm: it gets one when it comes to the front.
_FREE = """NOT steps.held AND steps.claimed_by IS NULL AND steps.due_at <= now() + interval '60 seconds'
    AND (steps.lane IS NULL OR NOT EXISTS
        (SELECT 1 FROM steps AS earlier WHERE earlier.lane = steps.lane AND earlier.seq < steps.seq))"""

# The lock of a lane is set only on what is due now: procrastinate lets a job wait behind every earlier one of its lock, also
# behind one for a later time, and a step that a person sends on its way must not wait for that.
_DEFER = """SELECT procrastinate_defer_jobs_v1(array_agg(ROW(
    'gateway-steps', 'gateway.step', 0, CASE WHEN found.due_at <= now() THEN found.lane END, NULL,
    jsonb_build_object('step', found.id), CASE WHEN found.due_at > now() THEN found.due_at END
    )::procrastinate_job_to_defer_v1 ORDER BY found.due_at, found.seq)) FROM (FOUND) AS found HAVING count(*) > 0"""

_NAMED = "SELECT * FROM steps WHERE (steps.id = ANY($1) OR steps.lane = ANY($2)) AND FREE"
_SILENT = """SELECT * FROM steps WHERE FREE AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs AS jobs
    WHERE jobs.args->>'step' = steps.id AND jobs.status IN ('todo', 'doing')) ORDER BY due_at, seq LIMIT %(limit)s"""

# An alarm for the steps named, and for the first ones of the lanes named.
ALARM = _DEFER.replace("FOUND", _NAMED).replace("FREE", _FREE)
# An alarm for what is due and has none.
FORGOTTEN = _DEFER.replace("FOUND", _SILENT).replace("FREE", _FREE)

# What a worker takes on: due, free, and the first of its lane. The row is skipped while somebody else decides about it.
CLAIM = """UPDATE steps SET claimed_by = %(worker)s WHERE id = %(id)s AND claimed_by IS NULL AND NOT held
    AND due_at <= greatest(now(), %(now)s)
    AND (lane IS NULL OR NOT EXISTS (SELECT 1 FROM steps AS earlier WHERE earlier.lane = steps.lane AND earlier.seq < steps.seq))
    RETURNING step, subject, tracking_id, due_at, lane, attempts"""

# What else is due and in no lane, for a worker that has room. Those that somebody else decides about are passed over.
CLAIM_MORE = """UPDATE steps SET claimed_by = %(worker)s WHERE id = ANY(ARRAY(SELECT id FROM steps
    WHERE lane IS NULL AND claimed_by IS NULL AND NOT held AND due_at <= greatest(now(), %(now)s)
    ORDER BY due_at, seq LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
    RETURNING step, subject, tracking_id, due_at, lane, attempts"""
# Their alarms need not ring any more. One that rings already finds nothing to do.
SILENCE = "DELETE FROM procrastinate_jobs WHERE args->>'step' = ANY(%(ids)s) AND status = 'todo'"
