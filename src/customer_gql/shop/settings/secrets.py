"""Settings that are secrets: encrypted at rest, and readable by the service alone (docs/domain/settings.md#settings-10)."""

from typing import Final

from pydantic import SecretStr

from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.security.secret_keys import decrypt_text, encrypt_text

from .declaration import Setting
from .reads import SettingValues
from .tables import ConfigurationScope

_NO_SECRET_KEYS: Final = Refusal(
    "setting.no_secret_keys",
    "The service has no key to encrypt secrets with. Ask its operator to set SECRET_KEYS.",
    UserErrorCode.NOT_ALLOWED,
)


def encrypt_setting(option: Setting[str], secret: str, scope: ConfigurationScope, scope_id: int) -> str:
    """What is stored. A row that is copied to another setting or scope opens nothing."""
    encrypted = encrypt_text(secret, owner=_owner_of(option, scope, scope_id))
    if encrypted is None:
        raise _NO_SECRET_KEYS(path=["value"])
    return encrypted


def read_secret(values: SettingValues, option: Setting[str], keys: SecretStr) -> str | None:
    """The secret in effect; None where none is set, or where no key fits."""
    stored = values.stored(option)
    if stored is None:
        return None
    return decrypt_text(stored.value, keys, owner=_owner_of(option, stored.scope, stored.scope_id))


def _owner_of(option: Setting[str], scope: ConfigurationScope, scope_id: int) -> str:
    return f"{option.path}/{scope.value}/{scope_id}"
