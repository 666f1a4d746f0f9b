"""Limits of the two endpoints."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class AudienceSettings(BaseModel):
    """The limits of one endpoint, and its share of the database connections."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    body_bytes: int = Field(ge=1024, description="bytes of a request's body")
    tokens: int = Field(ge=10, description="lexical tokens of a document, comments included")
    depth: int = Field(ge=1, description="levels of nested fields")
    fields: int = Field(ge=1, description="fields of a document, each fragment counted wherever it is spread")
    aliases: int = Field(ge=0, description="aliases of a document, counted in the same way")
    directives: int = Field(20, ge=0, description="directives of a document, counted in the same way")
    mutations: int = Field(4, ge=1, description="root fields of one mutation; an exclusive one must be the only one")
    cost: int = Field(ge=1, description="highest cost of a document: its fields times the page sizes")
    bucket: int = Field(description="cost that may be spent at once before the rate limit applies")
    guest_rate: int = Field(ge=1, description="cost per second of one address without a token")
    rate: int = Field(ge=1, description="cost per second of one signed-in customer, staff user or service")
    requests: int = Field(ge=1, description="requests processed at once; further ones are refused with 503")
    guest_percent: int = Field(ge=1, le=100, description="percent of `requests` open to those without a valid token")
    address_percent: int = Field(
        10, ge=1, le=100, description="percent of `requests` for one address without a valid token"
    )
    address_attempts: int = Field(
        30,
        ge=1,
        description="attempts with a wrong password, link or code, and sign-ups, of one address in `address_seconds`",
    )
    address_seconds: int = Field(300, ge=1, le=86_400, description="seconds for which those attempts are counted")
    seconds: float = Field(gt=0, description="seconds for one statement; the whole answer may take one second more")
    read_connections: int = Field(ge=1, le=200, description="database connections for reads")
    write_connections: int = Field(ge=1, le=200, description="database connections for mutations")
    documents: Literal["off", "log", "enforce"] = Field(
        "off", description="trusted documents: not used; other documents are logged; other documents are refused"
    )
    documents_dir: Path | None = Field(None, description="folder with the trusted documents (*.graphql)")

    @model_validator(mode="after")
    def _validate_consistency(self) -> "AudienceSettings":
        if self.bucket < self.cost:
            raise ValueError(f"bucket ({self.bucket}) must be at least the cost of one document ({self.cost})")
        if self.documents != "off" and self.documents_dir is None:
            raise ValueError(f"documents={self.documents} needs documents_dir")
        return self


class StorefrontSettings(AudienceSettings):
    body_bytes: int = 100 * 1024
    tokens: int = 1000
    depth: int = 10
    fields: int = 300
    aliases: int = 15
    cost: int = 3000
    bucket: int = 15_000
    guest_rate: int = 500
    rate: int = 1000
    requests: int = 100
    guest_percent: int = 75
    seconds: float = 5
    read_connections: int = 10
    write_connections: int = 5


class AdminSettings(AudienceSettings):
    body_bytes: int = 1024 * 1024
    tokens: int = 2000
    depth: int = 12
    fields: int = 600
    aliases: int = 30
    cost: int = 5000
    bucket: int = 50_000
    guest_rate: int = 500
    rate: int = 2000
    requests: int = 50
    guest_percent: int = 25
    seconds: float = 30
    read_connections: int = 5
    write_connections: int = 3
