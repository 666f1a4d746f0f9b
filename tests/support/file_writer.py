"""Writes a file that never ends, for a test that kills it: `python file_writer.py URL FILES`."""

import asyncio
import sys

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.database.pools import open_database
from customer_gql.messaging.files.store import FileStore, NewFile
from customer_gql.messaging.files.tables import FilePurpose
from customer_gql.schema.slices import join_declarations
from customer_gql.settings import load_settings


async def write_without_end(url: str, files: str) -> None:
    join_declarations()
    settings = load_settings(database_url=url, files=files)
    owner = Actor(ActorKind.STAFF, 1)
    async with open_database(url) as database:
        new = NewFile(purpose=FilePurpose.EXPORT, name="endless.csv", media_type="text/csv", owner=owner)
        async with FileStore(database, settings).writing(new) as writer:
            while True:
                await writer.write(b"x" * 1_000_000)
                sys.stdout.write(f"{writer.file_id}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write_without_end(*sys.argv[1:]))
