"""Every number of the process settings at its smallest and largest value: both are served, and one beyond is refused."""

import math
from collections.abc import Iterator
from typing import Any, get_args

import annotated_types
import pytest
from pydantic import BaseModel

from customer_gql.settings import Settings, SettingsError, load_settings
from support.service import serving

pytestmark = pytest.mark.slow  # starts processes

# What a test cannot have: these ports may be taken, 1 GiB for one hash, and an hour until the process ends.
NOT_SERVED = {"port", "metrics_port", "smtp_port", "password_memory_kib", "password_passes", "unready_seconds"}
BUSY = {408, 429, 503}
QUERY = b'{"query":"{ __typename }"}'


def numbers(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Name, lowest and highest value; None for a bound that is missing."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from numbers(field.annotation, f"{prefix}{name}__")
        elif {int, float} & {field.annotation, *get_args(field.annotation)}:
            low = [part.ge for part in field.metadata if isinstance(part, annotated_types.Ge)]
            high = [part.le for part in field.metadata if isinstance(part, annotated_types.Le)]
            yield f"{prefix}{name}", next(iter(low), None), next(iter(high), None)


NUMBERS = {name: (low, high) for name, low, high in numbers()}


def load(monkeypatch: pytest.MonkeyPatch, **given: Any) -> Settings:
    for name, value in given.items():
        monkeypatch.setenv(f"CUSTOMER_GQL_{name.upper()}", str(value))
    return load_settings()


def beside(name: str, value: Any) -> dict[str, Any]:
    """With what has to fit: a bucket holds the cost of one document."""
    audience = name.partition("__")[0]
    if name.endswith("__cost"):
        return {name: value, f"{audience}__bucket": 1_000_000_000}
    return {name: value, f"{audience}__cost": 1} if name.endswith("__bucket") else {name: value}


def test_there_are_numbers_of_the_process_and_of_both_endpoints():
    assert {"lock_seconds", "storefront__cost", "admin__cost"} <= set(NUMBERS)
    assert len(NUMBERS) > 40


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_has_two_ends(name: str, monkeypatch: pytest.MonkeyPatch):
    low, high = NUMBERS[name]
    assert low is not None
    assert high is not None
    for value in (low, high):
        found: Any = load(monkeypatch, **beside(name, value))
        for part in name.split("__"):
            found = getattr(found, part)
        assert found == value


@pytest.mark.parametrize("name", NUMBERS)
def test_beyond_them_the_process_does_not_start(name: str, monkeypatch: pytest.MonkeyPatch):
    low, high = NUMBERS[name]
    for value in (low - 1, high + 1, 10**12, -(10**12), 10**400, math.nan, math.inf, "1e999"):
        with pytest.raises(SettingsError, match=f"CUSTOMER_GQL_{name.upper()}: "):
            load(monkeypatch, **beside(name, value))


@pytest.mark.slow
@pytest.mark.parametrize("end", [0, 1], ids=["lowest", "highest"])
def test_a_process_serves_with_every_number_at_an_end(end: int, tmp_path: Any, database_url: str):
    given = {name: ends[end] for name, ends in NUMBERS.items() if name not in NOT_SERVED}
    with serving(tmp_path, database_url, **given) as service:
        for path in ("/graphql", "/admin/graphql"):
            answers = [service.post(QUERY, path) for _ in range(5)]
            assert all(answer.status_code in {200, *BUSY} for answer in answers), [a.text for a in answers]
            assert "INTERNAL_SERVER_ERROR" not in "".join(answer.text for answer in answers)
        assert service.http.get("/health/ready").status_code == 200
    assert "Traceback" not in service.log.read_text()
