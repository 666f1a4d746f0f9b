"""A refusal of a whole request, before its document runs."""

from collections.abc import Mapping

from customer_gql.core.errors import ErrorCode


class RequestRefused(Exception):
    """Ends a request before its document runs."""

    def __init__(self, status: int, code: ErrorCode, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
