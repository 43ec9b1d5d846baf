-- The relay signs its records on Kafka. Records of versions that did not sign are accepted before these offsets.

set local lock_timeout = '2s';
set local statement_timeout = '10s';

-- "topic/partition" to offset. Null until the first relay that signs has led: a relay of an earlier version may still
-- publish. A platform that has not published anything has no record without a signature.
alter table relay_positions add column unsigned_until jsonb;
update relay_positions set unsigned_until = '{}' where published = 0;
