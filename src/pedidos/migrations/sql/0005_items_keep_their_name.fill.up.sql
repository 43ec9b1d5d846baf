-- squawk-ignore-file require-lock-timeout, require-statement-timeout -- it takes as long as it takes, and blocks only deletes
-- Nothing else updates items, so orders are placed and moved meanwhile: some ten seconds for a million orders.
update order_items i set name = p.name from products p where p.id = i.product_id and i.name is null;
