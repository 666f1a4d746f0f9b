"""Asking for a CAPTCHA before a form is evaluated (docs/domain/captcha.md#captcha-2).

Nothing here looks at accounts: what is counted for an e-mail address is counted with or without one, so that the answer and
its time are alike.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog
from prometheus_client import Counter

from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.viewer import ViewerKind
from customer_gql.database.statements import Connection, Row
from customer_gql.graph.context import Context
from customer_gql.security import throttle
from customer_gql.shop.settings.reads import SettingValues, settings_at
from customer_gql.shop.settings.secrets import read_secret

from .settings import FAILURES, SECRET, SETTINGS, SITE_KEY, CaptchaForm, CaptchaMode, describe_captcha
from .verification import Verdict, verify_token

FindKeys = Callable[[Connection], Awaitable[Sequence[bytes]]]
"""The counters of failures of what was typed into the form."""

log = structlog.get_logger("captcha")
_verdicts: Final = Counter("customer_gql_captcha_verdicts", "Tokens of CAPTCHAs that were verified.", ["verdict"])
_COUNTER: Final = "captcha"
_PATH: Final = ("captchaToken",)
_CAPTCHA_REQUIRED: Final = Refusal(
    "captcha.required", "Solve the CAPTCHA of `shop.captcha` and send its token.", UserErrorCode.REQUIRED
)


class _NotSolved(RuleError):
    """The same refusal of a token that is wrong, used or too old: clients show the CAPTCHA again."""

    def __init__(self) -> None:
        super().__init__(_CAPTCHA_REQUIRED, {}, _PATH)

    @property
    def code(self) -> UserErrorCode:
        return UserErrorCode.INVALID


async def require_captcha(
    context: Context, view: Row, form: CaptchaForm, token: str | None, *, find_keys: FindKeys | None = None
) -> None:
    """Raises `RuleError` where the form asks for a CAPTCHA and the token is missing or not good, and `RateLimited` for a network
    address that sends many bad ones. While the provider is down, the other limits have to do. Holds no connection
    while the provider is asked."""
    async with context.database.reads.acquire() as connection:
        shop = await settings_at(connection, *SETTINGS, website_id=view.website_id)
        if not await _is_asked_for(connection, shop, form, context.caller.address, find_keys):
            return
    if not token:
        raise _CAPTCHA_REQUIRED(path=_PATH)
    captcha, address = describe_captcha(shop), context.caller.address
    async with context.database.writes.acquire() as connection:
        limits = context.settings.storefront
        await throttle.count_address_attempt(connection, ViewerKind.CUSTOMER, address, limits, counter=_COUNTER)
    verdict = await verify_token(
        captcha.provider,
        token,
        site_key=shop[SITE_KEY],
        secret=read_secret(shop, SECRET, context.settings.secret_keys),
        deployment=context.settings,
    )
    _verdicts.labels(verdict.value).inc()
    if verdict is Verdict.FAILED:
        raise _NotSolved
    if verdict is Verdict.UNAVAILABLE:
        log.warning("captcha_unavailable", provider=captcha.provider.value, website_id=view.website_id)
        return
    async with context.database.writes.acquire() as connection:
        await throttle.take_back_address_attempt(connection, ViewerKind.CUSTOMER, address, counter=_COUNTER)


async def _is_asked_for(
    connection: Connection, shop: SettingValues, form: CaptchaForm, address: str, find_keys: FindKeys | None
) -> bool:
    captcha = describe_captcha(shop)
    if form not in captcha.forms:
        return False
    if captcha.mode is CaptchaMode.ALWAYS:
        return True
    keys = [] if find_keys is None else await find_keys(connection)
    failures = await throttle.most_failures(connection, ViewerKind.CUSTOMER, address, keys)
    return failures >= shop[FAILURES]
