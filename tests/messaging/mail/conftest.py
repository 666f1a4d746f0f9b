"""The mail room's fixtures; tests import its helpers from there, because a conftest cannot be imported by name."""

from support.mailroom import german_view, inbox, mail_settings, manager, shop, staff_with, store, tools

__all__ = ["german_view", "inbox", "mail_settings", "manager", "shop", "staff_with", "store", "tools"]
