"""E-mail addresses: the form that is stored, and the form that is compared."""

import email_validator
from email_validator import EmailNotValidError

from .text import normalize_compatible_text

# Domains of documentation and tests are accepted: imports and demos contain many such addresses.
email_validator.SPECIAL_USE_DOMAIN_NAMES = []


def validate_email(text: str) -> str:
    """The address as it is stored, at most 254 characters. Raises `ValueError` with a sentence for the person who typed it."""
    try:
        return email_validator.validate_email(
            normalize_compatible_text(text), check_deliverability=False, globally_deliverable=True
        ).normalized
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None


def normalize_email(email: str) -> str:
    """The form that decides whether two addresses are the same: case, full-width letters and outer spaces do not count."""
    return normalize_compatible_text(email).casefold().lower()
