"""The fixtures of mail."""

from support.mailroom import inbox, mail_settings, shop, store, tools

__all__ = ["inbox", "mail_settings", "shop", "store", "tools"]
