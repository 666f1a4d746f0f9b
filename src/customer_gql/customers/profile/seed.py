"""The account itself, its claim on the e-mail address, and when its customer was last seen."""

from datetime import date, datetime
from typing import Final

from customer_gql.core.text import sort_key
from customer_gql.core.values.emails import normalize_email
from customer_gql.database.seeding import DAY, MINUTE, CustomerSeed, Rows, Stage, expand_weights, to_datetime

from .shopper import AccountPlan, Shopper, fill_pattern
from .tables import LockReason, customer, customer_activity, customer_email, customer_external_id

_DOMAINS: Final = expand_weights({"example.com": 70, "example.org": 18, "example.net": 12})
_TITLES: Final = {
    "US": ("Mr.", "Ms."),
    "CA": ("Mr.", "Ms."),
    "GB": ("Mr", "Ms"),
    "DE": ("Herr", "Frau"),
    "FR": ("M.", "Mme"),
    "NL": ("Dhr.", "Mevr."),
}
_SUFFIXES: Final = ("Jr.", "Sr.", "III", "PhD")


def add_account(s: Shopper[AccountPlan], rows: Rows) -> None:
    plan, r = s.plan, s.r
    if not s.email:
        s.email = _make_email(s)
    created = to_datetime(s.created)
    rows[customer].append(
        {
            "id": s.id,
            "number": s.number,
            "version": 1,  # a later version would need a history event that says what changed
            "email": s.email,
            "external_id": _choose_external_id(s),
            "prefix": _draw_prefix(s),
            "first_name": s.first,
            "middle_name": _middle_name(s),
            "last_name": s.last,
            "name_sort_key": sort_key(s.last, s.first),
            "suffix": _draw_suffix(s),
            "gender": plan.gender,
            "date_of_birth": _date_of_birth(s) if r() < 0.6 else None,
            "tax_vat_number": _tax_number(s),
            "website_id": plan.site.id,
            "created_in_store_view_id": s.view_id,
            "group_id": plan.group_id,
            "is_automatic_group_change_disabled": r() < 0.05,
            "status": "ACTIVE" if plan.is_active else "INACTIVE",
            "customer_type": plan.customer_type,
            "is_email_confirmed": plan.is_email_confirmed,
            "locked_until": _locked_until(s),
            "lock_reason": None if plan.lock is None else LockReason.PASSWORD.value,
            "lock_failed_attempts": None if plan.lock is None else 10,
            "allows_remote_assistance": r() < 0.12,
            "created_at": created,
            "updated_at": created,
        }
    )
    _add_claims(s, rows)


def _add_claims(s: Shopper[AccountPlan], rows: Rows) -> None:
    claim = {"email_normalised": normalize_email(s.email), "scope": s.plan.site.id, "customer_id": s.id}
    rows[customer_email].append(claim)
    external_id = _choose_external_id(s)
    if external_id is not None:
        rows[customer_external_id].append({"external_id": external_id, "customer_id": s.id})


def _choose_external_id(s: Shopper[AccountPlan]) -> str | None:
    """Another program knows every company, and every fourth of the others."""
    is_known = s.plan.customer_type != "INDIVIDUAL" or s.number % 4 == 1
    return f"ERP-{s.number:06d}" if is_known else None


def _make_email(s: Shopper[AccountPlan]) -> str:
    """The number in it makes it unique; an address that a plan chose is unique by itself."""
    if s.plan.mail_name:
        return f"{s.mail_name}@example.com"
    # Some type their name as they write it; the address keeps that, the claim on it does not.
    name = s.mail_name.title() if s.r() < 0.02 else s.mail_name
    return f"{name}.{s.number}@{_DOMAINS[int(s.r() * len(_DOMAINS))]}"


def _draw_prefix(s: Shopper[AccountPlan]) -> str | None:
    titles = _TITLES.get(s.plan.country)
    if titles is None or s.plan.gender not in {"MALE", "FEMALE"} or s.r() > 0.16:
        return None
    return "Dr." if s.r() < 0.1 else titles[s.plan.gender == "FEMALE"]


def _middle_name(s: Shopper[AccountPlan]) -> str | None:
    if s.plan.country == "JP" or s.r() > 0.08:
        return None
    pool = s.people.female if s.plan.gender == "FEMALE" else s.people.male
    return pool[int(s.r() * len(pool))].written


def _draw_suffix(s: Shopper[AccountPlan]) -> str | None:
    if s.plan.country != "US" or s.plan.gender != "MALE" or s.r() >= 0.03:
        return None
    return _SUFFIXES[int(s.r() * 4)]


def _date_of_birth(s: Shopper[AccountPlan]) -> date:
    """Between 18 and 78 years before the end, most of them in the middle."""
    years = 18 + 30 * (s.r() + s.r())
    return date.fromordinal(to_datetime(s.until).toordinal() - int(years * 365.25) - 1)


def _tax_number(s: Shopper[AccountPlan]) -> str | None:
    pattern = s.people.tax_number
    share = 0.02 if s.plan.customer_type == "INDIVIDUAL" else 0.85
    return fill_pattern(pattern, s.draw) if pattern and s.r() < share else None


def _locked_until(s: Shopper[AccountPlan]) -> datetime | None:
    if s.plan.lock is None:
        return None
    return to_datetime(s.until + int((5 + 25 * s.r()) * MINUTE) if s.plan.lock == "now" else s.pick_moment())


def add_activity(s: Shopper[AccountPlan], rows: Rows) -> None:
    """Customers who ordered or filled a cart were there at that time."""
    if not s.plan.has_activity:
        return
    r, since = s.r, s.until - s.created
    ago = int(r() * 12 * MINUTE) if s.plan.is_online else int(since * r() ** 2)
    seen = max(s.until - ago, s.latest, s.created)
    signed_in = max(s.created, seen - int((1 + 80 * r() * r()) * MINUTE))
    left = None
    if not s.plan.is_online and r() < 0.5:
        left = min(s.until, seen + int(3 * r() * MINUTE))
    elif r() < 0.5 and signed_in - s.created > DAY:
        left = signed_in - int((signed_in - s.created) * r() * 0.5)
    rows[customer_activity].append(
        {
            "customer_id": s.id,
            "last_sign_in_at": to_datetime(signed_in),
            "last_sign_out_at": None if left is None else to_datetime(left),
            "last_activity_at": to_datetime(seen),
        }
    )


SEED: Final = (
    CustomerSeed((customer, customer_email, customer_external_id), add_account, Stage.ACCOUNT),
    CustomerSeed((customer_activity,), add_activity, Stage.ACTIVITY),
)
