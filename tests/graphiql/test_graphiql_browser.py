"""The page in a real Chromium, served by the whole application on a seeded shop."""

import asyncio
import json

import pytest
from playwright.async_api import expect

from graphiql.conftest import Shop
from support.graphiql_driver import (
    QUERY_EDITOR,
    RESULT,
    Visit,
    open_page,
    result_text,
    run_query,
    stored,
    type_token,
    until,
    write,
)
from support.processes import post
from support.tiny_shop import TOKEN

pytestmark = [pytest.mark.browser, pytest.mark.slow]


QUERY = "{ customers(first: 3, sort: {by: NUMBER}) { nodes { id email } } }"


async def test_profile_with_the_token_of_staff_shows_data(browser: Visit, shop: Shop, profile: str):
    page = await open_page(browser, shop.admin_url)
    await type_token(page, shop.staff_token)
    await run_query(page, profile, {"id": shop.customer_id})

    found = json.loads(await result_text(page))
    assert "errors" not in found
    assert found["data"]["customer"]["id"] == shop.customer_id
    assert found["data"]["customer"]["email"] == shop.email
    assert found["data"]["customer"]["orders"]["nodes"]
    await expect(page.locator(".result-window")).to_contain_text(shop.email)


async def test_own_profile_with_the_token_of_a_customer_shows_data(browser: Visit, shop: Shop):
    page = await open_page(browser, shop.storefront_url)
    await type_token(page, shop.customer_token)
    await page.get_by_role("tab", name="MyProfile").click()
    await run_query(page)

    found = json.loads(await result_text(page))
    assert "errors" not in found
    assert found["data"]["me"]["email"] == shop.email
    assert found["data"]["me"]["orders"]["nodes"]


FEED = "subscription { eventPublished(types: [CUSTOMER_UPDATED]) { type customer { id } } }"
EDIT = "mutation E($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { userErrors { code } } }"


async def test_a_subscription_shows_its_events_until_it_is_stopped(browser: Visit, shop: Shop):
    page = await open_page(browser, shop.admin_url)
    await type_token(page, shop.staff_token)
    await write(page, ".graphiql-query-editor", FEED)
    await until(page, f"{QUERY_EDITOR}.documentAST?.loc.source.body === {QUERY_EDITOR}.getValue()")
    async with page.expect_response(lambda answer: "event-stream" in (answer.headers.get("content-type") or "")):
        await page.get_by_role("button", name="Execute query").click()
    for number in ("GB1", "GB2"):
        input = {"id": shop.customer_id, "taxVatNumber": number}
        answer = await asyncio.to_thread(post, shop.admin_url, shop.staff_token, EDIT, input=input)
        assert answer["data"] == {"customerQuickEdit": {"userErrors": []}}
        await until(page, f"{RESULT}.includes('CUSTOMER_UPDATED')")
        await page.evaluate("document.querySelector('.result-window .CodeMirror').CodeMirror.setValue('')")
    async with page.expect_event("requestfailed"):  # the stream is cut, and not only out of sight
        await page.get_by_role("button", name="Stop query").click()
    await expect(page.get_by_role("button", name="Execute query")).to_be_visible()


async def test_what_is_wrong_with_a_subscription_is_shown(browser: Visit, shop: Shop):
    page = await open_page(browser, shop.admin_url)
    await type_token(page, shop.staff_token)
    await run_query(page, 'subscription { eventPublished(after: "rubbish") { type } }')
    assert "BAD_USER_INPUT" in await result_text(page)
    await expect(page.get_by_role("button", name="Execute query")).to_be_visible()


async def test_without_a_token_there_is_no_data(browser: Visit, shop: Shop):
    page = await open_page(browser, shop.admin_url)
    await run_query(page, QUERY)

    assert "errors" in await result_text(page)
    assert shop.email not in await result_text(page)


async def test_schema_is_read_again_with_the_token(browser: Visit, tiny_url: str):
    page = await open_page(browser, f"{tiny_url}/admin/graphql")
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    await type_token(page, TOKEN)

    await expect(page.locator(".graphiql-doc-explorer")).to_contain_text("Root Types")


async def test_token_survives_a_reload_of_its_tab_alone(browser: Visit, shop: Shop):
    await browser.context.clock.install()
    page = await open_page(browser, shop.admin_url)
    await type_token(page, shop.staff_token)
    await run_query(page, QUERY)
    await write_pending(page)
    await page.reload()
    await page.wait_for_selector(".graphiql-query-editor .CodeMirror")
    await run_query(page, QUERY)
    assert shop.email in await result_text(page)
    assert shop.staff_token not in await page.evaluate(
        "JSON.stringify([{...localStorage}, document.cookie, location.href])"
    )

    elsewhere = await open_page(browser, shop.storefront_url)
    another = await open_page(browser, shop.admin_url)
    for opened in (elsewhere, another):
        assert await opened.get_by_label("Token").input_value() == ""
        assert shop.staff_token not in await stored(opened)

    await type_token(page, "")
    assert shop.staff_token not in await stored(page)


@pytest.mark.parametrize(
    "form", ['"{}"', "'{}'", " Bearer {} ", '"Bearer {}"', 'Authorization: Bearer "{}"', "`{}`", "staff token {}"]
)
async def test_quoted_token_is_understood(browser: Visit, shop: Shop, form: str):
    page = await open_page(browser, shop.admin_url)
    await type_token(page, form.format(shop.staff_token))
    await run_query(page, QUERY)
    assert shop.email in await result_text(page)


async def test_token_in_the_headers_tab_counts_more_and_is_written_nowhere(browser: Visit, shop: Shop):
    await browser.context.clock.install()
    page = await open_page(browser, shop.admin_url)
    await type_token(page, "a-token-of-nobody")
    await page.get_by_role("button", name="Headers", exact=True).click()
    await write(page, "[aria-label='Headers']", json.dumps({"Authorization": f"Bearer {shop.staff_token}"}))
    await run_query(page, QUERY)
    await write_pending(page)

    assert shop.email in await result_text(page)
    assert shop.staff_token not in await stored(page)


async def test_example_opens_in_a_tab_of_its_own_by_keyboard(browser: Visit, shop: Shop):
    page = await open_page(browser, shop.admin_url)
    await page.get_by_text("Examples", exact=True).press("Enter")
    await page.get_by_role("button", name="Customer quick edit").press("Enter")

    await expect(page.get_by_role("tab", name="CustomerQuickEdit")).to_be_visible()
    await expect(page.get_by_role("tab")).to_have_count(3)
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("customerQuickEdit(input: $input)")
    await expect(page.locator("[aria-label='Variables']")).to_contain_text('"input"')
    await expect(page.get_by_role("button", name="Customer quick edit")).to_be_hidden()


async def test_example_chosen_before_the_editors_are_there_opens_when_they_are(browser: Visit, shop: Shop):
    page = await browser.context.new_page()
    await page.goto(shop.admin_url, wait_until="domcontentloaded")
    await page.evaluate("document.querySelectorAll('details.examples button')[3].click()")

    await expect(page.locator(".graphiql-query-editor")).to_contain_text("customerQuickEdit(input: $input)")
    await expect(page.get_by_role("tab")).to_have_count(3)
    assert browser.complaints == []


async def test_the_page_of_a_link_fills_in_its_token(browser: Visit, shop: Shop):
    page = await browser.context.new_page()
    await page.goto(f"{shop.url}/account/reset-password#token=cgr_%3Cb%3E%22")
    await expect(page.locator("#document")).to_contain_text("passwordReset(input: $input)")
    shown = json.loads(await page.locator("#variables").inner_text())
    assert shown["input"]["token"] == 'cgr_<b>"'
    assert browser.complaints == []


async def test_other_audience_is_one_link_away(browser: Visit, shop: Shop):
    page = await open_page(browser, shop.admin_url)
    await page.get_by_role("link", name="storefront").click()
    await page.wait_for_url(shop.storefront_url)

    await expect(page).to_have_title("customer-gql · storefront")
    await expect(page.get_by_role("tab", name="MyProfile")).to_be_visible()


async def test_visit_stays_on_this_machine_and_within_the_policy(browser: Visit, shop: Shop):
    page = await open_page(browser, shop.admin_url)
    await type_token(page, shop.staff_token)
    await run_query(page, QUERY)
    for panel in ("Show Documentation Explorer", "Show History", "Show GraphiQL Explorer"):
        await page.get_by_role("button", name=panel).click()
    await page.get_by_role("button", name="Open settings dialog").click()
    await page.get_by_role("button", name="Dark").click()
    await until(page, "document.body.classList.contains('graphiql-dark')")

    assert browser.hosts() == {"127.0.0.1"}
    assert browser.complaints == []
    assert await page.evaluate("Object.keys(localStorage)") == ["graphiql:theme"]


async def write_pending(page) -> None:
    """GraphiQL writes to its storage half a second after the last change: run the timers of the page up to then."""
    await page.clock.run_for(2_000)
