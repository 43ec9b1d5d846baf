-- With several shards, the events that are not published yet have a position each: one relay of the version before could
-- not tell them apart. So the downgrade is refused.
set local lock_timeout = '2s';
set local statement_timeout = '10s';
do $$ begin
    if exists (select from relay_positions where shard > 0) then
        raise exception 'the event log has more than one shard, and the version before knows only one'
            using hint = 'Go back to the version before only from a backup of before the shards.';
    end if;
end $$;
drop table relays;
-- squawk-ignore prefer-robust-stmts
alter table relay_positions
    drop constraint relay_positions_ended, drop constraint relay_positions_end, drop constraint relay_positions_part,
    drop column confirmed, drop column until_offsets, drop column ended_at, drop column ends, drop column begins, drop column parts,
    drop column part;
