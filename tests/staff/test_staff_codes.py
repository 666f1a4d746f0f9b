"""A code is counted before it is compared, wherever it is asked for; ten wrong ones end the session."""

import time

import pytest
from pyotp.totp import TOTP

from customer_gql.messaging.mail.budgets import HOURLY_PER_KIND
from customer_gql.security import tokens
from customer_gql.staff.sign_in import attempts
from support.staff import PASSWORD, events, mails_to, sign_in, with_token

pytest_plugins = ["support.staff_fixtures"]

ENROLL = "mutation E($input: StaffTotpEnrollInput!) { staffTotpEnroll(input: $input) { secret } }"
CONFIRM = """mutation C($input: StaffTotpConfirmInput!) { confirmed: staffTotpConfirm(input: $input) {
  recoveryCodes userErrors { code path } } }"""
DISABLE = """mutation D($input: StaffTotpDisableInput!) { disabled: staffTotpDisable(input: $input) {
  isOff userErrors { code path } } }"""
WRONG = [{"code": "INVALID", "path": ["code"]}]
REFUSED = [{"code": "INVALID", "path": ["code"]}]


@pytest.fixture
async def me(admin, grace):
    return with_token(admin, (await sign_in(admin, grace.email, PASSWORD))["token"])


async def enrolled(me, connection, user):
    secret = (await me.data(ENROLL, input={"password": PASSWORD}))["staffTotpEnroll"]["secret"]
    done = (await me.data(CONFIRM, input={"code": TOTP(secret).now()}))["confirmed"]
    await connection.execute("UPDATE staff_totp SET last_step = 0 WHERE staff_id = $1", user.id)
    return secret, done["recoveryCodes"]


async def confirm(me, code):
    return (await me.data(CONFIRM, input={"code": code}))["confirmed"]["userErrors"]


async def disable(me, code):
    return (await me.data(DISABLE, input={"password": PASSWORD, "code": code}))["disabled"]["userErrors"]


async def end_pause(connection, me):
    key = attempts.session_failure_key(tokens.hash_token(me.token))
    await connection.execute("UPDATE throttle SET until = now() WHERE key_hash = $1", key)


async def begin_pause(connection, me):
    key = attempts.session_failure_key(tokens.hash_token(me.token))
    await connection.execute("UPDATE throttle SET until = now() + interval '1 minute' WHERE key_hash = $1", key)


async def test_a_right_code_is_not_compared_while_a_pause_lasts(me, grace, connection):
    secret = (await me.data(ENROLL, input={"password": PASSWORD}))["staffTotpEnroll"]["secret"]
    assert [await confirm(me, "000000") for _ in range(5)] == [WRONG] * 5
    await begin_pause(connection, me)
    assert await confirm(me, TOTP(secret).now()) == REFUSED
    await end_pause(connection, me)
    assert await confirm(me, TOTP(secret).now()) == []
    assert await mails_to(connection, grace) == ["staff_new_device", *["staff_code_wrong"] * 5, "staff_totp_on"]


async def test_a_right_password_forgives_no_wrong_code(me, grace, connection):
    secret, _ = await enrolled(me, connection, grace)
    assert [await disable(me, "000000") for _ in range(5)] == [WRONG] * 5
    await begin_pause(connection, me)
    assert await disable(me, TOTP(secret).now()) == [{"code": "INVALID", "path": ["password"]}]
    await end_pause(connection, me)
    assert await disable(me, TOTP(secret).now()) == []


@pytest.mark.parametrize("code", ["000000", "00000-00000-00000-00000"])
async def test_ten_wrong_codes_end_the_session(code, me, admin, grace, connection):
    await enrolled(me, connection, grace)
    for _ in range(9):
        assert await disable(me, code) == WRONG
        await end_pause(connection, me)
    assert await disable(me, code) == [{"code": "NOT_ALLOWED", "path": ["code"]}]
    assert (await me.post("{ __typename }")).status_code == 401
    told = [kind for kind, _ in await events(connection, grace.id)]
    assert told == ["SIGNED_IN", "TOTP_ON", *["TOTP_WRONG"] * 10, "SESSION_ENDED"]
    # As many mails of one kind as a mailbox gets in an hour.
    assert (await mails_to(connection, grace)).count("staff_code_wrong") == HOURLY_PER_KIND.default


async def test_of_many_codes_at_once_ten_are_compared(me, grace, connection):
    """The counter of codes stands beside the pauses: it holds where the pauses are over."""
    await enrolled(me, connection, grace)
    key = attempts.session_code_key(tokens.hash_token(me.token))
    await connection.execute("INSERT INTO throttle VALUES ($1, 10, now() + interval '1 day')", key)
    assert await disable(me, "000000") == [{"code": "INVALID", "path": ["password"]}]
    assert "staff_code_wrong" not in await mails_to(connection, grace)


async def test_a_wrong_code_at_sign_in_is_mailed_and_forgives_nothing(me, admin, grace, connection):
    _, codes = await enrolled(me, connection, grace)
    for code in ("000000", "00000-00000", None):
        assert (await sign_in(admin, grace.email, PASSWORD, code))["token"] is None
    failures = "SELECT count FROM throttle WHERE key_hash = $1"
    assert await connection.fetchval(failures, attempts.failure_key(grace.email)) == 3
    assert (await mails_to(connection, grace)).count("staff_code_wrong") == 2
    assert (await sign_in(admin, grace.email, PASSWORD, codes[0]))["token"]
    assert await connection.fetchval(failures, attempts.failure_key(grace.email)) is None
    assert ("RECOVERY_CODE_USED", "STAFF") in await events(connection, grace.id)
    left = "SELECT placeholders FROM mail_outbox WHERE recipient = $1 AND template = 'staff_recovery_code_used'"
    assert '"codesLeft":"9"' in (await connection.fetchval(left, grace.email)).replace(" ", "")


async def test_the_session_of_another_is_not_delayed(me, admin, grace, connection):
    """Whoever stole a session keeps its owner out of nothing."""
    secret, _ = await enrolled(me, connection, grace)
    for _ in range(5):
        await disable(me, "000000")
    await begin_pause(connection, me)
    owner = with_token(admin, (await sign_in(admin, grace.email, PASSWORD, TOTP(secret).at(int(time.time()))))["token"])
    await connection.execute("UPDATE staff_totp SET last_step = 0 WHERE staff_id = $1", grace.id)
    assert await disable(owner, TOTP(secret).now()) == []
    assert (await mails_to(connection, grace))[-1] == "staff_totp_off"
