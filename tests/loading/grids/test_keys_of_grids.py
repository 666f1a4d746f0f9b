"""What the lists of staff, visitors, reviews and mails can be filtered and sorted by, as `gridColumns` tells it."""

import pytest

COLUMNS = "query C($grid: Grid!) { gridColumns(grid: $grid) { key sortKey isPersonal } }"
SORT_KEYS = {
    "STAFF_USERS": ["EMAIL", "NAME", "JOB_TITLE", "ROLE", "IS_ACTIVE", "VERSION", "CREATED_AT"],
    "STAFF_HISTORY": ["CREATED_AT", "KIND", "ACTOR", "SUBJECT", "ADDRESS"],
    "NOW_ONLINE": ["KIND", "NUMBER", "FIRST_NAME", "LAST_NAME", "EMAIL", "COMPANY", "LAST_ACTIVITY_AT", "LAST_URL"],
    "REVIEWS": ["CREATED_AT", "STATUS", "TITLE", "NICKNAME", "RATING"],
    "MAIL_DEAD_LETTERS": ["TEMPLATE", "RECIPIENT", "ATTEMPTS", "LAST_ERROR", "CREATED_AT", "DEAD_AT"],
}
UNSORTED = {
    "STAFF_USERS": ["assignedRole"],
    "STAFF_HISTORY": ["staff", "service"],
    "NOW_ONLINE": ["customer"],
    "REVIEWS": ["detail", "product"],
    "MAIL_DEAD_LETTERS": ["customer"],
}
PERSONAL = {
    "STAFF_USERS": [],
    "STAFF_HISTORY": [],
    "NOW_ONLINE": ["firstName", "lastName", "email", "company", "lastUrl"],
    "REVIEWS": ["title", "nickname", "detail"],
    "MAIL_DEAD_LETTERS": ["recipient", "lastError"],
}


@pytest.mark.parametrize("grid", SORT_KEYS)
async def test_the_columns_of_a_grid(grid, admin_client):
    shown = (await admin_client.data(COLUMNS, grid=grid))["gridColumns"]
    assert [column["sortKey"] for column in shown if column["sortKey"]] == SORT_KEYS[grid]
    assert [column["key"] for column in shown if column["sortKey"] is None] == UNSORTED[grid]
    assert [column["key"] for column in shown if column["isPersonal"]] == PERSONAL[grid]


async def test_an_empty_id_of_a_view_is_no_whole_list(admin_client):
    answer = await admin_client.answer('{ reviews(viewId: "") { totalCount } }')
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
