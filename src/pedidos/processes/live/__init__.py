"""The live streams: server-sent events out of the event log (PostgreSQL), then from Kafka, without gap or repetition.

    tail (thread)                       event loop
    Kafka ─▶ sequence ── once per poll ─▶ hub ─▶ subscription ─▶ stream ─▶ client
                                                                  ▲
                                    event log (PostgreSQL) ───────┘ replay

The order of the log. Every event has a place in the log, its cursor (txid, seq), which is also its SSE id, and a
running number n in the order of cursors, which the relay gives it and keeps when it publishes it again. Kafka has
partitions and repetitions; `sequence` restores n = 1, 2, 3 … from it, so every live process sees the total order of
the log.

Where the tail begins. It settles on offsets from about 30 s before now (at the latest, the ends of the partitions),
and only then reads P, the number of events that the relay has noted down as published. Whatever has n > P is either
published after that, or was published before but not noted down: within the last seconds, and then it lies behind the
offset; or longer ago, and then the relay has not worked since, and publishes it again when it does. So all n > P are
read, and n ≤ P is dropped. If a number does not come within 3 s all the same, the tail drops every stream and goes on
behind the gap: the clients come back and find the missing events in the log, where they were before their successors
were published.

When no stream has been open for 2 s, nothing is read. Twice a second the tail looks how far the log is: where the
partitions end, and only then P. The relay publishes what comes after a number once it has noted that number down; so if
P has grown since the look before, what has n > P lies behind the ends that that look found, and reading can go on from
there (`idle_position`). Where the log has no event after P, it can go on from the ends just found. Only a look after
which there is still no stream counts. So a new stream asks for the boundary (see below) after it, and what it passed
over lies below that boundary.

The seam between replay and live. A stream (a) subscribes to the hub, then (b) asks PostgreSQL for the boundary X: the
txid after that of the newest event below the bound of the log, greatest(xmin, final), as that snapshot has it
(`storage/event_log/finality.py`). It (c) sends from the log what lies after the client's cursor and has txid < X, then
(d) sends from its subscription what has txid ≥ X, and drops the rest.

- No gap below X: every event with txid < the bound can be seen at (b), whether its transaction lies below xmin and is
  over, or below final, where those that still run write none. No other will come, so however many statements the replay
  takes, it finds all of them.
- No gap from X on: take an event with txid ≥ X. At (b) there was none between X and the bound, and none can have come
  there since, so it lies at or above that bound. The relay publishes only what lies below the bound of a snapshot of
  its own, so that bound was greater. The bound never falls: xmin does not, and final is one row that only grows. So
  this snapshot is later than (b), which is later than (a): the event was published, and so came to the hub for the
  first time, when the stream had subscribed. The tail was at work then (no stream opens before it is), so the event is
  not one of those that it drops as n ≤ P.
- After a crash of PostgreSQL numbers below that bound can be given away a second time: those of transactions of which
  nothing had come to the disk. An event is only seen once it is on the disk, so its number is not among them, and
  neither is any below it: what has such a number now has txid ≥ X, and is later than (b) too.
- No repetition: (c) and (d) are divided by X; within (c) cursors grow; within (d) the sequence gives each n once.
- Order: all of (c) is below X, all of (d) is not, and each is in the order of cursors.

So what a client has seen is always the log up to its last event id, narrowed to what it may see, and it can come back
with that id, to this process or to another. Ids without an event tell it about stretches in which nothing was its
own: (X, 0) once it is connected, and with each heartbeat the newest event that was handed out.

A feed that comes back replays up to a first boundary before it subscribes, so that a long replay does not overflow
its subscription; the steps above then cover what remained. A client is too far behind when too many of its own orders
have moved since, whatever other orders did. Then it gets `event: reset`, and also when old events have been removed: it
has to read its orders again, and the stream goes on from now. The stream of an order whose events are gone sends
`reset` before its end. A client that reads too slowly is dropped.
`event: end` says that the same request would not help: the order is finished, or the token has expired.

PostgreSQL restored to an earlier moment: the relay publishes nothing until a new log goes on from there, whose numbers
no record had. Its first record names it; the tail then goes on behind the number where the log began, and drops every
stream, because X was of the log before. A client that comes back with a place that the log before may have given is
told to start again (`lineage`, `storage.event_log.lineage.doubtful`).

Kafka away: streams stay open, and go on when it is back. PostgreSQL away: open streams go on, opening one is answered
with 503.
"""
