"""A key that nothing in the program asks for would be a promise that nobody keeps."""

import ast

import pytest

from gateway.settings import Environment, GatewayText, KeyText, LimitsText
from gateway.trading.agreement import AcknowledgmentText, AgreementText, DelimiterText, NumberRange, RetryText, Terms
from gateway.trading.approvals import ApprovalText
from gateway.trading.as2 import AS2Channel, AS2Own, AS2Receipt, AS2Receive, AS2Send, Login
from gateway.trading.certificates import CertificateText, OwnKeyText
from gateway.trading.doors import AS2DoorText, TlsText
from gateway.trading.erps import ErpText, InboxText
from gateway.trading.overdue import OverdueText
from gateway.trading.partner import (
    ApiKey,
    Channels,
    FolderChannel,
    Identity,
    OwnText,
    PartnerText,
    RestChannel,
    Webhook,
)
from gateway.trading.routing import RouteText
from tests.conftest import ROOT

MODELS = (
    AS2DoorText, TlsText, AS2Channel, AS2Send, AS2Receipt, AS2Receive, AS2Own, Login, CertificateText, OwnKeyText,
    Environment, GatewayText, ErpText, KeyText, InboxText, LimitsText, OwnText, PartnerText, Identity, ApiKey, Channels,
    RestChannel, Webhook, FolderChannel, Terms, AgreementText, AcknowledgmentText, DelimiterText, NumberRange, RetryText,
    OverdueText, ApprovalText, RouteText,
)  # fmt: skip

# Read by people, or kept for what is not built yet; the reference says so.
WITHOUT_EFFECT = {
    "contact": "for people",
    # An agreement turns them into the style in which a document is written.
    "newline": "style",
    "charset": "style",
    "replacement": "style",
}


def _asked_for() -> set[str]:
    """Return the attributes that the program reads, outside of where the files are loaded."""
    found = set()
    for path in (ROOT / "gateway").rglob("*.py"):
        if {"reference", "demo"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                found.add(node.attr)
    return found


ASKED = _asked_for()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_is_asked_for_somewhere(model):
    silent = [name for name in model.model_fields if name not in ASKED and name not in WITHOUT_EFFECT]
    assert not silent
