"""Carts, orders and attributes of customers who live on two machines, and the rows that are derived of them."""

EDIT = """mutation M($i: MeUpdateInput!) { meUpdate(input: $i) {
  customer { attributes { code value } } userErrors { code path } } }"""
CART = "{ me { cart { items { quantity product { sku } } totals { subtotal { amount } } } orders(first: 2) { nodes { number state } } } }"
