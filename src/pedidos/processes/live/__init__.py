"""The live streams: server-sent events, first replayed from the event log (PostgreSQL), then live from Kafka.

A stream has no gaps and no repetitions.

    consumer (thread)                     event loop
    Kafka ─▶ resequencer ── once per poll ─▶ hub ─▶ subscription ─▶ stream ─▶ client
                                                                    ▲
                                      event log (PostgreSQL) ───────┘ replay

Order of the log. Every event has a cursor (txid, seq), which is its place in the log and also its SSE id. It also has a
running number n, in the order of cursors. The relay assigns n, and keeps it when it publishes the event again. Kafka
has partitions and repetitions; the resequencer restores n = 1, 2, 3 … from them. So every live process sees the total
order of the log.

Shards. The log can have several, each with running numbers of its own. Then `sequence` restores the order of each
shard, and what follows holds for each of them: n, P and "dropped" are of a shard. Shards that replace others are
shown after all of those. So an order's events are in their order, and each event comes once. The ids of a stream say
how far it is in each part (`domain.seen`).

Where reading begins. The consumer chooses offsets from about 30 s before now (at the latest, the ends of the
partitions). Only then it reads P, the number of events that the relay has recorded as published. An event with n > P is
one of these:

- It is published after P was read, or it was published within the last seconds and is not recorded yet. Then it lies
  behind the chosen offset.
- It was published earlier and is not recorded. Then the relay has not worked since, and publishes it again when it
  does.

So the consumer reads all n > P, and drops n ≤ P. If a number still does not arrive within 3 s, the consumer drops every
stream and continues after the gap. The clients reconnect and get the missing events from the log, where they were
before their successors were published.

While no stream is open. When no stream has been open for 2 s, the consumer reads nothing. Twice a second it checks how
far the log is: first where the partitions end, and only then P. The relay publishes the events after a number once it
has recorded that number. So if P has grown since the previous check, the events with n > P lie behind the ends that the
previous check found, and reading can resume there (`idle_position`). If the log has no event after P, reading can
resume at the ends that this check found. A check counts only if no stream is open after it either. So a new stream asks
for its boundary (see below) after the check, and what the check skipped lies below that boundary.

From replay to live. A stream takes four steps:

(a) It subscribes to the hub.
(b) It asks PostgreSQL for the boundary X: the txid after that of the newest event below the bound of the log. The bound
    is greatest(xmin, final) in that snapshot (`storage/event_log/finality.py`).
(c) It sends, from the log, the events after the client's cursor that have txid < X.
(d) It sends, from its subscription, the events that have txid ≥ X, and drops the rest.

- No gap below X. Every event with txid < the bound is visible at (b). Its transaction is below xmin and is over, or it
  is below final, where transactions that still run write no events. No other event will appear there, so the replay
  finds all of them, in any number of statements.
- No gap from X on. Take an event with txid ≥ X. At (b) there was no event between X and the bound, and none can have
  appeared there since, so this event lies at or above that bound. The relay publishes only events below the bound of
  its own snapshot, so that bound was greater. The bound never falls: xmin does not, and final is one row that only
  grows. So the relay's snapshot is later than (b), which is later than (a). The event was published, and reached the
  hub for the first time, when the stream had subscribed. The consumer was at work then (no stream opens before it is),
  so the event is not one of those that it drops as n ≤ P.
- After a crash, PostgreSQL can assign txids below that bound a second time: those of transactions of which nothing had
  reached the disk. An event is visible only once it is on disk, so its txid is not among them, and neither is any lower
  one. So an event that has such a txid now has txid ≥ X, and is later than (b) too.
- No repetition. X separates (c) from (d). Within (c), cursors grow. Within (d), the resequencer yields each n once.
- Order. All of (c) is below X, all of (d) is not, and each is in the order of cursors; with several shards, (d) is so
  per shard. The id of an event in (d) is the newest event of each part that the hub has handed out up to this one, or
  X where that is below X. The hub hands out all events of a part in their order, so these and no others are what the
  client has seen. When it comes back, (c) begins at the lowest of these places, and leaves out what lies beyond it
  and was seen.

So a client has always seen the log up to its last event id, limited to the events that it may see. It can reconnect
with that id, to this process or to another one. Ids without an event move the client past stretches that have no event
for it: (X, 0) once it is connected, and the newest event that was handed out with each heartbeat.

A client of `/v1/events` that reconnects first gets a replay up to an earlier boundary, and is subscribed after it, so
that a long replay does not overflow its subscription. The steps above then cover the rest. A client is too far behind
when too many of its own orders have changed since; other orders do not count. Then it gets `event: reset`, and also
when old events have been removed: it has to read its orders again, and the stream continues from now. The stream of an
order whose events are gone sends `reset` before its end. A client that reads too slowly is dropped. `event: end` says
that the same request would not help: the order is finished, or the token has expired.

When PostgreSQL is restored to an earlier moment, the relay publishes nothing until a new log continues from there, with
running numbers that no record had. The first record of the new log names it. The consumer then continues after the
number at which the new log began, and drops every stream, because X belongs to the previous log. A client that
reconnects with a cursor that the previous log may have assigned has to start again (`lineage`,
`storage.event_log.lineage.doubtful`).

While Kafka is unavailable, streams stay open; they continue when it is back. While PostgreSQL is unavailable, open
streams continue, and a new one is answered with 503.
"""
