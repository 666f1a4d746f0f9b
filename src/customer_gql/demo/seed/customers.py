"""The account itself, its claim on the e-mail address, when it was last seen, its newsletter subscriptions."""

from datetime import date, datetime
from typing import Final

from .people import filled
from .rows import DAY, MINUTE, Rows, at, weighted
from .shoppers import Shopper

_DOMAINS: Final = weighted({"example.com": 70, "example.org": 18, "example.net": 12})
_TITLES: Final = {
    "US": ("Mr.", "Ms."),
    "CA": ("Mr.", "Ms."),
    "GB": ("Mr", "Ms"),
    "DE": ("Herr", "Frau"),
    "FR": ("M.", "Mme"),
    "NL": ("Dhr.", "Mevr."),
}
_SUFFIXES: Final = ("Jr.", "Sr.", "III", "PhD")


def add_customer(s: Shopper, rows: Rows) -> None:
    plan, r = s.plan, s.r
    if not s.email:
        s.email = _email(s)
    created = at(s.created)
    rows["customer"].append(
        (
            s.id,
            s.number,
            1,  # a later version would owe the history an event that says what changed
            s.email,
            _prefix(s),
            s.first,
            _middle_name(s),
            s.last,
            _SUFFIXES[int(r() * 4)] if plan.country == "US" and plan.gender == "MALE" and r() < 0.03 else None,
            plan.gender,
            _date_of_birth(s) if r() < 0.6 else None,
            _tax_number(s),
            plan.site.id,
            s.view_id,
            plan.group_id,
            r() < 0.05,
            "ACTIVE" if plan.is_active else "INACTIVE",
            plan.customer_type,
            plan.is_email_confirmed,
            _locked_until(s),
            r() < 0.12,
            created,
            created,
        )
    )
    rows["customer_email"].append((s.email.lower(), plan.site.id, s.id))


def _email(s: Shopper) -> str:
    """The number in it makes it the only one; a name chosen by the plan is the only one by itself."""
    if s.plan.mail_name:
        return f"{s.mail_name}@example.com"
    # Some type their name as they write it; the address keeps that, the claim on it does not.
    name = s.mail_name.title() if s.r() < 0.02 else s.mail_name
    return f"{name}.{s.number}@{_DOMAINS[int(s.r() * len(_DOMAINS))]}"


def _prefix(s: Shopper) -> str | None:
    titles = _TITLES.get(s.plan.country)
    if titles is None or s.plan.gender not in {"MALE", "FEMALE"} or s.r() > 0.16:
        return None
    return "Dr." if s.r() < 0.1 else titles[s.plan.gender == "FEMALE"]


def _middle_name(s: Shopper) -> str | None:
    if s.plan.country == "JP" or s.r() > 0.08:
        return None
    pool = s.people.female if s.plan.gender == "FEMALE" else s.people.male
    return pool[int(s.r() * len(pool))].written


def _date_of_birth(s: Shopper) -> date:
    """Between 18 and 78 years before the end, most of them in the middle."""
    years = 18 + 30 * (s.r() + s.r())
    return date.fromordinal(at(s.until).toordinal() - int(years * 365.25) - 1)


def _tax_number(s: Shopper) -> str | None:
    pattern = s.people.land.vat
    share = 0.02 if s.plan.customer_type == "INDIVIDUAL" else 0.85
    return filled(pattern, s.draw) if pattern and s.r() < share else None


def _locked_until(s: Shopper) -> datetime | None:
    if s.plan.lock is None:
        return None
    return at(s.until + int((5 + 25 * s.r()) * MINUTE) if s.plan.lock == "now" else s.moment())


def add_activity(s: Shopper, rows: Rows) -> None:
    """After all else, because who ordered or filled a cart was there at that time."""
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
    rows["customer_activity"].append((s.id, at(signed_in), None if left is None else at(left), at(seen)))


def add_subscriptions(s: Shopper, rows: Rows) -> None:
    """The first is to the view the account was made in, further ones to other views of the website."""
    statuses = s.plan.subscriptions
    if statuses:
        others = [view for view in s.plan.site.views if view != s.view_id]
        for view, status in zip((s.view_id, *others), statuses, strict=False):
            changed = s.moment() if status != "UNCONFIRMED" else s.created
            rows["newsletter_subscription"].append((s.id, view, status, at(changed)))
