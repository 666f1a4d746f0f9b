"""The floor's profile: one customer with ten sections."""

from typing import Any

from floor_rows import fetch_rows, format_money, format_place, format_time, lists_by, page_read, rows_by

import customer_gql.schema.tables  # noqa: F401 - reads are compiled as they are imported, which takes the types of all keys
from customer_gql.commerce.carts import reads as carts
from customer_gql.commerce.catalog import reads as catalog
from customer_gql.commerce.orders import reads as orders
from customer_gql.commerce.reviews import reads as reviews
from customer_gql.commerce.reward_points import reads as points
from customer_gql.commerce.store_credit import reads as credit
from customer_gql.commerce.wishlists import reads as wishlists
from customer_gql.core.ids import decode_id
from customer_gql.customers.addresses import reads as addresses
from customer_gql.customers.newsletter import reads as newsletter
from customer_gql.customers.profile import reads as customers
from customer_gql.database.statements import Connection
from customer_gql.shop.groups import reads as groups
from customer_gql.shop.websites import reads as websites


def format_product(row: Any) -> dict[str, Any]:
    return {"sku": row["sku"], "name": row["name"], "price": format_money(row["price"], row["currency"])}


async def build_profile(connection: Connection, variables: dict[str, Any]) -> dict[str, Any]:
    id = decode_id(variables["id"], "cus")
    found = await fetch_rows(connection, customers.customers_by_id, [id])
    if not found:
        return {"customer": None}
    customer, ids = found[0], [id]
    website = (await fetch_rows(connection, websites.websites_by_id, [customer["website_id"]]))[0]
    created_in = customer["created_in_store_view_id"]
    group = (await fetch_rows(connection, groups.groups_by_id, [customer["group_id"]]))[0]
    activity = (await fetch_rows(connection, customers.activities_by_customer, ids))[0]
    statistics = (await fetch_rows(connection, orders.statistics_by_customer, ids))[0]
    book = await fetch_rows(connection, addresses.addresses_by_customer, ids)
    newest = await fetch_rows(connection, page_read(orders.orders_by_customer, 5), ids, 6)
    counted = await fetch_rows(connection, orders.orders_by_customer.count, ids)
    cart = await fetch_rows(connection, carts.open_carts_by_customer, ids)
    wishlist = await fetch_rows(connection, wishlists.default_wishlists_by_customer, ids)
    reviewed = (await fetch_rows(connection, page_read(reviews.reviews_by_customer, 3), ids, 4))[:3]
    store_credit = (await fetch_rows(connection, credit.store_credits_by_customer, ids))[0]
    reward = (await fetch_rows(connection, points.reward_points_by_customer, ids))[0]
    subscriptions = await fetch_rows(connection, newsletter.subscriptions_by_customer, ids)
    views = rows_by(
        await fetch_rows(
            connection, websites.store_views_by_id, [created_in, *{row["store_view_id"] for row in subscriptions}]
        ),
        "id",
    )
    tax_class = (await fetch_rows(connection, groups.tax_classes_by_id, [group["tax_class_id"]]))[0]
    shown = newest[:5]
    keys = [(id, order["id"]) for order in shown]
    lines: dict[Any, list[Any]] = {}
    sent: dict[Any, list[Any]] = {}
    numbers: dict[Any, list[Any]] = {}
    if keys:
        lines = lists_by(await fetch_rows(connection, orders.items_by_order, keys, 20), "order_id")
        shipments = await fetch_rows(connection, orders.shipments_by_order, keys)
        sent = lists_by(shipments, "order_id")
        parcels = [(id, row["order_id"], row["id"]) for row in shipments]
        if parcels:
            numbers = lists_by(
                await fetch_rows(connection, orders.tracking_numbers_by_shipment, parcels), "shipment_id"
            )
    carted = await fetch_rows(connection, carts.items_by_cart, [(id, cart[0]["id"])]) if cart else []
    wished = (
        (await fetch_rows(connection, page_read(wishlists.items_by_wishlist, 5), [(id, wishlist[0]["id"])], 6))[:5]
        if wishlist
        else []
    )
    account = [(id, store_credit["website_id"])]
    moved = (await fetch_rows(connection, page_read(credit.entries_by_account, 3), account, 4))[:3]
    earned = (await fetch_rows(connection, page_read(points.entries_by_account, 3), account, 4))[:3]
    wanted = {row["product_id"] for row in (*carted, *wished, *reviewed)}
    products = rows_by(await fetch_rows(connection, catalog.products_by_id, list(wanted)), "id") if wanted else {}
    billing = next((row for row in book if row["is_default_billing"]), None)
    shipping = next((row for row in book if row["is_default_shipping"]), None)
    currency = statistics["currency"]
    return {
        "customer": {
            "id": f"cus_{id:016x}",
            "number": customer["number"],
            "version": customer["version"],
            "email": customer["email"],
            "firstName": customer["first_name"],
            "lastName": customer["last_name"],
            "fullName": customer["full_name"],
            "gender": customer["gender"],
            "dateOfBirth": format_time(customer["date_of_birth"]),
            "taxVatNumber": customer["tax_vat_number"],
            "createdAt": format_time(customer["created_at"]),
            "updatedAt": format_time(customer["updated_at"]),
            "status": customer["status"],
            "isLocked": customer["is_locked"],
            "isEmailConfirmed": customer["is_email_confirmed"],
            "customerType": customer["customer_type"],
            "website": {"code": website["code"], "name": website["name"]},
            "createdIn": {"code": views[created_in]["code"], "name": views[created_in]["name"]},
            "group": {
                "id": f"grp_{group['id']:016x}",
                "name": group["name"],
                "taxClass": {"name": tax_class["name"]},
            },
            "activity": {
                "lastSignInAt": format_time(activity["last_sign_in_at"]),
                "lastSignOutAt": format_time(activity["last_sign_out_at"]),
                "lastActivityAt": format_time(activity["last_activity_at"]),
                "isOnline": activity["is_online"],
            },
            "orderStatistics": {
                "orderCount": statistics["order_count"],
                "lifetimeValue": format_money(statistics["lifetime_value"], currency),
                "averageOrderValue": format_money(statistics["average_order_value"], currency),
                "lastOrderAt": format_time(statistics["last_order_at"]),
            },
            "defaultBillingAddress": format_place(billing),
            "defaultShippingAddress": format_place(shipping),
            "addresses": [
                {
                    "id": f"adr_{id:016x}{row['id']:016x}",
                    "firstName": row["first_name"],
                    "lastName": row["last_name"],
                    "company": row["company"],
                    "street": row["street"],
                    "city": row["city"],
                    "region": row["region"],
                    "postcode": row["postcode"],
                    "countryCode": row["country_code"],
                    "telephone": row["telephone"],
                    "vatNumber": row["vat_number"],
                    "isDefaultBilling": row["is_default_billing"],
                    "isDefaultShipping": row["is_default_shipping"],
                }
                for row in book
            ],
            "orders": {
                "totalCount": counted[0]["total"] if counted else 0,
                "pageInfo": {
                    "hasNextPage": len(newest) > 5,
                    "endCursor": orders.orders_by_customer.sort.cursor(shown[-1]) if shown else None,
                },
                "nodes": [
                    {
                        "id": f"ord_{id:016x}{order['id']:016x}",
                        "number": order["number"],
                        "status": order["status"],
                        "placedAt": format_time(order["placed_at"]),
                        "grandTotal": format_money(order["grand_total"], order["currency"]),
                        "items": [
                            {
                                "sku": line["sku"],
                                "name": line["name"],
                                "quantityOrdered": line["quantity_ordered"],
                                "price": format_money(line["price"], line["currency"]),
                            }
                            for line in lines.get(order["id"], [])
                        ],
                        "shipments": [
                            {
                                "trackingNumbers": [
                                    {"carrier": parcel["carrier"], "number": parcel["number"]}
                                    for parcel in numbers.get(shipment["id"], [])
                                ]
                            }
                            for shipment in sent.get(order["id"], [])
                        ],
                    }
                    for order in shown
                ],
            },
            "cart": {
                "id": f"crt_{id:016x}{cart[0]['id']:016x}",
                "itemCount": cart[0]["item_count"],
                "subtotal": format_money(cart[0]["subtotal"], cart[0]["currency"]),
                "items": [
                    {
                        "id": f"cit_{id:016x}{row['cart_id']:016x}{row['id']:016x}",
                        "quantity": row["quantity"],
                        "product": format_product(products[row["product_id"]]),
                    }
                    for row in carted
                ],
            }
            if cart
            else None,
            "wishlist": {
                "id": f"wis_{id:016x}{wishlist[0]['id']:016x}",
                "name": wishlist[0]["name"],
                "itemCount": wishlist[0]["item_count"],
                "items": {
                    "nodes": [
                        {
                            "id": f"wli_{id:016x}{row['wishlist_id']:016x}{row['id']:016x}",
                            "addedAt": format_time(row["added_at"]),
                            "quantity": row["quantity"],
                            "product": format_product(products[row["product_id"]]),
                        }
                        for row in wished
                    ]
                },
            }
            if wishlist
            else None,
            "reviews": {
                "nodes": [
                    {
                        "id": f"rev_{id:016x}{row['id']:016x}",
                        "title": row["title"],
                        "detail": row["detail"],
                        "rating": row["rating"],
                        "status": row["status"],
                        "createdAt": format_time(row["created_at"]),
                        "product": {
                            "sku": products[row["product_id"]]["sku"],
                            "name": products[row["product_id"]]["name"],
                        },
                    }
                    for row in reviewed
                ]
            },
            "storeCredit": {
                "balance": format_money(store_credit["balance"], store_credit["currency"]),
                "entries": {
                    "nodes": [
                        {
                            "action": row["action"],
                            "amount": format_money(row["amount"], row["currency"]),
                            "balanceAfter": format_money(row["balance_after"], row["currency"]),
                            "createdAt": format_time(row["created_at"]),
                            "comment": row["comment"],
                        }
                        for row in moved
                    ]
                },
            },
            "rewardPoints": {
                "balance": reward["balance"],
                "worth": format_money(reward["worth"], reward["currency"]),
                "entries": {
                    "nodes": [
                        {
                            "action": row["action"],
                            "points": row["points"],
                            "balanceAfter": row["balance_after"],
                            "createdAt": format_time(row["created_at"]),
                            "expiresAt": format_time(row["expires_at"]),
                        }
                        for row in earned
                    ]
                },
            },
            "newsletterSubscriptions": [
                {
                    "storeView": {"code": views[row["store_view_id"]]["code"]},
                    "status": row["status"],
                    "changedAt": format_time(row["changed_at"]),
                }
                for row in subscriptions
            ],
        }
    }
