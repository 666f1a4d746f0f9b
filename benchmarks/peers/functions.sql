-- What the graph computes and a table does not hold, as computed columns for the peer.
CREATE SCHEMA IF NOT EXISTS peer;

DO $$ BEGIN
  CREATE TYPE peer.customer_statistics AS (order_count bigint, lifetime_value bigint, average_order_value bigint,
                                           last_order_at timestamptz);
EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE OR REPLACE FUNCTION peer.customer_full_name(c public.customer) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT concat_ws(' ', nullif(c.prefix, ''), nullif(c.first_name, ''), nullif(c.middle_name, ''),
                   nullif(c.last_name, ''), nullif(c.suffix, ''))
$$;

CREATE OR REPLACE FUNCTION peer.customer_is_locked(c public.customer) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(c.locked_until > now(), false)
$$;

CREATE OR REPLACE FUNCTION peer.customer_order_statistics(c public.customer) RETURNS peer.customer_statistics
LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(s.order_count), 0)::bigint, coalesce(sum(s.lifetime_value), 0)::bigint,
         round(sum(s.lifetime_value) / sum(s.order_count))::bigint, max(s.last_order_at)
  FROM public.order_statistics s JOIN public.website w ON w.id = c.website_id AND w.currency = s.currency
  WHERE s.customer_id = c.id
$$;

CREATE OR REPLACE FUNCTION peer.customer_activity_is_online(a public.customer_activity) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT coalesce(a.last_activity_at > now() - interval '15 minutes'
                  AND (a.last_sign_out_at IS NULL OR a.last_sign_out_at < a.last_activity_at), false)
$$;

CREATE OR REPLACE FUNCTION peer.cart_subtotal(k public.cart) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(i.quantity * p.price), 0)::bigint FROM public.cart_item i
  JOIN public.product p ON p.id = i.product_id WHERE i.customer_id = k.customer_id AND i.cart_id = k.id
$$;

CREATE OR REPLACE FUNCTION peer.customer_reward_points_worth(c public.customer) RETURNS bigint
LANGUAGE sql STABLE AS $$
  SELECT (div(coalesce((SELECT balance FROM public.reward_points p
                        WHERE p.customer_id = c.id AND p.website_id = c.website_id), 0), r.points) * r.amount)::bigint
  FROM public.reward_points_rate r
  WHERE (r.website_id = c.website_id OR r.website_id IS NULL) AND (r.group_id = c.group_id OR r.group_id IS NULL)
  ORDER BY r.group_id IS NULL, r.website_id IS NULL LIMIT 1
$$;

GRANT USAGE ON SCHEMA peer TO PUBLIC;
