set local lock_timeout = '2s';
set local statement_timeout = '10s';
drop trigger if exists order_events_fence on order_events;
drop function if exists refuse_late_event();
drop table if exists event_log_fence;
