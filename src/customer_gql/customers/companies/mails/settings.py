from typing import Final

from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.values.emails import validate_email
from customer_gql.shop.settings.declaration import WEBSITE, Setting

_MAX_COPIES: Final = 10
_TOO_MANY_COPIES: Final = Refusal(
    "setting.too_many_addresses", "Enter at most {limit} addresses, separated by commas.", UserErrorCode.TOO_MANY
)


def split_addresses(given: str) -> list[str]:
    """Those of a list that is separated by commas, each once."""
    return list(dict.fromkeys(filter(None, (part.strip() for part in given.split(",")))))


def _validate_copies(given: str) -> None:
    found = split_addresses(given)
    if len(found) > _MAX_COPIES:
        raise _TOO_MANY_COPIES(path=["value"], limit=_MAX_COPIES)
    for one in found:
        validate_email(one, ["value"])


STATUS_COPIES: Final = Setting(
    "companies.status_copies",
    "",
    WEBSITE,
    f"Addresses, separated by commas, that get a copy of each mail about the state of a company; at most {_MAX_COPIES}.",
    validate=_validate_copies,
    label="Copies of mails about companies",
)
SETTINGS: Final = (STATUS_COPIES,)
