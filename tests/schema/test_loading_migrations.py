"""Each start of the service reads every migration, to know the newest."""

import tracemalloc

from customer_gql.database.schema.migrations import newest_revision


def test_reading_the_migrations_takes_little_memory():
    tracemalloc.start()
    try:
        assert newest_revision()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * 1024 * 1024
