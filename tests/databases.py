"""Databases of the tests' one server."""

import os
import uuid
from collections.abc import Generator
from contextlib import contextmanager

from customer_gql.core.embedded import Server, create_database, drop_database


@contextmanager
def cloned(server: Server, template: str) -> Generator[str]:
    name = f"test_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    create_database(server, name, template)
    try:
        yield server.url(name)
    finally:
        drop_database(server, name)
