set local lock_timeout = '2s';
set local statement_timeout = '10s';
drop index if exists order_events_ended;
drop table if exists event_log_horizon;
