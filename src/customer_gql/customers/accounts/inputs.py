"""What a shop sends to act on its own account, and what comes back."""

import datetime as dt
from typing import Any, Final

import strawberry

from customer_gql.customers.attributes.values.inputs import ATTRIBUTES, AttributeInput
from customer_gql.customers.profile.types import Gender  # where the graph's enum is made of it
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload

_PASSWORD = "At least the configured number of characters (12 unless set otherwise, never less than 8), at most 256; any characters, but no space at the start or end; of as many character classes as configured (1 unless set otherwise); no common password, and none made of the name of the shop or your own."  # noqa: S105 - a description

CAPTCHA_TOKEN: Final = (
    "Token that the widget of the CAPTCHA gave, where the form asks for one: see `captcha` of `shop`. It works once."  # noqa: S105 - a description
)
LONG_TOKEN: Final = {"longest": 2048}


@strawberry.input(description="A new account.")
class SignUpInput:
    email: str = column("Address to sign in with, at most 254 characters.")
    password: str | None = strawberry.field(
        description=f"{_PASSWORD} Without one, a mail brings a link to choose it.", default=None
    )
    first_name: str = column("First name, at most 255 characters.")
    last_name: str = column("Last name, at most 255 characters.")
    middle_name: str | None = strawberry.field(description="Middle name or initial.", default=None)
    prefix: str | None = strawberry.field(description="Title, at most 40 characters.", default=None)
    suffix: str | None = strawberry.field(description="Suffix of the name, at most 40 characters.", default=None)
    gender: Gender | None = strawberry.field(description="Gender.", default=None)
    date_of_birth: dt.date | None = strawberry.field(description="Date of birth.", default=None)
    birth_year: int | None = strawberry.field(
        description="Year of birth, where the date is not given. Where `customers.birth_date` is `YEAR`, a date is refused.",
        default=None,
    )
    tax_vat_number: str | None = strawberry.field(
        description="Tax or VAT number of the person, at most 50 characters.", default=None
    )
    is_subscribed: bool = strawberry.field(
        description="Whether to subscribe to the newsletter of the store view.", default=False
    )
    allows_remote_assistance: bool = strawberry.field(
        description="Whether staff may sign in as this customer to help.", default=False
    )
    captcha_token: str | None = strawberry.field(description=CAPTCHA_TOKEN, default=None, metadata=LONG_TOKEN)
    attributes: list[AttributeInput] | None = strawberry.field(description=ATTRIBUTES, default=None)

    def about(self) -> dict[str, Any]:
        return {
            "firstName": self.first_name,
            "middleName": self.middle_name,
            "lastName": self.last_name,
            "prefix": self.prefix,
            "suffix": self.suffix,
            "gender": self.gender,
            "dateOfBirth": self.date_of_birth,
            "birthYear": self.birth_year,
            "taxVatNumber": self.tax_vat_number,
            "allowsRemoteAssistance": self.allows_remote_assistance,
        }


@strawberry.type(
    description="Result of a sign-up: the same whether or not the address has an account already, whose owner is told by mail."
)
class SignUpPayload(Payload):
    is_confirmation_required: bool | None = strawberry.field(
        description="Whether the website wants the address confirmed before sign-in works; null when refused.",
        default=None,
    )


@strawberry.input(description="Address and password of an account.")
class SignInInput:
    email: str = column("Address of the account, in any case.")
    password: str = column("Password of the account.")
    device_token: str | None = strawberry.field(
        description="`deviceToken` of an earlier sign-in on this device.", default=None
    )
    is_remembered: bool = strawberry.field(
        description="Whether the device remembers the customer after the session, where `rememberMe` of `shop` offers it: see "
        "`persistentToken`.",
        default=False,
    )
    captcha_token: str | None = strawberry.field(description=CAPTCHA_TOKEN, default=None, metadata=LONG_TOKEN)


@strawberry.input(description="Token of a link that was mailed.")
class EmailTokenInput:
    token: str = column("Token of the link in the mail.")


@strawberry.type(description="Result of using a link that was mailed.")
class EmailTokenPayload(Payload):
    is_changed: bool = strawberry.field(
        description="False when the link had done its work before, or was refused.", default=False
    )


@strawberry.input(description="Address that the mail is sent to.")
class EmailInput:
    email: str = column("Address of the account.")


@strawberry.input(description="Account whose owner wants to choose another password.")
class PasswordResetRequestInput:
    email: str = column("Address of the account.")
    captcha_token: str | None = strawberry.field(description=CAPTCHA_TOKEN, default=None, metadata=LONG_TOKEN)


@strawberry.input(description="Refresh token of a session, not used yet.")
class TokenRefreshInput:
    refresh_token: str = column("The newest refresh token of the session.")


@strawberry.input(description="Scope of a sign-out.")
class SignOutInput:
    all: bool = strawberry.field(
        description="Whether the sessions of every device end, not this one alone.", default=False
    )


@strawberry.type(description="Sessions that ended.")
class SessionsEndedPayload(Payload):
    ended_session_count: int = strawberry.field(description="Number of sessions that ended.", default=0)


@strawberry.input(description="Session to end.")
class SessionRevokeInput:
    id: strawberry.ID = column("Id of the session.")


@strawberry.input(description="Current and new password.")
class PasswordChangeInput:
    current_password: str = column("Current password of the account.")
    new_password: str = column(_PASSWORD)
    keep_other_sessions: bool = strawberry.field(description="Whether the other devices stay signed in.", default=False)


@strawberry.input(description="Token of a reset link, and the new password.")
class PasswordResetInput:
    token: str = column("Token of the link in the mail.")
    password: str = column(_PASSWORD)


@strawberry.input(description="New e-mail address of the account.")
class EmailChangeRequestInput:
    email: str = column("New e-mail address of the account.")
    current_password: str = column("Current password of the account.")


@strawberry.input(description="Login code that staff received from `customerLoginAs`.")
class LoginAsExchangeInput:
    code: str = column("The login code.")


@strawberry.input(description="Request to delete the customer's own account.")
class MeDeleteRequestInput:
    current_password: str = column("Current password of the account.")


@strawberry.type(description="Result of a deletion request.")
class MeDeleteRequestPayload(Payload):
    is_deleted: bool = strawberry.field(
        description="Whether the account was deleted; false when staff decide on the request, or when it was refused.",
        default=False,
    )


@strawberry.type(description="Result without data: done when there are no `userErrors`.")
class DonePayload(Payload):
    pass
