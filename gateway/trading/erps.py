"""The ERPs, as ``erps:`` and ``erp_inboxes:`` in gateway.yaml name them. Knows no connection."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.trading.duration import Duration, read_duration
from gateway.trading.kinds import Address, Name, Secret


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ErpText(_Text):
    """One ERP: where messages go."""

    kind: Literal["http", "folder"] = Field(description="http: each message is posted; folder: each is a file.")
    url: Address | None = Field(None, description="Where messages are posted, for kind http.")
    path: str | None = Field(None, description="The folder, for kind folder; below the data folder unless absolute.")
    key: Secret | None = Field(None, description="The ERP's bearer key: env:NAME or file:PATH.")
    format: Literal["json", "xml"] = Field("json", description="How messages are written.")
    timeout: Duration = Field(read_duration("20s"), description="How long the ERP may take to answer.")
    rate: float | None = Field(None, gt=0, description="Messages a second at most.")
    at_once: int = Field(16, ge=1, le=256, description="Messages under way at a time at most.")

    @model_validator(mode="after")
    def _reachable(self) -> ErpText:
        if self.kind == "http" and self.url is None:
            raise ValueError("an ERP of kind http needs an address; add url: https://...")
        if self.kind == "folder" and self.path is None:
            raise ValueError("an ERP of kind folder needs a folder; add path: NAME")
        return self


class InboxText(_Text):
    """A folder in which an ERP puts its messages as JSON files."""

    path: str = Field(description="The folder; below the data folder unless absolute.")
    erp: Name = Field("main", description="Which ERP puts them there.")
