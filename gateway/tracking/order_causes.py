"""What can be the matter with an order: papers that do not match, and what can't be judged."""

from __future__ import annotations

from gateway.tracking.cause import Cause, Owner

ORDER_CAUSES = (
    Cause(
        "order-differs",
        Owner.BUSINESS,
        "a change of an order came too late, or does not fit it",
        "ask the partner what it can still do, and settle it in the ERP; then: gateway case close",
    ),
    Cause(
        "acknowledgment-differs",
        Owner.BUSINESS,
        "the partner promises something else than was ordered",
        "ask the buyer of the order: change it with an 860, or take it as it is: gateway case accept",
    ),
    Cause(
        "shipment-differs",
        Owner.PARTNER,
        "what is shipped is not what was ordered and promised",
        "ask the partner for a corrected ship notice, or take it as it is: gateway case accept",
    ),
    Cause(
        "receipt-differs",
        Owner.PARTNER,
        "what was received is not what was shipped",
        "ask the warehouse to count again, then the partner for the rest or a credit; or: gateway case accept",
    ),
    Cause(
        "invoice-differs",
        Owner.BUSINESS,
        "the invoice does not match order and receipt",
        "ask the partner for a credit or a corrected invoice, or take it as it is: gateway case accept",
    ),
    Cause(
        "cumulative-differs",
        Owner.PARTNER,
        "the supplier has shipped another sum of an item than we know of",
        "compare its last ship notices with ours, and agree on the sum before the next release; then: gateway case close",
    ),
    Cause(
        "item-unknown",
        Owner.DATA,
        "a document names an item that the order does not have",
        "look which item is meant, then: gateway case fix ID --item THEIRS=OURS; all that waits for it is judged again by itself",
    ),
    Cause(
        "line-unknown",
        Owner.PARTNER,
        "a document names a line that the order does not have",
        "ask the partner which line is meant, and for a corrected document",
    ),
    Cause(
        "unit-unknown",
        Owner.DATA,
        "a unit can't be converted into that of the order",
        'ask how it converts, then: gateway case fix ID --unit "case=12 each"; all that waits for it is judged again by itself',
    ),
    Cause(
        "statement-contradicts",
        Owner.BUSINESS,
        "something was said that contradicts what was said before",
        "ask who is right; the first one counts until a correction comes",
    ),
    Cause(
        "order-unknown",
        Owner.DATA,
        "something names an order that nobody has told us of",
        "ask whoever named it which order is meant, or send the order through the gateway; it is judged again by itself",
    ),
    Cause(
        "ship-notice-overdue",
        Owner.PARTNER,
        "no ship notice has come in time before the day on which goods are expected",
        "ask the partner whether the goods left and for the ship notice, and tell planning of the day that it names",
    ),
    Cause(
        "invoice-overdue",
        Owner.PARTNER,
        "no invoice has come in time for what was shipped",
        "ask the partner for the invoice; what was shipped stays unpaid until it comes",
    ),
    Cause(
        "posting-overdue",
        Owner.TECHNICAL,
        "the ERP has not posted in time what the warehouse received",
        "look in the ERP, and in what passes receipts on to it, why it is not posted, and post it; its word closes the case",
    ),
    Cause(
        "match-waiting",
        Owner.BUSINESS,
        "a document waits too long for what it is matched with",
        "bring in what is missing from whoever has it: it is matched by itself then; or take it as it is: gateway case accept",
    ),
    Cause(
        "line-misnamed",
        Owner.DATA,
        "a system names a line, item or lot that the order does not have",
        "correct it in the system that sent it, and have it sent again as a correction",
    ),
    Cause(
        "clock-wrong",
        Owner.TECHNICAL,
        "something is dated in the future, so it does not count",
        "correct the clock of the system that sent it, and have it sent again with its right time",
    ),
    Cause(
        "quarantine-broken",
        Owner.BUSINESS,
        "production uses what quality keeps back",
        "ask quality for a disposition and stop the use until then, or take it as it is: gateway case accept",
    ),
    Cause(
        "over-consumption",
        Owner.BUSINESS,
        "production uses more than came for the order",
        "ask the warehouse for a receipt that is missing, else procurement to order more; or: gateway case accept",
    ),
    Cause(
        "reconciliation-differs",
        Owner.BUSINESS,
        "another system has a line of an order otherwise than we have it",
        "read its proof with: gateway reconcile show; then apply what is proposed, or dismiss it with a reason",
    ),
    Cause(
        "report-missing",
        Owner.TECHNICAL,
        "a report for the nightly reconciliation did not come",
        "look why the system wrote none, or none that is newer; bring it with: gateway reconcile; it is asked again each night",
    ),
    Cause(
        "wrong-system",
        Owner.TECHNICAL,
        "a system uses its key at the door of another one",
        "correct the address that the system calls, or give it a key with the right scope in gateway.yaml",
    ),
)
