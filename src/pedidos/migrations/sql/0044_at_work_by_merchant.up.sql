-- squawk-ignore-file require-lock-timeout, require-statement-timeout -- they block no session, and migrations have time
-- The orders of a merchant that the platform moves, apart from those that wait for their time: of these there may be many.
-- The index that it replaces had both in one sequence. It is as many entries as before, and has the same condition, so
-- processes of the version before find it for what they ask.
create index concurrently if not exists orders_at_work_by_merchant on orders (merchant_id, (release_at is null), id)
    where in_flight;

drop index concurrently if exists orders_in_flight_by_merchant;
