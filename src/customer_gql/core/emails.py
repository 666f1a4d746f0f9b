"""One form for one address: what is stored as typed, and what uniqueness is judged by."""

import unicodedata

import email_validator
from email_validator import EmailNotValidError

# Addresses of documentation and test domains belong to nobody; imports and demos are full of them.
email_validator.SPECIAL_USE_DOMAIN_NAMES = []


def validate_email(text: str) -> str:
    """The address as it is stored; ValueError with a sentence when it is none. At most 254 characters."""
    try:
        return email_validator.validate_email(
            unicodedata.normalize("NFKC", text.strip()), check_deliverability=False, globally_deliverable=True
        ).normalized
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None


def normalize_email(email: str) -> str:
    """Upper case, full-width letters and blanks make no other account."""
    return unicodedata.normalize("NFKC", email).strip().casefold().lower()
