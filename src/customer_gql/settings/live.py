"""Limits of subscriptions."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .forms import without_empty


class LiveSettings(BaseModel):
    """A stream is an answer of events or a WebSocket, which may carry several operations."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    streams: int = Field(100, ge=1, le=10_000, description="streams of one process; further ones are refused with 503")
    per_viewer: int = Field(
        10, ge=1, le=10_000, description="streams of one staff user or service token in one process"
    )
    operations: int = Field(10, ge=1, le=1000, description="operations that one WebSocket runs at a time")
    frame_bytes: int = Field(64 * 1024, ge=1024, le=67_108_864, description="bytes of a message of a WebSocket")
    init_seconds: float = Field(
        5, ge=0.1, le=3600, description="seconds until a WebSocket has to say who it is, with connection_init"
    )
    rights_seconds: float = Field(
        5, ge=0.1, le=3600, description="seconds between two looks at the rights of those who follow"
    )
    poll_seconds: float = Field(
        1,
        ge=0.05,
        le=3600,
        description="seconds between two reads of what somebody follows, one statement of each kind",
    )

    @model_validator(mode="before")
    @classmethod
    def _leave_out_empty(cls, given: Any) -> Any:
        return without_empty(given) if isinstance(given, dict) else given
