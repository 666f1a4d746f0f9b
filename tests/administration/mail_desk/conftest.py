"""The fixtures of mail, for the desk that staff see of it."""

from support.mailroom import german_view, inbox, mail_settings, manager, shop, staff_with, store, tools

__all__ = ["german_view", "inbox", "mail_settings", "manager", "shop", "staff_with", "store", "tools"]
