"""Documents of the storefront, as a shop would send them."""

PASSWORD = "correct horse battery staple"
ANOTHER = "an entirely different phrase"
ERRORS = "userErrors { code message path }"

SIGN_UP = "mutation U($input: SignUpInput!) { signUp(input: $input) { isConfirmationRequired " + ERRORS + " } }"
SIGN_IN = """mutation I($input: SignInInput!) { signIn(input: $input) {
  accessToken accessTokenExpiresAt refreshToken sessionExpiresAt userErrors { code message path } } }"""
REFRESH = """mutation R($input: TokenRefreshInput!) { tokenRefresh(input: $input) {
  accessToken refreshToken userErrors { code path } } }"""
SIGN_OUT = "mutation O($input: SignOutInput!) { signOut(input: $input) { endedSessionCount " + ERRORS + " } }"
SESSIONS = "{ sessions { id device address isCurrent } }"
REVOKE = "mutation V($input: SessionRevokeInput!) { sessionRevoke(input: $input) { endedSessionCount " + ERRORS + " } }"
CONFIRM = "mutation C($input: EmailTokenInput!) { emailConfirm(input: $input) { isChanged userErrors { code path } } }"
RESEND = "mutation S($input: EmailInput!) { emailConfirmResend(input: $input) { userErrors { code path } } }"
RESET_REQUEST = "mutation Q($input: PasswordResetRequestInput!) { passwordResetRequest(input: $input) { userErrors { code path } } }"
RESET = "mutation T($input: PasswordResetInput!) { passwordReset(input: $input) { userErrors { code path } } }"
CHANGE = """mutation P($input: PasswordChangeInput!) { passwordChange(input: $input) {
  endedSessionCount userErrors { code path } } }"""
EMAIL_REQUEST = """mutation E($input: EmailChangeRequestInput!) { emailChangeRequest(input: $input) {
  userErrors { code path } } }"""
EMAIL_CONFIRM = (
    "mutation F($input: EmailTokenInput!) { emailChangeConfirm(input: $input) { isChanged userErrors { code path } } }"
)
DELETE = """mutation D($input: MeDeleteRequestInput!) { meDeleteRequest(input: $input) {
  isDeleted userErrors { code path } } }"""
EXCHANGE = """mutation X($input: LoginAsExchangeInput!) { loginAsExchange(input: $input) {
  accessToken refreshToken userErrors { code path } } }"""
ME = "{ me { id } }"


def person(email, **given):
    return {"email": email, "password": PASSWORD, "firstName": "Ada", "lastName": "Byron", **given}


async def is_let_in(client):
    """Whether the client's token still opens the account."""
    response = await client.post(ME)
    assert response.status_code in {200, 401}
    return response.status_code == 200
