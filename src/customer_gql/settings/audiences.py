"""Limits of the two endpoints."""

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .browsers import Origins
from .forms import without_empty

# A subclass that gives a default declares the field again, without the bounds of its base: so they are types.
BodyBytes = Annotated[int, Field(ge=1024, le=67_108_864, description="bytes of a request's body")]
Tokens = Annotated[int, Field(ge=10, le=100_000, description="lexical tokens of a document, comments included")]
Depth = Annotated[int, Field(ge=1, le=50, description="levels of nested fields")]
Fields = Annotated[
    int, Field(ge=1, le=100_000, description="fields of a document, each fragment counted wherever it is spread")
]
Aliases = Annotated[int, Field(ge=0, le=100_000, description="aliases of a document, counted in the same way")]
Cost = Annotated[
    int, Field(ge=1, le=10_000_000, description="highest cost of a document, in points of CPU time: docs/cost.md")
]
Bucket = Annotated[
    int, Field(ge=1, le=1_000_000_000, description="cost that may be spent at once before the rate limit applies")
]
GuestRate = Annotated[int, Field(ge=1, le=1_000_000_000, description="cost per second of one address without a token")]
Rate = Annotated[
    int,
    Field(
        ge=1,
        le=1_000_000_000,
        description="cost per second of one signed-in customer or staff user, or of a service token without a rate of its own",
    ),
]
Requests = Annotated[
    int, Field(ge=1, le=10_000, description="requests processed at once; further ones are refused with 503")
]
GuestPercent = Annotated[
    int, Field(ge=1, le=100, description="percent of `requests` open to those without a valid token")
]
Seconds = Annotated[
    float,
    Field(ge=0.1, le=3600, description="seconds for one statement; the whole answer may take one second more"),
]
ReadConnections = Annotated[int, Field(ge=1, le=200, description="database connections for reads")]
WriteConnections = Annotated[int, Field(ge=1, le=200, description="database connections for mutations")]


class AudienceSettings(BaseModel):
    """The limits of one endpoint, and its share of the database connections."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    ships_documents: ClassVar[bool] = False
    """Whether the package has documents for the endpoint, so that there are some without a folder."""

    body_bytes: BodyBytes
    tokens: Tokens
    depth: Depth
    fields: Fields
    aliases: Aliases
    directives: int = Field(20, ge=0, le=10_000, description="directives of a document, counted in the same way")
    mutations: int = Field(
        4, ge=1, le=1000, description="root fields of one mutation; an exclusive one must be the only one"
    )
    cost: Cost
    bucket: Bucket
    guest_rate: GuestRate
    rate: Rate
    requests: Requests
    guest_percent: GuestPercent
    address_percent: int = Field(
        10, ge=1, le=100, description="percent of `requests` for one address without a valid token"
    )
    address_attempts: int = Field(
        30,
        ge=1,
        le=1_000_000,
        description="attempts with a wrong password, link or code, and sign-ups, of one address in `address_seconds`",
    )
    address_seconds: int = Field(300, ge=1, le=86_400, description="seconds for which those attempts are counted")
    seconds: Seconds
    read_connections: ReadConnections
    write_connections: WriteConnections
    documents: Literal["off", "log", "enforce"] = Field(
        "off", description="trusted documents: not used; other documents are logged; other documents are refused"
    )
    documents_dir: Path | None = Field(
        None, description="folder with the trusted documents (*.graphql) and manifests of them (*.json)"
    )
    persisted_queries: int = Field(
        1000,
        ge=0,
        le=100_000,
        description="documents stored for clients that send their hash alone the next time; 0 stores none",
    )
    persisted_query_bytes: int = Field(
        4 * 1024 * 1024, ge=1024, le=1_073_741_824, description="bytes of those documents together"
    )
    cors_origins: Origins = Field([], description="exact origins that browsers may call from, comma separated")

    @model_validator(mode="before")
    @classmethod
    def _leave_out_empty(cls, given: Any) -> Any:
        return without_empty(given) if isinstance(given, dict) else given

    @model_validator(mode="after")
    def _validate_consistency(self) -> "AudienceSettings":
        if self.bucket < self.cost:
            raise ValueError(f"bucket ({self.bucket}) must be at least the cost of one document ({self.cost})")
        if self.documents != "off" and self.documents_dir is None and not self.ships_documents:
            raise ValueError(f"documents={self.documents} needs documents_dir")
        return self


class StorefrontSettings(AudienceSettings):
    body_bytes: BodyBytes = 100 * 1024
    tokens: Tokens = 1000
    depth: Depth = 10
    fields: Fields = 300
    aliases: Aliases = 15
    cost: Cost = 15_000
    bucket: Bucket = 200_000
    guest_rate: GuestRate = 8000
    rate: Rate = 5000
    requests: Requests = 100
    guest_percent: GuestPercent = 75
    seconds: Seconds = 5
    read_connections: ReadConnections = 10
    write_connections: WriteConnections = 5
    customer_writes: int = Field(
        300,
        ge=1,
        le=1_000_000,
        description="mutations of one customer within an hour, and as many sign-ins; staff are not limited",
    )


class AdminSettings(AudienceSettings):
    ships_documents: ClassVar[bool] = True
    body_bytes: BodyBytes = 1024 * 1024
    tokens: Tokens = 2000
    depth: Depth = 12
    fields: Fields = 600
    aliases: Aliases = 30
    cost: Cost = 60_000
    bucket: Bucket = 250_000
    guest_rate: GuestRate = 8000
    rate: Rate = 10_000
    requests: Requests = 50
    guest_percent: GuestPercent = 25
    seconds: Seconds = 30
    read_connections: ReadConnections = 5
    write_connections: WriteConnections = 3
