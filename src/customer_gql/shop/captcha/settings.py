"""Whether forms of the storefront ask for a CAPTCHA, and who judges it (docs/domain/captcha.md#captcha-1)."""

import enum
from dataclasses import dataclass
from typing import Any, Final

from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.settings import Settings
from customer_gql.shop.settings.declaration import WEBSITE, Setting, split_choices
from customer_gql.shop.settings.reads import SettingValues


class CaptchaProvider(enum.StrEnum):
    OFF = "OFF"
    TEST = "TEST"
    TURNSTILE = "TURNSTILE"
    HCAPTCHA = "HCAPTCHA"
    RECAPTCHA = "RECAPTCHA"


class CaptchaForm(enum.StrEnum):
    SIGN_UP = "SIGN_UP"
    SIGN_IN = "SIGN_IN"
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 - a form
    COMPANY_REGISTER = "COMPANY_REGISTER"


class CaptchaMode(enum.StrEnum):
    ALWAYS = "ALWAYS"
    AFTER_FAILURES = "AFTER_FAILURES"


_TEST_IN_PRODUCTION: Final = Refusal(
    "captcha.test_in_production",
    "The provider TEST accepts a token that everybody knows, so it works in development only. Choose another one.",
    UserErrorCode.NOT_ALLOWED,
)
_FOLLOWS: Final = "While accounts work on all websites, changing it takes a role for all of them."


def _validate_deployment(deployment: Settings, provider: str) -> None:
    if provider == CaptchaProvider.TEST and deployment.environment != "development":
        raise _TEST_IN_PRODUCTION(path=["value"])


PROVIDER: Final = Setting(
    "captcha.provider",
    CaptchaProvider.OFF.value,
    WEBSITE,
    "Service that judges whether a person fills in a form. One other than OFF and TEST takes effect once the site key and the "
    f"secret are set too. TEST accepts the token `test-pass`, in development only. {_FOLLOWS}",
    one_of=tuple(CaptchaProvider),
    check_deployment=_validate_deployment,
    follows_accounts=True,
    is_public=True,
    label="Provider of the CAPTCHA",
)
FORMS: Final = Setting(
    "captcha.forms",
    ",".join(CaptchaForm),
    WEBSITE,
    f"Forms that ask for a CAPTCHA. {_FOLLOWS}",
    some_of=tuple(CaptchaForm),
    follows_accounts=True,
    is_public=True,
    label="Forms with a CAPTCHA",
)
MODE: Final = Setting(
    "captcha.mode",
    CaptchaMode.ALWAYS.value,
    WEBSITE,
    "ALWAYS asks everybody, AFTER_FAILURES only where `captcha.failures` attempts failed before: for the e-mail address at a "
    f"sign-in, and from the network address. {_FOLLOWS}",
    one_of=tuple(CaptchaMode),
    follows_accounts=True,
    is_public=True,
    label="When a CAPTCHA is asked for",
)
FAILURES: Final = Setting(
    "captcha.failures",
    3,
    WEBSITE,
    f"Failed attempts before AFTER_FAILURES asks for a CAPTCHA. {_FOLLOWS}",
    at_least=1,
    at_most=100,
    follows_accounts=True,
    label="Failures before a CAPTCHA",
)
SITE_KEY: Final = Setting(
    "captcha.site_key",
    "",
    WEBSITE,
    f"Public key of the website at the provider, which its widget needs. {_FOLLOWS}",
    follows_accounts=True,
    is_public=True,
    label="Site key of the CAPTCHA",
)
SECRET: Final = Setting(
    "captcha.secret",
    "",
    WEBSITE,
    f"Secret of the website at the provider, with which tokens are verified. {_FOLLOWS}",
    follows_accounts=True,
    is_secret=True,
    label="Secret of the CAPTCHA",
)
SETTINGS: Final[tuple[Setting[Any], ...]] = (PROVIDER, FORMS, MODE, FAILURES, SITE_KEY, SECRET)
PUBLIC_SETTINGS: Final = (PROVIDER, FORMS, MODE, SITE_KEY)


@dataclass(frozen=True, slots=True)
class Captcha:
    """What is in effect; with the provider OFF no form asks."""

    provider: CaptchaProvider
    site_key: str | None
    forms: list[CaptchaForm]
    mode: CaptchaMode


def describe_captcha(shop: SettingValues) -> Captcha:
    """A provider whose site key or secret is missing is not in effect: nobody could pass."""
    provider, mode = CaptchaProvider(shop[PROVIDER]), CaptchaMode(shop[MODE])
    is_ready = provider is CaptchaProvider.TEST or (shop[SITE_KEY] != "" and shop.stored(SECRET) is not None)
    if provider is CaptchaProvider.OFF or not is_ready:
        return Captcha(CaptchaProvider.OFF, None, [], mode)
    chosen = split_choices(shop[FORMS])
    return Captcha(provider, shop[SITE_KEY] or None, [form for form in CaptchaForm if form in chosen], mode)
