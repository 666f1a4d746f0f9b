import pytest

from customer_gql.execution.limits.trusted_documents import document_hash
from customer_gql.settings import SettingsError, load_settings
from execution.conftest import UNLIMITED_RATES
from support.service import serving

KNOWN = "query Known { __typename }"
OTHER = "query Other { __typename }"


@pytest.fixture
def folder(tmp_path):
    kept = tmp_path / "documents"
    kept.mkdir()
    (kept / "known.graphql").write_text(KNOWN)
    return kept


@pytest.mark.parametrize(
    ("mode", "by_id", "known", "other"), [("off", 400, 200, 200), ("log", 200, 200, 200), ("enforce", 200, 200, 400)]
)
def test_each_mode_takes_what_it_says(
    tmp_path, folder, database_url: str, mode: str, by_id: int, known: int, other: int
):
    settings = {"storefront__documents": mode, "storefront__documents_dir": folder}
    with serving(tmp_path, database_url, **UNLIMITED_RATES, **settings) as service:
        assert service.post({"documentId": document_hash(KNOWN)}).status_code == by_id
        assert service.post({"documentId": f"sha256:{document_hash(KNOWN)}"}).status_code == by_id
        assert service.post({"documentId": document_hash(OTHER)}).status_code == 400
        assert service.post({"query": KNOWN}).status_code == known
        assert service.post({"query": OTHER}).status_code == other
        assert service.post({"query": OTHER}, "/admin/graphql").status_code == 200
        logged = [line["sha256"] for line in service.lines() if line["event"] == "untrusted document"]
        assert logged == ([document_hash(OTHER)] if mode == "log" else [])


def test_a_mode_without_a_folder_is_told():
    with pytest.raises(SettingsError, match="documents=enforce needs documents_dir"):
        load_settings(storefront={"documents": "enforce"})
