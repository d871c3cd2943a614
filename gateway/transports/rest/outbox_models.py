"""What the outbox of a partner shows."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from gateway.tracking.transmission import Transmission


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True)


class OutboxItem(_Body):
    """Something that waits to be fetched."""

    id: str
    set: str | None = Field(description="What it carries: 850, 997, TA1, ...")
    control_number: str | None
    content_type: str
    size: int
    sha256: str
    created_at: datetime
    content: str = Field(description="Path of the bytes.")
    receipt: str = Field(description="Post here once you have stored them.")

    @classmethod
    def of(cls, transmission: Transmission) -> OutboxItem:
        """Show a waiting transmission."""
        path = f"/api/v1/outbox/{transmission.id}"
        return cls(
            id=transmission.id,
            set=transmission.name,
            control_number=transmission.control_number,
            content_type=transmission.content_type,
            size=transmission.size,
            sha256=transmission.digest,
            created_at=transmission.created_at,
            content=path,
            receipt=f"{path}/receipt",
        )


class OutboxList(_Body):
    """What waits; ``after`` is the cursor for the next ones."""

    items: list[OutboxItem]
    after: int | None


class FetchedBody(_Body):
    """The receipt was noted; the item is no longer in the outbox."""

    id: str
    state: str
