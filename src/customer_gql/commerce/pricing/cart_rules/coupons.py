"""Codes of coupons: the one that staff choose, or many that are made up (docs/domain/cart-price-rules.md#cart-price-rules-2)."""

import re
import secrets
from collections.abc import Collection
from typing import Final

from sqlalchemy import ARRAY, Text, cast, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from customer_gql.commerce.managed.records import lock_managed
from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.core.text import normalize_compatible_text, to_capital_letters
from customer_gql.database.statements import Connection, execute_statement, fetch_rows, fetch_value
from customer_gql.staff.audit.writes import record_staff_event

from .kinds import CART_PRICE_RULES
from .tables import CouponKind, coupon

MOST_AT_ONCE: Final = 10_000
MOST_OF_RULE: Final = 250_000
SHORTEST: Final = 8
LONGEST: Final = 40
LONGEST_PREFIX: Final = 20
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that look like others. Eight of them are a million million codes, so that few guesses find one of 250,000."""
_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,63}")
_PREFIX: Final = re.compile(r"[A-Z0-9_-]*")

_CODE_WRONG: Final = Refusal(
    "coupon.code_wrong", "Enter a code of at most {limit} letters, digits, hyphens and underscores."
)
_CODE_TAKEN: Final = Refusal("coupon.code_taken", "Another rule has this code. Choose another.", UserErrorCode.TAKEN)
_COUNT_WRONG: Final = Refusal("coupon.count_wrong", "Enter a number from 1 to {limit}.")
_LENGTH_WRONG: Final = Refusal("coupon.length_wrong", "Enter a length from {minimum} to {maximum}.")
_PREFIX_WRONG: Final = Refusal("coupon.prefix_wrong", "Enter at most {limit} letters, digits, hyphens and underscores.")
_NOT_GENERATED: Final = Refusal(
    "coupon.not_generated",
    "This rule has no generated coupons. Change its kind of coupon first.",
    UserErrorCode.NOT_ALLOWED,
)
_TOO_MANY: Final = Refusal(
    "coupon.limit_reached", "A rule has at most {limit} coupons. Make another rule.", UserErrorCode.LIMIT_REACHED
)


def fold_code(code: str) -> str:
    """The form in which codes are compared: their case does not count."""
    return to_capital_letters(normalize_compatible_text(code))


def validate_code(code: str) -> str:
    """As staff wrote it, in plain letters."""
    line = normalize_compatible_text(code)
    if not _CODE.fullmatch(fold_code(line)):
        raise _CODE_WRONG(path=["couponCode"], limit=64)
    return line


async def set_code(connection: Connection, rule_id: int, code: str | None) -> None:
    """The only coupon of a rule, or none. The same code keeps its uses."""
    kept = None if code is None else fold_code(code)
    others = delete(coupon).where(coupon.c.rule_id == rule_id)
    await execute_statement(connection, others if kept is None else others.where(coupon.c.code_key != kept))
    if code is None:
        return
    claimed = insert(coupon).values(code_key=kept, code=code, rule_id=rule_id)
    owner = claimed.on_conflict_do_update(
        index_elements=["code_key"], set_={"code": code}, where=coupon.c.rule_id == rule_id
    ).returning(coupon.c.rule_id)
    if await fetch_value(connection, owner) is None:
        raise _CODE_TAKEN(path=["couponCode"])


async def generate_coupons(
    connection: Connection, rule_id: int, *, count: int, length: int, prefix: str, by: Actor
) -> int:
    """Make up so many codes of a rule that has such coupons. Raises `RuleError`."""
    if not 1 <= count <= MOST_AT_ONCE:
        raise _COUNT_WRONG(path=["count"], limit=MOST_AT_ONCE)
    if not SHORTEST <= length <= LONGEST:
        raise _LENGTH_WRONG(path=["length"], minimum=SHORTEST, maximum=LONGEST)
    start = fold_code(prefix)
    if len(start) > LONGEST_PREFIX or not _PREFIX.fullmatch(start):
        raise _PREFIX_WRONG(path=["prefix"], limit=LONGEST_PREFIX)
    stored = await lock_managed(connection, CART_PRICE_RULES, rule_id, "ruleId")
    if stored["coupon_kind"] != CouponKind.GENERATED:
        raise _NOT_GENERATED(path=["ruleId"])
    known = await fetch_value(connection, select(func.count()).select_from(coupon).where(coupon.c.rule_id == rule_id))
    if known + count > MOST_OF_RULE:
        raise _TOO_MANY(path=["count"], limit=MOST_OF_RULE)
    left = count
    while left:
        left -= await _insert_codes(connection, rule_id, _make_codes(start, length, left))
    changes = {"couponCount": (known, known + count)}
    await record_staff_event(
        connection, "COUPONS_GENERATED", by=by, subject=encode_id(CART_PRICE_RULES.prefix, rule_id), changes=changes
    )
    return count


def _make_codes(start: str, length: int, count: int) -> Collection[str]:
    return {start + "".join(secrets.choice(_LETTERS) for _ in range(length)) for _ in range(count)}


async def _insert_codes(connection: Connection, rule_id: int, codes: Collection[str]) -> int:
    """How many of them nobody had."""
    made = select(func.unnest(cast(literal(sorted(codes), ARRAY(Text())), ARRAY(Text()))).label("code")).subquery()
    rows = select(made.c.code, made.c.code, literal(rule_id, coupon.c.rule_id.type))
    inserted = insert(coupon).from_select(["code_key", "code", "rule_id"], rows).on_conflict_do_nothing()
    return len(await fetch_rows(connection, inserted.returning(coupon.c.code_key)))
