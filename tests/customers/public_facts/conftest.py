import pytest


@pytest.fixture
async def german_view(connection):
    """Code of a store view in German."""
    await connection.execute(
        "INSERT INTO store_view (id, store_id, code, name, locale) VALUES (9101, 1, 'deutsch', 'Deutsch', 'de_DE') "
        "ON CONFLICT DO NOTHING"
    )
    yield "deutsch"
    await connection.execute("DELETE FROM store_view WHERE id = 9101")
