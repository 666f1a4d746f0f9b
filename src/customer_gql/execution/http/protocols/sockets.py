"""Limits that only the WebSocket protocol can enforce: floods of frames, and clients that do not read."""

import asyncio
from functools import partial
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from customer_gql.settings import Settings

_MOST_FRAMES: Final = 200  # within the seconds below, those of control included; a page sends a few
_FRAME_SECONDS: Final = 10.0
_CLOSE_SECONDS: Final = 2.0  # for the client to say that it is closed; no place is counted meanwhile
_POLICY_VIOLATION: Final = 1008


class GuardedSocketProtocol(WebSocketsSansIOProtocol):
    """One connection. The size of a message is limited by the server's configuration."""

    def __init__(self, settings: Settings, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._settings = settings
        self._write_timer: asyncio.TimerHandle | None = None
        self.close_timeout = _CLOSE_SECONDS
        self._counted_since = 0.0
        self._frames = 0

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_write_timer()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        if self._count_frames(len(self.conn.events)):
            super().handle_events()
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": _POLICY_VIOLATION})
        self.conn.fail(_POLICY_VIOLATION, "too many messages")
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()

    def pause_writing(self) -> None:
        """Each ping is answered: a client that does not read the answers must not make them pile up."""
        super().pause_writing()
        self.transport.pause_reading()
        self._write_timer = self.loop.call_later(self._settings.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop_write_timer()
        super().resume_writing()
        if not self.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()

    def _count_frames(self, count: int) -> bool:
        """Whether so many more are within the limit."""
        now = self.loop.time()
        if now - self._counted_since > _FRAME_SECONDS:
            self._counted_since, self._frames = now, 0
        self._frames += count
        return self._frames <= _MOST_FRAMES

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None


def socket_protocol_factory(settings: Settings) -> Any:
    """What the protocol of requests calls for each connection that is upgraded."""
    return partial(GuardedSocketProtocol, settings)
