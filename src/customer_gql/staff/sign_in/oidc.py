"""Staff sign in at an identity provider: authorization code flow with PKCE, state and nonce (extra `oidc`).

Who comes back is an active staff user, known by the provider's account of their first sign-in; at the first one, by an
address that the provider has verified. No user is created. A second factor is the provider's responsibility. The browser
carries a code that works once, for a minute, for the page that started the sign-in, and no token
(docs/domain/staff-sign-in.md#staff-sign-in-13).
"""

import base64
import datetime as dt
import hashlib
import re
import secrets
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.ids import encode_id
from customer_gql.core.values.emails import normalize_email
from customer_gql.core.viewer import ViewerKind
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, execute_statement, fetch_one, fetch_value
from customer_gql.security import tokens
from customer_gql.security.throttle import count_address_attempt
from customer_gql.settings import Settings
from customer_gql.staff.audit.writes import actor_without_token, record_staff_event
from customer_gql.staff.tables import staff_oidc_code, staff_oidc_flow, staff_oidc_identity, staff_user

FLOW_LIFETIME: Final = dt.timedelta(minutes=10)
CODE_LIFETIME: Final = dt.timedelta(seconds=60)
_ALGORITHMS: Final = ["RS256", "PS256", "ES256"]  # signatures by the provider's key; never none, never a shared secret
_TIMEOUT_SECONDS: Final = 5
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 in URL-safe base64 (RFC 7636, S256)
_MAX_SUBJECT: Final = 255


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """The account that the provider names. `email` is None when it has not verified an address."""

    issuer: str
    subject: str
    email: str | None


class OidcRefused(Exception):
    """The answer of the provider is refused. The reason is for the log; the person learns only that it did not work."""


@cache
def _trusted_authorities() -> Any:
    """Read once: reading the certificates for each sign-in would keep all other requests waiting for 50 ms."""
    import httpx  # noqa: PLC0415 - an extra

    return httpx.create_ssl_context()


def _oidc_client(settings: Settings) -> Any:
    from authlib.integrations.httpx_client import AsyncOAuth2Client  # noqa: PLC0415 - an extra

    return AsyncOAuth2Client(
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value(),
        redirect_uri=settings.oidc_redirect_url,
        scope="openid email",
        code_challenge_method="S256",
        timeout=_TIMEOUT_SECONDS,
        verify=_trusted_authorities(),
    )


async def _discover_provider(client: Any, settings: Settings) -> dict[str, Any]:
    issuer = settings.oidc_issuer or ""
    answer = await client.request("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration", withhold_token=True)
    found = answer.raise_for_status().json()
    if found.get("issuer") != issuer:
        raise OidcRefused("the provider names another issuer")
    return found


async def start_oidc_flow(
    database: Database, settings: Settings, *, challenge: str, address: str | None
) -> tuple[str, str]:
    """Where to send the browser, and the state it has to bring back.

    `challenge` is the SHA-256 of a verifier that the page keeps for `exchange_one_time_code`. Raises `OidcRefused`, and
    `RateLimited` for an address that starts too many.
    """
    if not _CHALLENGE.fullmatch(challenge):
        raise OidcRefused("no challenge of the page that starts")
    async with database.transaction() as connection:
        await count_address_attempt(connection, ViewerKind.STAFF, address, settings.admin, counter="oidc")
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    async with _oidc_client(settings) as client:
        provider = await _discover_provider(client, settings)
        url, _ = client.create_authorization_url(
            provider["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
    now = read_clock()
    flow = {"nonce": nonce, "verifier": verifier, "challenge": challenge, "expires_at": now + FLOW_LIFETIME}
    async with database.transaction() as connection:
        await execute_statement(connection, delete(staff_oidc_flow).where(staff_oidc_flow.c.expires_at < now))
        await execute_statement(connection, insert(staff_oidc_flow).values(state_hash=tokens.hash_token(state), **flow))
    return url, state


async def finish_oidc_flow(
    database: Database, settings: Settings, *, code: str, state: str, address: str | None
) -> str:
    """The one-time code for the person that the provider names. Raises `OidcRefused`."""
    async with database.transaction() as connection:
        flow = await fetch_one(
            connection,
            delete(staff_oidc_flow)
            .where(
                staff_oidc_flow.c.state_hash == tokens.hash_token(state),
                staff_oidc_flow.c.expires_at > read_clock(),
            )
            .returning(staff_oidc_flow.c.nonce, staff_oidc_flow.c.verifier, staff_oidc_flow.c.challenge),
        )
    if flow is None:
        raise OidcRefused("unknown or used state")
    account = await _fetch_account(settings, code, flow.verifier, flow.nonce)
    async with database.transaction() as connection:
        staff_id = await _find_or_bind_owner(connection, account, address)
        if staff_id is not None:
            return await _issue_one_time_code(connection, staff_id, flow.challenge)
        await record_staff_event(connection, "SIGN_IN_FAILED", by=actor_without_token(None, address))
    raise OidcRefused("no active staff user belongs to this account of the provider")


async def _find_or_bind_owner(connection: Connection, account: ProviderAccount, address: str | None) -> int | None:
    """The active staff user whose account at the provider this is. The first sign-in binds the two."""
    identity = staff_oidc_identity.c
    bound = await fetch_one(
        connection,
        select(staff_user.c.id, staff_user.c.is_active)
        .join(staff_oidc_identity)
        .where(identity.issuer == account.issuer, identity.subject == account.subject),
    )
    if bound is not None:
        return bound.id if bound.is_active else None
    if account.email is None:
        return None
    named = staff_user.c.email == normalize_email(account.email)
    staff_id = await fetch_value(connection, select(staff_user.c.id).where(named, staff_user.c.is_active))
    if staff_id is None:
        return None
    # Another account of the provider may get an address that a staff user once had.
    binding = upsert(staff_oidc_identity).values(issuer=account.issuer, subject=account.subject, staff_id=staff_id)
    if await execute_statement(connection, binding.on_conflict_do_nothing()) == 0:
        return None
    by = actor_without_token(staff_id, address)
    await record_staff_event(connection, "OIDC_BOUND", by=by, subject=encode_id("stf", staff_id))
    return staff_id


async def forget_provider_accounts(connection: Connection, staff_id: int, *, by: Actor) -> bool:
    """Let the next sign-in of the user bind another account of the provider; whether one was bound."""
    forgotten = delete(staff_oidc_identity).where(staff_oidc_identity.c.staff_id == staff_id)
    if await execute_statement(connection, forgotten) == 0:
        return False
    await record_staff_event(connection, "OIDC_UNBOUND", by=by, subject=encode_id("stf", staff_id))
    return True


async def _fetch_account(settings: Settings, code: str, verifier: str, nonce: str) -> ProviderAccount:
    async with _oidc_client(settings) as client:
        provider = await _discover_provider(client, settings)
        given = await client.fetch_token(
            provider["token_endpoint"], code=code, code_verifier=verifier, grant_type="authorization_code"
        )
        keys = (await client.request("GET", provider["jwks_uri"], withhold_token=True)).raise_for_status().json()
    claims = _verify_id_token(given.get("id_token") or "", keys, settings, nonce)
    subject, email = claims.get("sub"), claims.get("email")
    if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_SUBJECT:
        raise OidcRefused("no subject")
    is_verified = claims.get("email_verified") is True and isinstance(email, str)
    return ProviderAccount(settings.oidc_issuer or "", subject, email if is_verified else None)


def _verify_id_token(id_token: str, keys: Any, settings: Settings, nonce: str) -> dict[str, Any]:
    from joserfc import errors, jwt  # noqa: PLC0415 - comes with the extra
    from joserfc.jwk import KeySet  # noqa: PLC0415

    try:
        token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS)
        jwt.JWTClaimsRegistry(
            leeway=60,
            iss={"essential": True, "value": settings.oidc_issuer or ""},
            aud={"essential": True, "value": settings.oidc_client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(token.claims)
    except (errors.JoseError, ValueError) as error:
        raise OidcRefused(type(error).__name__) from None
    if token.claims.get("azp", settings.oidc_client_id) != settings.oidc_client_id:
        raise OidcRefused("made for another client")
    return token.claims


async def _issue_one_time_code(connection: Connection, staff_id: int, challenge: str | None) -> str:
    code = tokens.new_token(tokens.STAFF_CODE)
    row = {"code_hash": tokens.hash_token(code), "expires_at": read_clock() + CODE_LIFETIME}
    await execute_statement(connection, insert(staff_oidc_code).values(staff_id=staff_id, challenge=challenge, **row))
    return code


async def exchange_one_time_code(connection: Connection, code: str, verifier: str, address: str | None) -> int | None:
    """Whose code it is, used up by asking; None when it does not work any more, or another page started it."""
    found = await fetch_one(
        connection,
        delete(staff_oidc_code)
        .where(
            staff_oidc_code.c.code_hash == tokens.hash_token(code),
            staff_oidc_code.c.expires_at > read_clock(),
            staff_oidc_code.c.staff_id.in_(select(staff_user.c.id).where(staff_user.c.is_active)),
        )
        .returning(staff_oidc_code.c.staff_id, staff_oidc_code.c.challenge),
    )
    if found is None or not secrets.compare_digest(compute_challenge(verifier), found.challenge or ""):
        return None
    by = actor_without_token(found.staff_id, address)
    await record_staff_event(connection, "SIGNED_IN", by=by, subject=encode_id("stf", found.staff_id))
    return found.staff_id


def compute_challenge(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
