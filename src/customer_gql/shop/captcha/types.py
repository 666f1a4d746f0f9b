import strawberry

from customer_gql.graph.fields import column
from customer_gql.graph.scalars import graph_enum

from .settings import CaptchaForm, CaptchaMode, CaptchaProvider

graph_enum(
    CaptchaProvider,
    "Service that judges whether a person fills in a form.",
    {
        "OFF": "No form asks for a CAPTCHA.",
        "TEST": "Accepts the token `test-pass`; in development only.",
        "TURNSTILE": "Cloudflare Turnstile.",
        "HCAPTCHA": "hCaptcha.",
        "RECAPTCHA": "Google reCAPTCHA v2.",
    },
)
graph_enum(
    CaptchaForm,
    "Form that may ask for a CAPTCHA.",
    {
        "SIGN_UP": "Input of `signUp`.",
        "SIGN_IN": "Input of `signIn`.",
        "PASSWORD_RESET": "Input of `passwordResetRequest`.",
        "COMPANY_REGISTER": "Input of `companyRegister`.",
    },
)
graph_enum(
    CaptchaMode,
    "When a form asks for a CAPTCHA.",
    {
        "ALWAYS": "Always.",
        "AFTER_FAILURES": "After some attempts failed: the mutation then answers `captcha.required`.",
    },
)


@strawberry.type(name="ShopCaptcha", description="CAPTCHA of a website, for the widget of its provider.")
class CaptchaType:
    provider: CaptchaProvider = column("Service that judges; `OFF` where no form asks.")
    site_key: str | None = column("Public key that the widget of the provider needs; null where there is none.")
    forms: list[CaptchaForm] = column("Forms that take `captchaToken`.", assumed=4)
    mode: CaptchaMode = column("When these forms ask.")
