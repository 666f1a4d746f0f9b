"""The page in a real Chromium. `graphiql_url`, `graphiql_token` and `graphiql_query` say against which server."""

import json

import pytest
from playwright.async_api import expect

from graphiql.graphiql_driver import Visit, open_page, result_text, run_query, stored, type_token, until, write

pytestmark = pytest.mark.browser


@pytest.fixture
def admin_url(graphiql_url: str) -> str:
    return f"{graphiql_url}/admin/graphql"


async def test_query_with_a_typed_token_shows_data(browser: Visit, admin_url, graphiql_token, graphiql_query):
    query, word = graphiql_query
    page = await open_page(browser, admin_url)
    await type_token(page, graphiql_token)
    await run_query(page, query)

    assert word in await result_text(page)
    await expect(page.locator(".result-window")).to_contain_text(word)


async def test_without_a_token_there_is_no_data(browser: Visit, admin_url, graphiql_query):
    query, word = graphiql_query
    page = await open_page(browser, admin_url)
    await run_query(page, query)

    assert "errors" in await result_text(page)
    assert word not in await result_text(page)


async def test_schema_is_read_again_with_the_token(browser: Visit, admin_url, graphiql_token):
    page = await open_page(browser, admin_url)
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    await type_token(page, graphiql_token)

    await expect(page.locator(".graphiql-doc-explorer")).to_contain_text("Root Types")


async def test_token_is_written_nowhere(browser: Visit, admin_url, graphiql_token, graphiql_query):
    page = await open_page(browser, admin_url)
    await type_token(page, graphiql_token)
    await run_query(page, graphiql_query[0])
    await settle(page)
    assert graphiql_token not in await stored(page)

    await page.reload()
    await page.wait_for_selector(".graphiql-query-editor .CodeMirror")
    assert await page.get_by_label("Token").input_value() == ""
    assert graphiql_token not in await stored(page)


async def test_token_in_the_headers_tab_counts_more_and_is_written_nowhere(
    browser: Visit, admin_url, graphiql_token, graphiql_query
):
    query, word = graphiql_query
    page = await open_page(browser, admin_url)
    await type_token(page, "a-token-of-nobody")
    await page.get_by_role("button", name="Headers", exact=True).click()
    await write(page, "[aria-label='Headers']", json.dumps({"Authorization": f"Bearer {graphiql_token}"}))
    await run_query(page, query)
    await settle(page)

    assert word in await result_text(page)
    assert graphiql_token not in await stored(page)


async def test_example_opens_in_a_tab_of_its_own_by_keyboard(browser: Visit, admin_url):
    page = await open_page(browser, admin_url)
    await page.get_by_text("Examples", exact=True).press("Enter")
    await page.get_by_role("button", name="Customer quick edit").press("Enter")

    await expect(page.get_by_role("tab", name="CustomerQuickEdit")).to_be_visible()
    await expect(page.get_by_role("tab")).to_have_count(3)
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("customerQuickEdit(input: $input)")
    await expect(page.locator("[aria-label='Variables']")).to_contain_text('"input"')
    await expect(page.get_by_role("button", name="Customer quick edit")).to_be_hidden()


async def test_other_audience_is_one_link_away(browser: Visit, admin_url, graphiql_url):
    page = await open_page(browser, admin_url)
    await page.get_by_role("link", name="storefront").click()
    await page.wait_for_url(f"{graphiql_url}/graphql")

    await expect(page).to_have_title("customer-gql · storefront")
    await expect(page.get_by_role("tab", name="MyProfile")).to_be_visible()


async def test_visit_stays_on_this_machine_and_within_the_policy(
    browser: Visit, admin_url, graphiql_token, graphiql_query
):
    page = await open_page(browser, admin_url)
    await type_token(page, graphiql_token)
    await run_query(page, graphiql_query[0])
    for panel in ("Show Documentation Explorer", "Show History", "Show GraphiQL Explorer"):
        await page.get_by_role("button", name=panel).click()
    await page.get_by_role("button", name="Open settings dialog").click()
    await page.get_by_role("button", name="Dark").click()
    await until(page, "document.body.classList.contains('graphiql-dark')")

    assert browser.hosts() == {"127.0.0.1"}
    assert browser.complaints == []
    assert await page.evaluate("Object.keys(localStorage)") == ["graphiql:theme"]


async def settle(page) -> None:
    """GraphiQL writes to its storage half a second after the last change."""
    await page.wait_for_timeout(1200)
