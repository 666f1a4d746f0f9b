"""What a shop sends to act on its own account, and what comes back."""

import datetime as dt
from typing import Any

import strawberry

from customer_gql.customers.profile.types import Gender  # where the graph's enum is made of it
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload

_PASSWORD = "At least the configured number of characters (12 unless set otherwise, never less than 8), at most 256; any characters but blanks around them, as many kinds as configured (1 unless set otherwise), no common password, none made of the shop's or your own name."  # noqa: S105 - a description


@strawberry.input(description="Who wants an account.")
class SignUpInput:
    email: str = column("Address to sign in with, at most 254 characters.")
    password: str | None = strawberry.field(
        description=f"{_PASSWORD} Without one, a mail brings a link to choose it.", default=None
    )
    first_name: str = column("First name, at most 255 characters.")
    last_name: str = column("Last name, at most 255 characters.")
    middle_name: str | None = strawberry.field(description="Middle name or initial.", default=None)
    prefix: str | None = strawberry.field(description="Title, at most 40 characters.", default=None)
    suffix: str | None = strawberry.field(description="What follows the name, at most 40 characters.", default=None)
    gender: Gender | None = strawberry.field(description="Gender.", default=None)
    date_of_birth: dt.date | None = strawberry.field(description="Date of birth.", default=None)
    tax_vat_number: str | None = strawberry.field(
        description="Tax or VAT number of the person, at most 50 characters.", default=None
    )
    is_subscribed: bool = strawberry.field(description="Subscribe to the store view's newsletter.", default=False)
    allows_remote_assistance: bool = strawberry.field(
        description="Let staff sign in as this customer to help.", default=False
    )

    def about(self) -> dict[str, Any]:
        return {
            "firstName": self.first_name,
            "middleName": self.middle_name,
            "lastName": self.last_name,
            "prefix": self.prefix,
            "suffix": self.suffix,
            "gender": self.gender,
            "dateOfBirth": self.date_of_birth,
            "taxVatNumber": self.tax_vat_number,
            "allowsRemoteAssistance": self.allows_remote_assistance,
        }


@strawberry.type(description="The same whether the address was free or has an account: its owner learns by mail.")
class SignUpPayload(Payload):
    is_confirmation_required: bool | None = strawberry.field(
        description="The address has to be confirmed before sign-in works; a rule of the website. Null when refused.",
        default=None,
    )


@strawberry.input(description="Address and password.")
class SignInInput:
    email: str = column("Address of the account, in any case.")
    password: str = column("Its password.")


@strawberry.input(description="A link's token.")
class EmailTokenInput:
    token: str = column("From the link in the mail.")


@strawberry.input(description="Where the mail goes.")
class EmailInput:
    email: str = column("Address of the account.")


@strawberry.input(description="A token that was not used yet.")
class TokenRefreshInput:
    refresh_token: str = column("The newest refresh token of the session.")


@strawberry.input(description="How far to sign out.")
class SignOutInput:
    all: bool = strawberry.field(description="End the sessions of every device.", default=False)


@strawberry.type(description="What ended.")
class SessionsEndedPayload(Payload):
    ended_session_count: int = strawberry.field(description="How many sessions ended.", default=0)


@strawberry.input(description="Which device.")
class SessionRevokeInput:
    id: strawberry.ID = column("The session.")


@strawberry.input(description="The old and the new password.")
class PasswordChangeInput:
    current_password: str = column("The password of now.")
    new_password: str = column(_PASSWORD)
    keep_other_sessions: bool = strawberry.field(description="Leave the other devices signed in.", default=False)


@strawberry.input(description="The link's token and the new password.")
class PasswordResetInput:
    token: str = column("From the link in the mail.")
    password: str = column(_PASSWORD)


@strawberry.input(description="The new address.")
class EmailChangeRequestInput:
    email: str = column("The new address.")
    current_password: str = column("The account's password.")


@strawberry.input(description="A code staff got from `customerLoginAs`.")
class LoginAsExchangeInput:
    code: str = column("The code.")


@strawberry.input(description="Deletion of the own account.")
class MeDeleteRequestInput:
    current_password: str = column("The account's password.")


@strawberry.type(description="What became of the wish.")
class MeDeleteRequestPayload(Payload):
    is_deleted: bool = strawberry.field(
        description="The account is gone. False: staff will look at the wish, or it was refused.", default=False
    )


@strawberry.type(description="Done, or refused.")
class DonePayload(Payload):
    pass
