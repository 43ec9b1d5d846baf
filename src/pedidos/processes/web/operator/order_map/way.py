"""The way of an order: which places it has visited, from the commits that PostgreSQL has and the spans of its trace.

The commits alone are enough for a way: which worker moved the order, and when. Spans add the rest: what happened
between two commits, in which batch, under which lease.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pedidos.domain.order import SETTLED, Status
from pedidos.domain.steps import PIPELINE, Step
from pedidos.processes.web.operator.order_map.places import Place
from pedidos.processes.web.operator.order_map.transactions import Transaction, actor_step, by_transaction, nanoseconds
from pedidos.storage.orders.inspecting import Commit
from pedidos.storage.spans import Span
from pedidos.telemetry import attributes

SLACK_NS = 1_000_000_000
"""By how much the clocks of PostgreSQL and of a worker may differ."""

AT_ONCE = frozenset(each.step for each in PIPELINE if each.at_once)
"""Steps that the worker of the step before does without a message."""

_STEPS = {step.value: step for step in Step}


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay of the order at a place. Times in nanoseconds since the epoch; None if they are not known.

    step, version, attempt: what it was about, if that place has such a thing. instance: of the process, empty if it is
    not known. span: None if only commits tell of it. together: the steps of its commit, if they were several. queued:
    whether it was in the queue of its step before."""

    place: Place
    began: int | None = None
    ended: int | None = None
    step: Step | None = None
    version: int | None = None
    attempt: int | None = None
    instance: str = ""
    span: Span | None = None
    together: tuple[Step, ...] = ()
    queued: bool = True


@dataclass(frozen=True, slots=True)
class Trace:
    """The spans of an order, by what they are about."""

    spans: Sequence[Span]
    by_name: Mapping[str, Span] = field(init=False)
    _versions: Mapping[tuple[str, int], Span] = field(init=False)

    def __post_init__(self) -> None:
        earliest_last = sorted(self.spans, key=lambda span: -span.began_ns)
        object.__setattr__(self, "by_name", {span.name: span for span in earliest_last})
        object.__setattr__(
            self,
            "_versions",
            {(span.name, int(span.attributes.get(attributes.VERSION, 0))): span for span in earliest_last},
        )

    def about(self, name: str, version: int) -> Span | None:
        """The first span with this name about this version of the order."""
        return self._versions.get((name, version))

    def steps(self) -> Iterator[tuple[Step, Span]]:
        """The spans of steps that did something: a second hint for a step that is done does nothing."""
        for span in sorted(self.spans, key=lambda span: span.began_ns):
            step = _STEPS.get(span.name)
            did = span.failed or span.attributes.get(attributes.MOVED) or attributes.ATTEMPT in span.attributes
            if step is not None and did:
                yield step, span

    def calls(self, step: Span) -> list[Span]:
        """The calls of the gateway within the span of a step."""
        return [span for span in self.spans if span.name == "gateway" and span.parent == step.span_id]


def way(commits: Sequence[Commit], spans: Sequence[Span]) -> list[Visit]:
    """The visits, in the sequence in which the order made them. commits: by their version."""
    trace = Trace(spans)
    chapters = [*_steps(commits, trace), *_landed(commits, trace)]
    chapters.sort(key=lambda chapter: chapter[0])
    visits = _opening(commits, trace, more_follows=bool(chapters))
    for _, chapter in chapters:
        visits += _with_queue(visits, chapter)
    return visits


Chapter = tuple[int, list[Visit]]
"""Visits that belong together, and when the first began."""


def _opening(commits: Sequence[Commit], trace: Trace, *, more_follows: bool) -> list[Visit]:
    first = commits[0] if commits and commits[0].version == 1 else None
    accepted, bridged = trace.by_name.get("accept"), trace.by_name.get("bridge")
    if first is None and accepted is None:
        return []
    visits = [_visit(Place.EDGE, accepted), _visit(Place.API, accepted)]
    stored = _visit(Place.LOG, trace.by_name.get("commit"), version=1)
    visits.append(stored if first is None or stored.span else Visit(Place.LOG, *_at(first), version=1))
    if more_follows or bridged or (first is not None and first.published) or trace.about("publish", 1):
        visits += _published(1, trace)
    planned = first is not None and first.status is Status.SCHEDULED  # the bridge takes it when it is released
    if (more_follows or bridged) and not planned:
        visits.append(_visit(Place.BRIDGE, bridged))
    return visits


def _steps(commits: Sequence[Commit], trace: Trace) -> Iterator[Chapter]:
    done = list(trace.steps())
    transactions = by_transaction(commits)
    opened = any(each.leads_to(Status.CHARGING) and each.together for each in transactions)
    # Of several attempts within the slack, the last one has moved the order.
    shown_by = {
        leaders[-1].span_id: each
        for each in transactions
        if each.together and (leaders := [span for step, span in done if _led(each, step, span)])
    }
    for done_step, span in done:
        attempt = span.attributes.get(attributes.ATTEMPT)
        work = _visit(Place.WORKER, span, step=done_step, attempt=attempt)
        if opened and done_step is Step.CHARGE and attempt == 1:
            work = replace(work, queued=False)
        calls = [_visit(Place.GATEWAY, call, step=done_step, attempt=attempt) for call in trace.calls(span)]
        shared = shown_by.get(span.span_id)
        if shared is None:
            yield span.began_ns, [work, *calls]
        elif done_step is Step.CHARGE:  # the gateway was asked before
            yield span.began_ns, [work, *calls, replace(work, began=shared.at, together=shared.together)]
        else:
            yield span.began_ns, [replace(work, together=shared.together), *calls]
    yield from _of_commits(transactions, done)


def _of_commits(transactions: Sequence[Transaction], done: Sequence[tuple[Step, Span]]) -> Iterator[Chapter]:
    """What no span shows."""
    left = [
        (commit, step, shared)
        for shared in transactions
        for commit, step in shared.commits
        if not any(_shows(span, other, commit, step, shared) for other, span in done)
    ]
    for commit, by_step, shared in left:
        at = shared.at
        if shared.together and commit.version == shared.first.version:
            did = Visit(Place.WORKER, at, at, by_step, instance=commit.by, together=shared.together)
            yield at, [replace(did, queued=by_step is not Step.CHARGE)]  # after the gateway there is no queue
        if commit.status is Status.CHARGING:
            answered = next(
                (later for later, its, _ in left if its is by_step and later.version > commit.version), None
            )
            ended = nanoseconds(answered.occurred_at) if answered else None
            asking = Visit(Place.WORKER, at, ended, by_step, attempt=1, instance=commit.by, queued=not shared.together)
            yield at, [asking, replace(asking, place=Place.GATEWAY, instance="")]
        elif not shared.together and not any(
            its is by_step and earlier.version < commit.version for earlier, its, _ in left
        ):
            yield at, [Visit(Place.WORKER, at, at, by_step, instance=commit.by)]


def _led(shared: Transaction, step: Step, span: Span) -> bool:
    """Whether the span is that of the first step of the transaction."""
    return shared.commits[0][1] is step and _covers(span, shared.first)


def _shows(span: Span, its: Step, commit: Commit, step: Step, shared: Transaction) -> bool:
    """Whether the span of a step shows the commit: as its own, or as one of its transaction. That the gateway is being
    asked, only the span of the charge shows."""
    if commit.status is Status.CHARGING:
        return its is step and _covers(span, commit)
    return (its is step and _covers(span, commit)) or _led(shared, its, span)


def _landed(commits: Sequence[Commit], trace: Trace) -> Iterator[Chapter]:
    """What became of each event that the pipeline has nothing left to do after, or that a person caused, and of the
    release of an order that waited for its time."""
    for commit in commits:
        if commit.version == 1 or commit.status not in {*SETTLED, Status.RECEIVED}:
            continue
        began, ended = _at(commit)
        asked = [] if actor_step(commit) else [Visit(Place.API, began, ended)]
        visits = [*asked, Visit(Place.LOG, began, ended, version=commit.version)]
        if commit.published or trace.about("publish", commit.version):
            visits += [*_published(commit.version, trace), _heard(commit, trace)]
        yield began, visits


def _heard(commit: Commit, trace: Trace) -> Visit:
    """Who gets the event from Kafka: those who watch, or the bridge if work begins with it."""
    if commit.status is Status.RECEIVED:
        return _visit(Place.BRIDGE, trace.by_name.get("bridge"))
    return _visit(Place.STREAM, trace.about("stream", commit.version), version=commit.version)


def _published(version: int, trace: Trace) -> list[Visit]:
    sent, shown = trace.about("publish", version), trace.about("stream", version)
    kept = replace(_visit(Place.KAFKA, sent, version=version), instance="")
    if sent and shown:
        # The span of the stream begins with the time that Kafka gave to the record.
        kept = replace(kept, began=max(sent.began_ns, shown.began_ns))
    return [_visit(Place.RELAY, sent, version=version), kept]


def _with_queue(before: Sequence[Visit], chapter: list[Visit]) -> list[Visit]:
    """The chapter, with the order's stay in the queue before a worker took it."""
    first = chapter[0]
    if first.place is not Place.WORKER or first.step in AT_ONCE or not first.queued:
        return chapter
    known = [visit.ended for visit in before if visit.ended is not None]
    began = min(known[-1], first.began) if known and first.began is not None else None
    return [Visit(Place.QUEUE, began, first.began, first.step, attempt=first.attempt), *chapter]


def _visit(
    place: Place,
    span: Span | None,
    *,
    step: Step | None = None,
    version: int | None = None,
    attempt: int | None = None,
) -> Visit:
    if span is None:
        return Visit(place, step=step, version=version, attempt=attempt)
    return Visit(place, span.began_ns, span.ended_ns, step, version, attempt, span.instance, span)


def _covers(span: Span, commit: Commit) -> bool:
    return span.began_ns - SLACK_NS <= nanoseconds(commit.occurred_at) <= span.ended_ns + SLACK_NS


def _at(commit: Commit) -> tuple[int, int]:
    at = nanoseconds(commit.occurred_at)
    return at, at
