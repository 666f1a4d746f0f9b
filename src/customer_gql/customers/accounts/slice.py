from typing import Final

from customer_gql.customers.accounts.recovery.settings import (
    LINK_MINUTES,
    MINUTES_BETWEEN_RESETS,
    PROTECTION,
    RESETS_PER_HOUR,
    RESETS_PER_HOUR_OF_ADDRESS,
)
from customer_gql.customers.accounts.registration.settings import DEFAULT_GROUP, DELETION, EMAIL_CONFIRMATION
from customer_gql.customers.accounts.sessions.impersonations import (
    end_impersonations_by_rights,
    end_impersonations_by_setting,
    end_impersonations_by_staff,
    end_impersonations_of_customer,
    record_refused_operation,
)
from customer_gql.customers.accounts.sessions.renewal import forget_expired_successors
from customer_gql.customers.accounts.sessions.settings import (
    IMPERSONATIONS_KEPT_DAYS,
    LOGIN_AS_CUSTOMER,
    LOGIN_AS_STORE_VIEW,
    REFRESH_REPEAT_SECONDS,
    REMEMBER_SETTINGS,
    SESSION_DAYS,
    SESSION_IDLE_MINUTES,
)
from customer_gql.messaging.events.event_types import EventType
from customer_gql.messaging.jobs.work import Schedule
from customer_gql.shop.websites.uses import Use

from . import cleanup, lockout
from .mails import MAILS
from .passwords import CHARACTER_CLASSES, MINIMUM_LENGTH
from .support.sign_in_closure import LOCK_DAYS, NOTIFY_FORCED_SIGN_IN
from .tables import customer_session
from .writes import NOTIFY_ASSISTANCE

__all__ = [
    "EVENTS",
    "HISTORY",
    "MAILS",
    "ON_ASSISTANCE_WITHDRAWN",
    "ON_IMPERSONATION_REFUSED",
    "ON_SETTING_CHANGED",
    "ON_STAFF_RIGHTS_CHANGED",
    "ON_STAFF_SESSIONS_ENDED",
    "SETTINGS",
    "WEBSITE_USES",
    "WORK",
]

SETTINGS: Final = (
    *lockout.SETTINGS,
    MINIMUM_LENGTH,
    CHARACTER_CLASSES,
    PROTECTION,
    RESETS_PER_HOUR,
    RESETS_PER_HOUR_OF_ADDRESS,
    MINUTES_BETWEEN_RESETS,
    LINK_MINUTES,
    EMAIL_CONFIRMATION,
    DEFAULT_GROUP,
    DELETION,
    SESSION_DAYS,
    SESSION_IDLE_MINUTES,
    REFRESH_REPEAT_SECONDS,
    LOGIN_AS_CUSTOMER,
    IMPERSONATIONS_KEPT_DAYS,
    LOGIN_AS_STORE_VIEW,
    LOCK_DAYS,
    NOTIFY_FORCED_SIGN_IN,
    NOTIFY_ASSISTANCE,
    *REMEMBER_SETTINGS,
)
ON_ASSISTANCE_WITHDRAWN: Final = (end_impersonations_of_customer,)
ON_IMPERSONATION_REFUSED: Final = (record_refused_operation,)
ON_SETTING_CHANGED: Final = (end_impersonations_by_setting,)
ON_STAFF_RIGHTS_CHANGED: Final = (end_impersonations_by_rights,)
ON_STAFF_SESSIONS_ENDED: Final = (end_impersonations_by_staff,)
WORK: Final = (
    Schedule("accounts.delete_expired", "17 * * * *", cleanup.delete_expired_access),
    Schedule("accounts.delete_impersonations", "43 3 * * *", cleanup.delete_old_impersonations),
    Schedule("accounts.forget_successors", "* * * * *", forget_expired_successors),
)
EVENTS: Final = (
    EventType(
        "customer.created",
        "A customer signed up, or was made by staff, another program or an import.",
        ("SIGNED_UP", "CREATED"),
        alias="accountCreated",
    ),
    EventType("customer.deleted", "A customer was deleted.", ("DELETED",), alias="accountDeleted"),
    EventType("customer.deletion_requested", "A customer asked staff to delete the account.", ("DELETION_REQUESTED",)),
    EventType("customer.signed_in", "A customer signed in.", ("SIGNED_IN",), alias="signIn"),
    EventType(
        "customer.signed_out",
        "A customer ended one or all sessions, or staff ended one of them.",
        ("SIGNED_OUT", "SESSION_REVOKED"),
        alias="signOut",
    ),
    EventType("customer.confirmed", "The e-mail address of a customer was confirmed.", ("EMAIL_CONFIRMED",)),
    EventType(
        "customer.email_changed",
        "A customer has a new e-mail address.",
        ("EMAIL_CHANGED", "EMAIL_CHANGE_UNDONE"),
        edited=("email",),
    ),
    EventType("customer.password_changed", "A customer has a new password.", ("PASSWORD_CHANGED", "PASSWORD_RESET")),
    EventType("customer.locked", "Sign-in of a customer was closed for a while.", ("LOCKED", "LOCKED_OUT")),
    EventType("customer.unlocked", "Sign-in of a customer was opened again.", ("UNLOCKED",)),
    EventType("customer.activated", "The account of a customer was switched on.", ("ACTIVATED",)),
    EventType("customer.deactivated", "The account of a customer was switched off.", ("DEACTIVATED",)),
    EventType(
        "customer.sessions_ended",
        "Sessions of a customer were ended: all of them by staff, or one because a copy of its token was used.",
        ("FORCED_SIGN_IN", "REFRESH_TOKEN_REUSED"),
    ),
    EventType("customer.impersonated", "A staff user signed in as the customer.", ("IMPERSONATION_STARTED",)),
    EventType(
        "customer.impersonation_ended", "A staff user is no longer signed in as the customer.", ("IMPERSONATION_ENDED",)
    ),
)
HISTORY: Final = (
    "CONFIRMATION_REQUESTED",
    "EMAIL_CHANGE_REQUESTED",
    "IMPERSONATION_REFUSED",
    "LOGIN_CODE_GIVEN",
    "PASSWORD_RESET_REQUESTED",
    "UNPROVEN_DROPPED",
)
WEBSITE_USES: Final = (Use("sessions", customer_session.c.website_id),)
