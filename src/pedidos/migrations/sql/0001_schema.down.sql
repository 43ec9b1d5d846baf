drop table relay_positions, dead_letters, stalled_orders, payments, idempotency_keys, order_events, order_items, orders,
    stock, products, refresh_tokens, accounts, opening_hours, merchants;
drop function refuse_change();
