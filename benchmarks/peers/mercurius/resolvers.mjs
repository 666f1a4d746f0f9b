import { fetchRows, first, many, one } from "./batches.mjs";
import { formatCursor, formatId, formatMoney, parseCursor, parseId } from "./values.mjs";

const COLUMNS = `id, number, version, email, prefix, first_name AS "firstName", middle_name AS "middleName", last_name AS "lastName",
  suffix, gender, date_of_birth AS "dateOfBirth", tax_vat_number AS "taxVatNumber", created_at AS "createdAt", updated_at AS "updatedAt",
  status, coalesce(locked_until > now(), false) AS "isLocked", is_email_confirmed AS "isEmailConfirmed",
  customer_type AS "customerType", website_id AS "websiteId", created_in_store_view_id AS "storeViewId", group_id AS "groupId"`;
const NEWEST = "ORDER BY number DESC, id DESC";
const ADDRESS = `a.customer_id AS "customerId", a.id, first_name AS "firstName", last_name AS "lastName", company, street, city, region,
  postcode, country_code AS "countryCode", telephone, vat_number AS "vatNumber", is_default_billing AS "isDefaultBilling",
  is_default_shipping AS "isDefaultShipping"`;
const PRODUCT = "SELECT id, sku, name, price, currency FROM product WHERE id = ANY($1::bigint[])";
const VIEW = "SELECT id, code, name FROM store_view WHERE id = ANY($1::bigint[])";
const OWNED = "unnest($1::bigint[]) AS k(id)";
const PAIRS = "unnest($1::bigint[], $2::bigint[]) AS k(owner, id)";
const FIRST = "unnest($1::bigint[], $2::int[]) AS k(id, size)";
const FIRST_OF_PAIRS = "unnest($1::bigint[], $2::bigint[], $3::int[]) AS k(owner, id, size)";

const money = (amount, currency = "currency") => (row) => formatMoney(row[amount], row[currency]);
const nodes = { shape: (rows) => ({ nodes: rows }) };
const product = one("products", ["productId"], ["id"], PRODUCT);

async function findCustomer(_, { id }) {
  const rows = await fetchRows("customer", `SELECT ${COLUMNS} FROM customer WHERE id = $1`, [parseId(id)]);
  return rows[0] ?? null;
}

async function listCustomers(_, { first, after }) {
  const rows = after
    ? await fetchRows(
        "customers after",
        `SELECT ${COLUMNS} FROM customer WHERE (number, id) < ($2, $3) ${NEWEST} LIMIT $1`,
        [first + 1, ...parseCursor(after)],
      )
    : await fetchRows("customers", `SELECT ${COLUMNS} FROM customer ${NEWEST} LIMIT $1`, [first + 1]);
  return { nodes: rows.slice(0, first), hasNextPage: rows.length > first };
}

// The numbers that the shop keeps, which are what the service adds up too.
async function countCustomers() {
  const [{ total }] = await fetchRows("count", "SELECT coalesce(sum(change), 0)::int AS total FROM customer_count", []);
  return total;
}

function pageInfo(cursor) {
  return (page) => ({
    hasNextPage: page.hasNextPage,
    endCursor: page.nodes.length ? formatCursor(cursor(page.nodes[page.nodes.length - 1])) : null,
  });
}

const countOrders = one("order counts", ["customerId"], ["id"],
  `SELECT customer_id AS id, count(*)::int AS total FROM sales_order WHERE customer_id = ANY($1::bigint[]) GROUP BY customer_id`);

const Customer = {
  id: (row) => formatId("cus", row.id),
  fullName: (row) => [row.prefix, row.firstName, row.middleName, row.lastName, row.suffix].filter(Boolean).join(" "),
  website: one("websites", ["websiteId"], ["id"], "SELECT id, code, name FROM website WHERE id = ANY($1::bigint[])"),
  createdIn: one("created in", ["storeViewId"], ["id"], VIEW),
  group: one("groups", ["groupId"], ["id"],
    `SELECT id, name, tax_class_id AS "taxClassId" FROM customer_group WHERE id = ANY($1::bigint[])`),
  activity: one("activities", ["id"], ["id"],
    `SELECT k.id, last_sign_in_at AS "lastSignInAt", last_sign_out_at AS "lastSignOutAt", last_activity_at AS "lastActivityAt",
       coalesce(last_activity_at > now() - interval '15 minutes'
         AND (last_sign_out_at IS NULL OR last_sign_out_at < last_activity_at), false) AS "isOnline"
     FROM ${OWNED} LEFT JOIN customer_activity a ON a.customer_id = k.id`),
  orderStatistics: one("statistics", ["id"], ["id"],
    `SELECT c.id, coalesce(sum(s.order_count), 0)::int AS "orderCount", coalesce(sum(s.lifetime_value), 0)::bigint AS lifetime,
       round(sum(s.lifetime_value) / nullif(sum(s.order_count), 0))::bigint AS average, max(s.last_order_at) AS "lastOrderAt", w.currency
     FROM customer c JOIN website w ON w.id = c.website_id
     LEFT JOIN order_statistics s ON s.customer_id = c.id AND s.currency = w.currency
     WHERE c.id = ANY($1::bigint[]) GROUP BY c.id, w.currency`),
  defaultBillingAddress: one("billing addresses", ["id"], ["customerId"],
    `SELECT ${ADDRESS} FROM address a WHERE is_default_billing AND customer_id = ANY($1::bigint[])`),
  defaultShippingAddress: one("shipping addresses", ["id"], ["customerId"],
    `SELECT ${ADDRESS} FROM address a WHERE is_default_shipping AND customer_id = ANY($1::bigint[])`),
  addresses: many("addresses", ["id"], ["customerId"],
    `SELECT ${ADDRESS} FROM address a WHERE customer_id = ANY($1::bigint[]) ORDER BY a.id`),
  orders: first("orders", ["id"], ["customerId"],
    `SELECT o.* FROM ${FIRST} JOIN LATERAL (
       SELECT customer_id AS "customerId", id, number, status, placed_at AS "placedAt", grand_total AS total, currency
       FROM sales_order WHERE customer_id = k.id ORDER BY placed_at DESC, id DESC LIMIT k.size) o ON true`,
    { more: 1, shape: (rows, { id }, size) => ({ customerId: id, nodes: rows.slice(0, size), hasNextPage: rows.length > size }) }),
  cart: one("carts", ["id"], ["customerId"],
    `SELECT c.customer_id AS "customerId", c.id, c.currency, t.count AS "itemCount", t.total FROM cart c, LATERAL (
       SELECT count(*)::int AS count, coalesce(sum(i.quantity * p.price), 0)::bigint AS total FROM cart_item i
       JOIN product p ON p.id = i.product_id WHERE i.customer_id = c.customer_id AND i.cart_id = c.id) t
     WHERE c.is_active AND c.customer_id = ANY($1::bigint[]) AND NOT EXISTS (SELECT FROM cart other WHERE
       other.customer_id = c.customer_id AND other.is_active AND (other.updated_at, other.id) > (c.updated_at, c.id))`),
  wishlist: one("wishlists", ["id"], ["customerId"],
    `SELECT customer_id AS "customerId", id, name, (SELECT count(*)::int FROM wishlist_item i
       WHERE i.customer_id = w.customer_id AND i.wishlist_id = w.id) AS "itemCount"
     FROM wishlist w WHERE is_default AND customer_id = ANY($1::bigint[])`),
  reviews: first("reviews", ["id"], ["customerId"],
    `SELECT r.* FROM ${FIRST} JOIN LATERAL (
       SELECT customer_id AS "customerId", id, title, detail, rating, status, created_at AS "createdAt", product_id AS "productId"
       FROM review WHERE customer_id = k.id ORDER BY created_at DESC, id DESC LIMIT k.size) r ON true`, nodes),
  storeCredit: one("store credit", ["id"], ["customerId"],
    `SELECT c.id AS "customerId", c.website_id AS "websiteId", coalesce(s.balance, 0) AS balance, w.currency
     FROM customer c JOIN website w ON w.id = c.website_id
     LEFT JOIN store_credit s ON s.customer_id = c.id AND s.website_id = c.website_id WHERE c.id = ANY($1::bigint[])`),
  rewardPoints: one("reward points", ["id"], ["customerId"],
    `SELECT c.id AS "customerId", c.website_id AS "websiteId", coalesce(p.balance, 0) AS balance, w.currency,
       (coalesce(p.balance, 0) / rate.points * rate.amount)::bigint AS value
     FROM customer c JOIN website w ON w.id = c.website_id
     LEFT JOIN reward_points p ON p.customer_id = c.id AND p.website_id = c.website_id
     LEFT JOIN LATERAL (SELECT points, amount FROM reward_points_rate r WHERE (r.website_id = c.website_id OR r.website_id IS NULL)
       AND (r.group_id = c.group_id OR r.group_id IS NULL) AND r.currency = w.currency
       ORDER BY r.group_id IS NULL, r.website_id IS NULL LIMIT 1) rate ON true
     WHERE c.id = ANY($1::bigint[])`),
  newsletterSubscriptions: many("subscriptions", ["id"], ["customerId"],
    `SELECT customer_id AS "customerId", store_view_id AS "storeViewId", status, changed_at AS "changedAt"
     FROM newsletter_subscription WHERE customer_id = ANY($1::bigint[]) ORDER BY store_view_id`),
};

const Order = {
  id: (row) => formatId("ord", row.customerId, row.id),
  grandTotal: money("total"),
  items: first("order items", ["customerId", "id"], ["customerId", "orderId"],
    `SELECT i.* FROM ${FIRST_OF_PAIRS} JOIN LATERAL (
       SELECT customer_id AS "customerId", order_id AS "orderId", sku, name, quantity_ordered AS "quantityOrdered", price AS amount, currency
       FROM sales_order_item WHERE customer_id = k.owner AND order_id = k.id ORDER BY position LIMIT k.size) i ON true`),
  shipments: many("shipments", ["customerId", "id"], ["customerId", "orderId"],
    `SELECT customer_id AS "customerId", order_id AS "orderId", s.id FROM ${PAIRS}
     JOIN shipment s ON s.customer_id = k.owner AND s.order_id = k.id ORDER BY s.shipped_at, s.id`),
};

const trackingNumbers = many("tracking numbers", ["customerId", "orderId", "id"], ["customerId", "orderId", "shipmentId"],
  `SELECT customer_id AS "customerId", order_id AS "orderId", shipment_id AS "shipmentId", carrier, number
   FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS k(owner, parent, id)
   JOIN tracking_number t ON t.customer_id = k.owner AND t.order_id = k.parent AND t.shipment_id = k.id ORDER BY t.position`);

const entries = (table, columns) => first(table, ["customerId", "websiteId"], ["customerId", "websiteId"],
  `SELECT e.* FROM ${FIRST_OF_PAIRS} JOIN LATERAL (
     SELECT customer_id AS "customerId", website_id AS "websiteId", action, created_at AS "createdAt", ${columns} FROM ${table}
     WHERE customer_id = k.owner AND website_id = k.id ORDER BY created_at DESC, id DESC LIMIT k.size) e ON true`, nodes);

export const resolvers = {
  Query: { customer: findCustomer, customers: listCustomers },
  CustomerConnection: { totalCount: countCustomers, pageInfo: pageInfo((row) => `["customer","NUMBER:DESC",${row.number},${row.id}]`) },
  OrderConnection: {
    totalCount: async (...given) => (await countOrders(...given))?.total ?? 0,
    pageInfo: pageInfo((row) => `["sales_order","NEWEST","${row.placedAt}",${row.id}]`),
  },
  Customer,
  Order,
  CustomerGroup: {
    id: (row) => formatId("grp", row.id),
    taxClass: one("tax classes", ["taxClassId"], ["id"], "SELECT id, name FROM tax_class WHERE id = ANY($1::bigint[])"),
  },
  OrderStatistics: { lifetimeValue: money("lifetime"), averageOrderValue: money("average") },
  Address: { id: (row) => formatId("adr", row.customerId, row.id) },
  OrderItem: { price: money("amount") },
  Shipment: { trackingNumbers },
  Cart: {
    id: (row) => formatId("crt", row.customerId, row.id),
    subtotal: money("total"),
    items: many("cart items", ["customerId", "id"], ["customerId", "cartId"],
      `SELECT customer_id AS "customerId", cart_id AS "cartId", i.id, product_id AS "productId", quantity FROM ${PAIRS}
       JOIN cart_item i ON i.customer_id = k.owner AND i.cart_id = k.id ORDER BY i.added_at, i.id`),
  },
  CartItem: { id: (row) => formatId("cit", row.customerId, row.cartId, row.id), product },
  Wishlist: {
    id: (row) => formatId("wis", row.customerId, row.id),
    items: first("wishlist items", ["customerId", "id"], ["customerId", "wishlistId"],
      `SELECT i.* FROM ${FIRST_OF_PAIRS} JOIN LATERAL (
         SELECT customer_id AS "customerId", wishlist_id AS "wishlistId", id, product_id AS "productId", quantity, added_at AS "addedAt"
         FROM wishlist_item WHERE customer_id = k.owner AND wishlist_id = k.id ORDER BY added_at DESC, id DESC LIMIT k.size) i ON true`, nodes),
  },
  WishlistItem: { id: (row) => formatId("wli", row.customerId, row.wishlistId, row.id), product },
  Product: { price: money("price") },
  Review: { id: (row) => formatId("rev", row.customerId, row.id), product },
  StoreCredit: { balance: money("balance"), entries: entries("store_credit_entry", "amount AS moved, balance_after AS balance, currency, comment") },
  StoreCreditEntry: { amount: money("moved"), balanceAfter: money("balance") },
  RewardPoints: { worth: money("value"), entries: entries("reward_points_entry", `points, balance_after AS "balanceAfter", expires_at AS "expiresAt"`) },
  NewsletterSubscription: { storeView: one("store views", ["storeViewId"], ["id"], VIEW) },
};
