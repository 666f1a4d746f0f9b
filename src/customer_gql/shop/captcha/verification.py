"""One request to the provider, which says whether a person got the token (docs/domain/captcha.md#captcha-4).

What goes there is the token and the keys of the website; the network address of the shopper does not.
"""

import asyncio
import enum
import re
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import httpx2
import orjson

from customer_gql.settings import Settings

from .settings import CaptchaProvider

VERIFY_SECONDS: Final = 3.0
TEST_TOKEN: Final = "test-pass"  # noqa: S105 - accepted in development only
_ANSWER_BYTES: Final = 16 * 1024
_TOKEN: Final = re.compile(r"[!-~]{1,8192}")
_URLS: Final[Mapping[CaptchaProvider, str]] = {
    CaptchaProvider.TURNSTILE: "https://challenges.cloudflare.com/turnstile/v0/siteverify",
    CaptchaProvider.HCAPTCHA: "https://api.hcaptcha.com/siteverify",
    CaptchaProvider.RECAPTCHA: "https://www.google.com/recaptcha/api/siteverify",
}
# The provider refuses us, and says nothing about the token.
_OUR_FAULTS: Final = frozenset(
    {
        "missing-input-secret",
        "invalid-input-secret",
        "invalid-or-already-seen-secret",
        "sitekey-secret-mismatch",
        "internal-error",
    }
)
_STATUS_OF_BAD_TOKENS: Final = frozenset({200, 400, 413, 422})


class Verdict(enum.Enum):
    PASSED = "passed"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"
    """The provider is down, slow, or does not know our keys."""


async def verify_token(
    provider: CaptchaProvider, token: str, *, site_key: str, secret: str | None, deployment: Settings
) -> Verdict:
    if not _TOKEN.fullmatch(token):
        return Verdict.FAILED
    if provider is CaptchaProvider.TEST:
        is_right = deployment.environment == "development" and token == TEST_TOKEN
        return Verdict.PASSED if is_right else Verdict.FAILED
    if secret is None:
        return Verdict.UNAVAILABLE
    form = {"secret": secret, "response": token}
    if provider is CaptchaProvider.HCAPTCHA:
        form["sitekey"] = site_key
    try:
        async with asyncio.timeout(VERIFY_SECONDS):
            status, body = await _post(deployment.captcha_verify_url or _URLS[provider], form)
    except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL):
        return Verdict.UNAVAILABLE
    return _read_verdict(status, body)


async def _post(url: str, form: Mapping[str, str]) -> tuple[int, bytes]:
    body = b""
    async with (
        httpx2.AsyncClient(verify=_tls_context(), trust_env=False, timeout=VERIFY_SECONDS) as client,
        client.stream("POST", url, data=dict(form)) as answer,
    ):
        async for part in answer.aiter_bytes():
            body += part
            if len(body) > _ANSWER_BYTES:
                return answer.status_code, b""
    return answer.status_code, body


def _read_verdict(status: int, body: bytes) -> Verdict:
    try:
        answer: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return Verdict.UNAVAILABLE
    if status not in _STATUS_OF_BAD_TOKENS or not isinstance(answer, dict) or "success" not in answer:
        return Verdict.UNAVAILABLE
    if answer["success"] is True:
        return Verdict.PASSED if status == 200 else Verdict.UNAVAILABLE
    codes = answer.get("error-codes")
    is_our_fault = isinstance(codes, list) and any(code in _OUR_FAULTS for code in codes if isinstance(code, str))
    return Verdict.UNAVAILABLE if is_our_fault else Verdict.FAILED


@cache
def _tls_context() -> ssl.SSLContext:
    """Read once, because reading the certificates takes 50 ms."""
    return ssl.create_default_context()
