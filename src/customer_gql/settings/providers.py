"""Services that others provide, or play for tests."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from .forms import Url


class TestPspSettings(BaseModel):
    """`customer-gql test-psp`, a payment provider that moves no money."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Url = Field("", description="where the test provider is; the shop offers it then")
    secret: SecretStr = Field(
        SecretStr(""), description="secret shared with the test provider, whsec_ and base64; it signs its webhooks"
    )
    seconds: float = Field(10, ge=0.1, le=60, description="longest wait for an answer of the test provider")
