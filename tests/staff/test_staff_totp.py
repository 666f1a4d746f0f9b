"""The second factor: on by choice, each code once, recovery codes for when it is lost."""

import asyncio
import time

import pytest
from pyotp.totp import TOTP

from support.staff import PASSWORD, events, make_staff, session_of, sign_in, with_token

ENROLL = "mutation E($input: StaffTotpEnrollInput!) { staffTotpEnroll(input: $input) { secret uri userErrors { code path } } }"
CONFIRM = """mutation C($input: StaffTotpConfirmInput!) { staffTotpConfirm(input: $input) {
  recoveryCodes userErrors { code path } } }"""
DISABLE = (
    "mutation D($input: StaffTotpDisableInput!) { staffTotpDisable(input: $input) { isOff userErrors { code path } } }"
)

pytest_plugins = ["support.staff_fixtures"]
CHANGE = """mutation C($input: StaffPasswordChangeInput!) { staffPasswordChange(input: $input) {
  isChanged userErrors { code path } } }"""
ME = "{ staffMe { isTotpOn recoveryCodesLeftCount } }"


@pytest.fixture
async def me(admin, grace, connection):
    return with_token(admin, await session_of(connection, grace.id))


async def enrolled(me, connection, staff_id):
    """A secret that is on, the recovery codes, and no code used yet in this half minute."""
    secret = (await me.data(ENROLL, input={"password": PASSWORD}))["staffTotpEnroll"]["secret"]
    done = (await me.data(CONFIRM, input={"code": TOTP(secret).now()}))["staffTotpConfirm"]
    assert done["userErrors"] == []
    await forget_step(connection, staff_id)
    return secret, done["recoveryCodes"]


async def forget_step(connection, staff_id):
    await connection.execute("UPDATE staff_totp SET last_step = 0 WHERE staff_id = $1", staff_id)


def code_of(secret, shift=0):
    return TOTP(secret).at(int(time.time()) + 30 * shift)


async def test_it_is_on_after_a_first_code(me, admin, grace, connection):
    answer = (await me.data(ENROLL, input={"password": PASSWORD}))["staffTotpEnroll"]
    assert answer["uri"].startswith("otpauth://totp/customer-gql:")
    assert answer["secret"] in answer["uri"]
    assert (await me.data(ME))["staffMe"] == {"isTotpOn": False, "recoveryCodesLeftCount": 0}
    assert (await sign_in(admin, grace.email, PASSWORD))["token"]  # not before it is confirmed
    wrong = (await me.data(CONFIRM, input={"code": "abcdef"}))["staffTotpConfirm"]
    assert wrong == {"recoveryCodes": [], "userErrors": [{"code": "INVALID", "path": ["code"]}]}
    done = (await me.data(CONFIRM, input={"code": code_of(answer["secret"])}))["staffTotpConfirm"]
    assert (len(set(done["recoveryCodes"])), done["userErrors"]) == (10, [])
    assert (await me.data(ME))["staffMe"] == {"isTotpOn": True, "recoveryCodesLeftCount": 10}
    assert ("TOTP_ON", "STAFF") in await events(connection, grace.id)


async def test_a_code_is_taken_as_authenticators_show_it(me, grace, connection):
    secret = (await me.data(ENROLL, input={"password": PASSWORD}))["staffTotpEnroll"]["secret"]
    code = code_of(secret)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    for wrong in ("\u00e9", "\U0001d7ce" * 5, "\u0665" * 6):  # no fault of the comparison either
        refused = (await me.data(CONFIRM, input={"code": wrong}))["staffTotpConfirm"]
        assert refused["userErrors"] == [{"code": "INVALID", "path": ["code"]}]
    done = (await me.data(CONFIRM, input={"code": f" {wide[:3]}\u00a0{wide[3:]} "}))["staffTotpConfirm"]
    assert (len(done["recoveryCodes"]), done["userErrors"]) == (10, [])


async def test_a_wrong_short_password_is_called_wrong(me, grace, connection):
    await enrolled(me, connection, grace.id)
    document = (
        "mutation D($input: StaffTotpDisableInput!) { staffTotpDisable(input: $input) { userErrors { message } } }"
    )
    answer = await me.data(document, input={"password": "wrong", "code": "000000"})
    assert answer["staffTotpDisable"]["userErrors"][0]["message"].startswith("This is not the account")


async def test_neither_secret_nor_recovery_code_is_stored_as_it_is(me, grace, connection):
    secret, codes = await enrolled(me, connection, grace.id)
    stored = str(await connection.fetch("SELECT * FROM staff_totp")) + str(
        await connection.fetch("SELECT * FROM staff_recovery_code")
    )
    stored += str(await connection.fetch("SELECT * FROM staff_event"))
    assert secret not in stored
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]


async def test_without_the_right_code_the_right_password_is_wrong(me, admin, grace, connection):
    secret, _ = await enrolled(me, connection, grace.id)
    for code in (None, "", "000000", "0" * 1000, code_of(secret, -10), code_of(secret, 10)):
        refused = await sign_in(admin, grace.email, PASSWORD, code)
        assert refused["userErrors"][0]["code"] == "INVALID"
        await connection.execute("DELETE FROM throttle")
    wrong_password = await sign_in(admin, grace.email, "wrong", code_of(secret))
    assert wrong_password == refused
    assert (await sign_in(admin, grace.email, PASSWORD, code_of(secret)))["token"]  # no guess used it up


@pytest.mark.parametrize("shift", [-1, 0, 1])
async def test_a_clock_half_a_minute_off_is_well(shift, me, admin, grace, connection):
    secret, _ = await enrolled(me, connection, grace.id)
    assert (await sign_in(admin, grace.email, PASSWORD, f" {code_of(secret, shift)}"))["token"]


async def test_a_code_seen_once_is_worth_nothing(me, admin, grace, connection):
    secret, _ = await enrolled(me, connection, grace.id)
    code = code_of(secret)
    assert (await sign_in(admin, grace.email, PASSWORD, code))["token"]
    assert not (await sign_in(admin, grace.email, PASSWORD, code))["token"]
    assert not (await sign_in(admin, grace.email, PASSWORD, code_of(secret, -1)))["token"]
    assert (await sign_in(admin, grace.email, PASSWORD, code_of(secret, 1)))["token"]


async def test_the_code_that_switched_it_on_does_not_sign_in(me, admin, grace):
    secret = (await me.data(ENROLL, input={"password": PASSWORD}))["staffTotpEnroll"]["secret"]
    code = TOTP(secret).now()
    assert (await me.data(CONFIRM, input={"code": code}))["staffTotpConfirm"]["userErrors"] == []
    assert not (await sign_in(admin, grace.email, PASSWORD, code))["token"]


async def test_one_code_typed_by_many_at_once_lets_one_in(me, admin, grace, connection):
    secret, _ = await enrolled(me, connection, grace.id)
    code = code_of(secret)
    answers = await asyncio.gather(*[sign_in(admin, grace.email, PASSWORD, code) for _ in range(5)])
    assert len([answer for answer in answers if answer["token"]]) == 1


async def test_each_recovery_code_stands_in_once(me, admin, grace, connection):
    _, codes = await enrolled(me, connection, grace.id)
    assert (await sign_in(admin, grace.email, PASSWORD, codes[0].upper()))["token"]
    assert not (await sign_in(admin, grace.email, PASSWORD, codes[0]))["token"]
    assert (await sign_in(admin, grace.email, PASSWORD, codes[1].replace("-", "")))["token"]
    assert (await me.data(ME))["staffMe"]["recoveryCodesLeftCount"] == 8


async def test_a_code_of_another_user_opens_nothing(me, admin, grace, connection):
    secret, codes = await enrolled(me, connection, grace.id)
    other = await make_staff(connection, 1, password=PASSWORD)
    await connection.execute(
        "INSERT INTO staff_totp SELECT $1, secret, confirmed_at FROM staff_totp WHERE staff_id = $2", other.id, grace.id
    )
    for code in (code_of(secret), codes[0]):
        assert not (await sign_in(admin, other.email, PASSWORD, code))["token"]


async def test_switching_it_off_needs_password_and_code(me, admin, grace, connection):
    secret, codes = await enrolled(me, connection, grace.id)

    async def disable(**input):
        return (await me.data(DISABLE, input=input))["staffTotpDisable"]

    assert await disable(code=code_of(secret)) == {
        "isOff": False,
        "userErrors": [{"code": "REQUIRED", "path": ["password"]}],
    }
    assert (await disable(password=PASSWORD, code="000000"))["userErrors"] == [{"code": "INVALID", "path": ["code"]}]
    assert await disable(password=PASSWORD, code=codes[0]) == {"isOff": True, "userErrors": []}
    assert (await me.data(ME))["staffMe"] == {"isTotpOn": False, "recoveryCodesLeftCount": 0}
    assert (await sign_in(admin, grace.email, PASSWORD))["token"]
    assert ("TOTP_OFF", "STAFF") in await events(connection, grace.id)


async def test_with_it_a_shorter_password_will_do_and_then_it_cannot_go(me, admin, grace, connection):
    short = "twelve chars"
    refused = await me.data(CHANGE, input={"password": PASSWORD, "newPassword": short})
    assert refused["staffPasswordChange"]["userErrors"] == [{"code": "INVALID", "path": ["newPassword"]}]
    _, codes = await enrolled(me, connection, grace.id)
    changed = await me.data(CHANGE, input={"password": PASSWORD, "newPassword": short})
    assert changed == {"staffPasswordChange": {"isChanged": True, "userErrors": []}}
    kept = await me.data(DISABLE, input={"password": short, "code": codes[0]})
    assert kept["staffTotpDisable"] == {"isOff": False, "userErrors": [{"code": "NOT_ALLOWED", "path": ["password"]}]}


async def test_it_is_not_replaced_while_it_is_on(me, grace, connection):
    await enrolled(me, connection, grace.id)
    again = (await me.data(ENROLL, input={"password": PASSWORD}))["staffTotpEnroll"]
    assert again == {"secret": None, "uri": None, "userErrors": [{"code": "NOT_ALLOWED", "path": None}]}


async def test_without_a_key_there_is_no_second_factor(settings, database, database_url, grace, connection):
    from support.clients import Client, served

    keyless = settings.model_copy(update={"secret_keys": type(settings.secret_keys)("")})
    async with served(keyless, database) as http:
        client = Client(http, "/admin/graphql", await session_of(connection, grace.id))
        refused = (await client.data(ENROLL, input={"password": PASSWORD}))["staffTotpEnroll"]
    assert refused["userErrors"] == [{"code": "NOT_ALLOWED", "path": None}]
