"""Shows how the demonstration went, and counts it against what the ERP stored."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.json import JSON
from rich.markup import escape
from rich.table import Table

from gateway.demo.over_sftp import Seen, compare


@dataclass(frozen=True, slots=True)
class Story:
    """The thread of the order: the case that its goods led to, the thread at the end, and how the command shows it."""

    case: dict[str, Any]
    thread: dict[str, Any]
    told: str


def show(
    console: Console,
    documents: list[dict[str, Any]],
    details: dict[str, Any],
    stored: list[dict[str, Any]],
    seen: Seen,
    expected_files: int,
    story: Story,
    closing: list[str],
) -> int:
    """Print the table, one message and the sum; return 0 only when nothing is lost and nothing doubled."""
    console.print(_table(documents, details))
    promises = [each for each in documents if (each["partner"], each["set"]) == ("supplier", "855")]
    example = next((details[each["id"]] for each in promises if each["state"] == "delivered"), None)
    if example is not None:
        console.print("\nOne document as the ERP got it:")
        console.print(JSON(json.dumps(example["canonical"])))
    _refusals(console, documents, details)
    problems, line = _sum(documents, details, stored, expected_files)
    problems += _receipts(console, details)
    amiss, over_sftp = compare(seen, documents, details, stored)
    console.print(escape(over_sftp))
    problems += amiss
    problems += _thread(console, story)
    for problem in problems:
        console.print(f"[red]{escape(problem)}[/]")
    for each in closing:
        console.print(escape(each))
    console.print(f"\n{line}")
    return 1 if problems else 0


def _thread(console: Console, story: Story) -> list[str]:
    """Show the thread of the order, and return what of it is not as it should be."""
    console.print(f"\nOne discrepancy on the way, {escape(story.case['cause'])}: {escape(story.case['detail'])}")
    console.print("The warehouse found the rest, so the case closed by itself and the invoice went on to the ERP:\n")
    console.print(escape(story.told), end="")
    problems = []
    state, verdict = story.thread["order"]["state"], story.thread["order"]["verdict"]
    if state != "matched" or verdict not in ("clean", "noted"):
        problems.append(f"the order is {state} and {verdict}, where it should be matched")
    told = {each["type"] for each in story.thread["timeline"]}
    missing = [kind for kind in ("planned", "forecast", "created", "approved", "ordered") if kind not in told]
    problems += [f"the thread of the order does not tell how it was {kind}" for kind in missing]
    if any(each["closed_at"] is None for each in story.thread["cases"]):
        problems.append("a case about the order is still open")
    return problems


def _table(documents: list[dict[str, Any]], details: dict[str, Any]) -> Table:
    table = Table("partner", "set", "direction", "number", "state", "acknowledgment", title="What happened")
    for each in documents:
        bad = each["state"] in ("rejected", "parked")
        color = "red" if bad else "green"
        table.add_row(
            each["partner"],
            each["set"],
            each["direction"],
            each["document_number"] or each["control_number"],
            f"[{color}]{each['state']}[/]",
            "" if each["acknowledgment"] == "none" else each["acknowledgment"],
        )
        for answer in details[each["id"]]["acknowledgments"]:
            table.add_row(
                each["partner"], answer["set"], "outbound", f"for {each['control_number']}", answer["state"], ""
            )
    return table


def _refusals(console: Console, documents: list[dict[str, Any]], details: dict[str, Any]) -> None:
    for each in documents:
        if each["state"] != "rejected":
            continue
        console.print(f"\nRefused: {each['set']} {each['control_number']} of {each['partner']}, with this explanation:")
        for fault in each["faults"][:6]:
            console.print(f"  {escape(fault['where'])}  {fault['ack_code']}")
            console.print(f"    {escape(fault['message'])}. To fix: {escape(fault['fix'])}")
        for answer in details[each["id"]]["acknowledgments"]:
            console.print(f"  Our answer: [dim]{escape((answer['content'] or '').strip()[-180:])}[/]")


def _receipts(console: Console, details: dict[str, Any]) -> list[str]:
    """Show who has confirmed what over AS2, and return what nobody has."""
    found = {
        each["id"]: each for detail in details.values() for each in detail["receipts"] if each["transport"] == "as2"
    }
    states = [each["state"] for each in found.values()]
    console.print(
        f"\nOver AS2, signed and encrypted: {len(found)} messages with the supplier; it has confirmed"
        f" {states.count('delivered')}, and we {states.count('given')} in the answer and {states.count('sent')} later"
    )
    wanted = {"delivered", "given", "sent"}
    problems = [f"no receipt is {state}: not everything went over AS2" for state in sorted(wanted - set(states))]
    return problems + [
        f"{each['message_id']} is {each['state']}" for each in found.values() if each["state"] not in wanted
    ]


def _sum(
    documents: list[dict[str, Any]],
    details: dict[str, Any],
    stored: list[dict[str, Any]],
    expected_files: int,
) -> tuple[list[str], str]:
    """Compare, message by message, what the gateway says with what the ERP stored: what is wrong, and the sum."""
    by_key = {row["key"]: row for row in stored}
    business = [each for each in documents if each["set"] not in ("997", "999")]
    inbound = [each for each in business if each["direction"] == "inbound"]
    outbound = [each for each in business if each["direction"] == "outbound"]
    refused = [each for each in inbound if each["state"] == "rejected"]
    delivered = [each for each in inbound if each["state"] == "delivered"]
    lost = [each for each in business if each["state"] not in ("delivered", "sent", "rejected")]
    lost += [each for each in delivered if each["id"] not in by_key]
    acknowledged = [each for each in business if each["acknowledgment"] == "accepted"]
    problems = []
    if len(stored) != len(delivered):
        problems.append(f"the ERP has {len(stored)} messages, the gateway delivered {len(delivered)}")
    problems += [f"{key} came {row['received']} times" for key, row in by_key.items() if row["received"] > 1]
    for each in delivered:
        message = details[each["id"]]["canonical"]
        said = by_key.get(each["id"])
        again = hashlib.sha256(json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
        if said is not None and said["sha256"] != again:
            problems.append(f"the ERP's {each['id']} is not what the gateway kept")
    answers = {each["set"] for each in delivered if each["partner"] == "supplier"}
    missing = sorted({"855", "856", "810"} - answers)
    problems += [f"the supplier's {set_id} did not reach the ERP" for set_id in missing]
    sets = {each["set"] for each in delivered if each["partner"].startswith("stranger")}
    if not {"850", "855", "856", "810"} <= sets:
        problems.append(f"of strangers only {sorted(sets)} were delivered, with {expected_files} files given")
    if not refused:
        problems.append("nothing was refused")
    if {each["set"] for each in outbound} != {"830", "850"} or any(
        each["state"] != "sent" or each["acknowledgment"] != "accepted" for each in outbound
    ):
        problems.append("not everything was sent and acknowledged")
    problems += [f"{each['set']} {each['control_number']} of {each['partner']} is lost" for each in lost]
    line = (
        f"demo: {len(delivered) + len(outbound)} documents delivered, {len(acknowledged)} acknowledged,"
        f" {len(refused)} refused, {len(lost) + len(missing)} lost"
    )
    return problems, line
