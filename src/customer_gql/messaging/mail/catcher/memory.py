"""In development, without a mail server: the mails that would have gone out, on a page at `/mail`.

Only the memory of this process has them, and only the newest, with the secrets that the outbox erases.
"""

from collections import deque
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import count
from typing import Final

MAX_CAUGHT: Final = 200


@dataclass(frozen=True, slots=True)
class CaughtMail:
    id: int
    headers: tuple[tuple[str, str], ...]
    html: str
    text: str

    def header(self, name: str) -> str:
        return dict(self.headers).get(name, "")


_ids = count(1)
_caught: deque[CaughtMail] = deque(maxlen=MAX_CAUGHT)


async def catch_mail(message: EmailMessage) -> None:
    parts = {part.get_content_type(): part.get_content() for part in message.iter_parts()}
    headers = tuple((name, str(value)) for name, value in message.items() if name.lower() != "content-type")
    _caught.appendleft(CaughtMail(next(_ids), headers, parts.get("text/html", ""), parts.get("text/plain", "")))


def caught_mails() -> list[CaughtMail]:
    """Newest first."""
    return list(_caught)
