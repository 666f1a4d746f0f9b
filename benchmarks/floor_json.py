"""Each document as one statement that returns the JSON, which Python passes on."""

# The seeded shop uses yen, which have no minor unit, and currencies with two decimals.
_TEXT = "CASE WHEN {1} = 'JPY' THEN ({0})::text ELSE round({0} / 100.0, 2)::text END"
_MONEY = f"json_build_object('amount', {_TEXT}, 'currency', {{1}})"


def _money_json(amount: str, currency: str = "currency") -> str:
    made = _MONEY.format(amount, currency)
    return f"CASE WHEN {amount} IS NOT NULL THEN {made} END"


def _id_text(prefix: str, *columns: str) -> str:
    return f"'{prefix}_' || " + " || ".join(f"lpad(to_hex({column}), 16, '0')" for column in columns)


def _list_json(row: str, rows: str) -> str:
    return f"(SELECT coalesce(json_agg({row}), '[]') FROM ({rows}) x)"


def _cursor_text(name: str, sort: str, *columns: str) -> str:
    text = f"json_build_array('{name}', '{sort}', {', '.join(columns)})::text"
    encoded = f"encode(convert_to(replace({text}, ', ', ','), 'UTF8'), 'base64')"
    return f"rtrim(translate({encoded}, E'+/\\n', '-_'), '=')"


def _instant_text(column: str) -> str:
    """The format of Python: six digits of a second's fraction, or none."""
    utc = f"{column} AT TIME ZONE 'UTC'"
    whole = f"{column} = date_trunc('second', {column})"
    text = f"to_char({utc}, 'YYYY-MM-DD\"T\"HH24:MI:SS') || CASE WHEN {whole} THEN '' ELSE to_char({utc}, '.US') END"
    return f"({text} || '+00:00')"


_PLACE = (
    "'street', street, 'city', city, 'region', region, 'postcode', postcode, 'countryCode', country_code, "
    "'telephone', telephone"
)
_DEFAULT = (
    f"(SELECT json_build_object('id', {_id_text('adr', 'customer_id', 'id')}, {_PLACE}) FROM address "
    "WHERE customer_id = c.id AND {0})"
)
_ADDRESS = (
    f"json_build_object('id', {_id_text('adr', 'customer_id', 'id')}, 'firstName', first_name, 'lastName', last_name, "
    f"'company', company, {_PLACE}, 'vatNumber', vat_number, 'isDefaultBilling', is_default_billing, "
    "'isDefaultShipping', is_default_shipping)"
)
_ITEMS = _list_json(
    "json_build_object('sku', sku, 'name', name, 'quantityOrdered', quantity_ordered, 'price', "
    + _money_json("price")
    + ")",
    "SELECT * FROM sales_order_item i WHERE i.customer_id = o.customer_id AND i.order_id = o.id ORDER BY position "
    "LIMIT 20",
)
_TRACKING = _list_json(
    "json_build_object('carrier', carrier, 'number', number)",
    "SELECT * FROM tracking_number t WHERE t.customer_id = s.customer_id AND t.order_id = s.order_id "
    "AND t.shipment_id = s.id ORDER BY position",
)
_SHIPMENTS = (
    f"(SELECT coalesce(json_agg(json_build_object('trackingNumbers', {_TRACKING})), '[]') FROM (SELECT * FROM shipment "
    "WHERE customer_id = o.customer_id AND order_id = o.id ORDER BY shipped_at, id) s)"
)
_ORDER = (
    f"json_build_object('id', {_id_text('ord', 'customer_id', 'id')}, 'number', number, 'status', status, 'placedAt', "
    f"placed_at, 'grandTotal', {_money_json('grand_total')}, 'items', {_ITEMS}, 'shipments', {_SHIPMENTS})"
)
_ORDERS = (
    "(SELECT json_build_object('totalCount', (SELECT count(*) FROM sales_order WHERE customer_id = c.id), 'pageInfo', "
    f"json_build_object('hasNextPage', count(*) > 5, 'endCursor', (array_agg({_cursor_text('sales_order', 'NEWEST', _instant_text('placed_at'), 'id')} "
    f"ORDER BY n))[least(5, count(*))]), 'nodes', coalesce(json_agg({_ORDER} ORDER BY n) FILTER (WHERE n <= 5), '[]')) "
    "FROM (SELECT *, row_number() OVER (ORDER BY placed_at DESC, id DESC) AS n FROM sales_order WHERE customer_id = c.id "
    "ORDER BY placed_at DESC, id DESC LIMIT 6) o)"
)


def _product_json(*more: str) -> str:
    shown = ", ".join(["'sku', sku", "'name', name", *more])
    return f"(SELECT json_build_object({shown}) FROM product p WHERE p.id = x.product_id)"


_PRICED = _product_json(f"'price', {_money_json('price')}")
_CART = (
    f"(SELECT json_build_object('id', {_id_text('crt', 'customer_id', 'id')}, 'itemCount', t.item_count, 'subtotal', "
    f"{_money_json('t.subtotal', 'k.currency')}, 'items', "
    + _list_json(
        f"json_build_object('id', {_id_text('cit', 'customer_id', 'cart_id', 'id')}, 'quantity', quantity, 'product', {_PRICED})",
        "SELECT * FROM cart_item i WHERE i.customer_id = k.customer_id AND i.cart_id = k.id ORDER BY added_at, id",
    )
    + ") FROM cart k, LATERAL (SELECT count(*) AS item_count, coalesce(sum(i.quantity * p.price), 0)::bigint AS subtotal "
    "FROM cart_item i JOIN product p ON p.id = i.product_id WHERE i.customer_id = k.customer_id AND i.cart_id = k.id) t "
    "WHERE k.customer_id = c.id AND k.is_active)"
)
_WISHLIST = (
    f"(SELECT json_build_object('id', {_id_text('wis', 'customer_id', 'id')}, 'name', name, 'itemCount', (SELECT count(*) FROM "
    "wishlist_item i WHERE i.customer_id = w.customer_id AND i.wishlist_id = w.id), 'items', json_build_object('nodes', "
    + _list_json(
        f"json_build_object('id', {_id_text('wli', 'customer_id', 'wishlist_id', 'id')}, 'addedAt', added_at, 'quantity', "
        f"quantity, 'product', {_PRICED})",
        "SELECT * FROM wishlist_item i WHERE i.customer_id = w.customer_id AND i.wishlist_id = w.id "
        "ORDER BY added_at DESC, id DESC LIMIT 5",
    )
    + ")) FROM wishlist w WHERE w.customer_id = c.id AND w.is_default)"
)
_REVIEWS = _list_json(
    f"json_build_object('id', {_id_text('rev', 'customer_id', 'id')}, 'title', title, 'detail', detail, 'rating', rating, "
    f"'status', status, 'createdAt', created_at, 'product', {_product_json()})",
    "SELECT * FROM review WHERE customer_id = c.id ORDER BY created_at DESC, id DESC LIMIT 3",
)
_MOVED = _list_json(
    f"json_build_object('action', action, 'amount', {_money_json('amount')}, 'balanceAfter', {_money_json('balance_after')}, "
    "'createdAt', created_at, 'comment', comment)",
    "SELECT * FROM store_credit_entry e WHERE e.customer_id = c.id AND e.website_id = c.website_id "
    "ORDER BY created_at DESC, id DESC LIMIT 3",
)
_EARNED = _list_json(
    "json_build_object('action', action, 'points', points, 'balanceAfter', balance_after, 'createdAt', created_at, "
    "'expiresAt', expires_at)",
    "SELECT * FROM reward_points_entry e WHERE e.customer_id = c.id AND e.website_id = c.website_id "
    "ORDER BY created_at DESC, id DESC LIMIT 3",
)
_WORTH = (
    "(SELECT (div(coalesce(r.balance, 0), x.points) * x.amount)::bigint FROM reward_points_rate x WHERE "
    "(x.website_id = c.website_id OR x.website_id IS NULL) AND (x.group_id = c.group_id OR x.group_id IS NULL) "
    "AND x.currency = w.currency ORDER BY x.group_id IS NULL, x.website_id IS NULL LIMIT 1)"
)
_STATISTICS = (
    "(SELECT json_build_object('orderCount', n, 'lifetimeValue', "
    f"{_money_json('value', 'w.currency')}, 'averageOrderValue', {_money_json('average', 'w.currency')}, 'lastOrderAt', last) FROM ("
    "SELECT coalesce(sum(order_count), 0)::bigint AS n, coalesce(sum(lifetime_value), 0)::bigint AS value, "
    "round(sum(lifetime_value) / sum(order_count))::bigint AS average, max(last_order_at) AS last "
    "FROM order_statistics WHERE customer_id = c.id AND currency = w.currency) s)"
)
_ONLINE = (
    "coalesce(a.last_activity_at > now() - interval '15 minutes' AND (a.last_sign_out_at IS NULL OR "
    "a.last_sign_out_at < a.last_activity_at), false)"
)
_NAME = "concat_ws(' ', nullif(prefix, ''), nullif(first_name, ''), nullif(middle_name, ''), nullif(last_name, ''), nullif(suffix, ''))"
_SECTIONS = [
    f"""jsonb_build_object('id', {_id_text("cus", "c.id")}, 'number', c.number, 'version', c.version, 'email', email,
     'firstName', first_name, 'lastName', last_name, 'fullName', {_NAME}, 'gender', gender, 'dateOfBirth', date_of_birth,
     'taxVatNumber', tax_vat_number, 'createdAt', c.created_at, 'updatedAt', c.updated_at, 'status', status,
     'isLocked', coalesce(locked_until > now(), false), 'isEmailConfirmed', is_email_confirmed,
     'customerType', customer_type, 'website', json_build_object('code', w.code, 'name', w.name),
     'createdIn', (SELECT json_build_object('code', code, 'name', name) FROM store_view
                   WHERE id = c.created_in_store_view_id),
     'group', json_build_object('id', {_id_text("grp", "g.id::bigint")}, 'name', g.name, 'taxClass',
              (SELECT json_build_object('name', name) FROM tax_class WHERE id = g.tax_class_id)),
     'activity', json_build_object('lastSignInAt', a.last_sign_in_at, 'lastSignOutAt', a.last_sign_out_at,
                 'lastActivityAt', a.last_activity_at, 'isOnline', {_ONLINE}))""",
    f"""jsonb_build_object('orderStatistics', {_STATISTICS},
     'defaultBillingAddress', {_DEFAULT.format("is_default_billing")},
     'defaultShippingAddress', {_DEFAULT.format("is_default_shipping")},
     'addresses', {_list_json(_ADDRESS, "SELECT * FROM address WHERE customer_id = c.id ORDER BY id")},
     'orders', {_ORDERS}, 'cart', {_CART}, 'wishlist', {_WISHLIST},
     'reviews', json_build_object('nodes', {_REVIEWS}),
     'storeCredit', json_build_object('balance', {_money_json("coalesce(sc.balance, 0)", "w.currency")},
                    'entries', json_build_object('nodes', {_MOVED})),
     'rewardPoints', json_build_object('balance', coalesce(r.balance, 0), 'worth', {_money_json(_WORTH, "w.currency")},
                    'entries', json_build_object('nodes', {_EARNED})),
     'newsletterSubscriptions', (SELECT coalesce(json_agg(json_build_object('storeView', json_build_object('code', v.code),
              'status', n.status, 'changedAt', n.changed_at) ORDER BY n.store_view_id), '[]')
              FROM newsletter_subscription n JOIN store_view v ON v.id = n.store_view_id WHERE n.customer_id = c.id))""",
]
_PROFILE = f"""
SELECT jsonb_build_object('data', jsonb_build_object('customer', ({_SECTIONS[0]}) || ({_SECTIONS[1]})))::text
FROM customer c JOIN website w ON w.id = c.website_id JOIN customer_group g ON g.id = c.group_id
LEFT JOIN customer_activity a ON a.customer_id = c.id
LEFT JOIN store_credit sc ON sc.customer_id = c.id AND sc.website_id = c.website_id
LEFT JOIN reward_points r ON r.customer_id = c.id AND r.website_id = c.website_id
WHERE c.id = $1
"""

_GRID = f"""
SELECT json_build_object('data', json_build_object('customers', json_build_object(
  'totalCount', $3::bigint,
  'pageInfo', json_build_object('hasNextPage', count(*) > 50,
              'endCursor', (array_agg({_cursor_text("customer", "NUMBER:DESC", "c.number", "c.id")} ORDER BY n))[least(50, count(*))]),
  'nodes', json_agg(json_build_object('id', {_id_text("cus", "c.id")}, 'number', c.number, 'email', c.email,
     'firstName', c.first_name, 'lastName', c.last_name, 'createdAt', c.created_at, 'status', c.status,
     'group', json_build_object('name', g.name), 'website', json_build_object('code', w.code),
     'defaultBillingAddress', CASE WHEN a.id IS NOT NULL THEN json_build_object('city', a.city, 'postcode', a.postcode,
        'countryCode', a.country_code, 'telephone', a.telephone) END) ORDER BY n) FILTER (WHERE n <= 50))))::text
FROM (SELECT *, row_number() OVER (ORDER BY number DESC, id DESC) AS n FROM customer WHERE (number, id) < ($1, $2)
      ORDER BY number DESC, id DESC LIMIT 51) c
JOIN customer_group g ON g.id = c.group_id JOIN website w ON w.id = c.website_id
LEFT JOIN address a ON a.customer_id = c.id AND a.is_default_billing
"""

_LINES = _list_json(
    "json_build_object('sku', sku, 'name', name, 'quantityOrdered', quantity_ordered)",
    "SELECT * FROM sales_order_item i WHERE i.customer_id = o.customer_id AND i.order_id = o.id ORDER BY position LIMIT 3",
)
_NESTED = f"""
SELECT json_build_object('data', json_build_object('customers', json_build_object('nodes', json_agg(json_build_object(
  'id', {_id_text("cus", "c.id")}, 'email', c.email, 'orders', json_build_object('nodes',
    (SELECT coalesce(json_agg(json_build_object('number', number, 'status', status, 'items', {_LINES})), '[]')
     FROM (SELECT * FROM sales_order WHERE customer_id = c.id ORDER BY placed_at DESC, id DESC LIMIT 5) o)))
  ORDER BY c.number DESC, c.id DESC))))::text
FROM (SELECT * FROM customer WHERE (number, id) < ($1, $2) ORDER BY number DESC, id DESC LIMIT 20) c
"""
STATEMENTS = {"profile": _PROFILE, "grid": _GRID, "nested": _NESTED}
