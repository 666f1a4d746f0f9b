"""What every movement of a ledger is asked with."""

from customer_gql.core.errors import RuleError, UserErrorCode


def checked_key(key: str) -> str:
    if not 1 <= len(key) <= 128 or not key.isprintable():
        raise RuleError("An idempotencyKey has 1 to 128 printable characters.", path=["idempotencyKey"])
    return key


def checked_comment(comment: str | None) -> str | None:
    text = (comment or "").strip()
    if len(text) > 1000:
        raise RuleError("A comment has at most 1,000 characters.", path=["comment"], code=UserErrorCode.TOO_LONG)
    return text or None
