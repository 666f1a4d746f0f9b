from .kinds import MAILS

__all__ = ["MAILS"]
