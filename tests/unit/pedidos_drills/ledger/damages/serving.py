"""Work that is stuck, requests that are not served, and faults that are not over."""

from dataclasses import replace

from pedidos_drills.ledger.records import Bystander, Recovery
from tests.unit.pedidos_drills.ledger.changes import refused, with_answer
from tests.unit.pedidos_drills.ledger.faithful import FIRST, changed
from tests.unit.pedidos_drills.ledger.invariants import RECOVERED, SERVING, STUCK, Damages

HELD_UP = Bystander("a row is held", FIRST, 202, accepted_seconds=0.1, confirmed_seconds=0.9, within=5.0)

DAMAGES: Damages = {
    # Nothing stuck
    "something is still under way": ({STUCK}, lambda e: replace(e, pending=["partition 3: 7 records behind"])),
    "a dead letter without a reason": ({STUCK}, lambda e: replace(e, dead_letters=[("", FIRST)])),
    "its time has come, and it waits": ({STUCK}, lambda e: changed(e, FIRST, forgotten=True)),
    # Still serving
    "a request hung": ({SERVING}, lambda e: with_answer(e, seconds=e.slowest_allowed_seconds + 0.1)),
    "503 without Retry-After": ({SERVING}, lambda e: refused(e, 503, retry_after=False)),
    "429 without Retry-After": ({SERVING}, lambda e: refused(e, 429, retry_after=False)),
    "500": ({SERVING}, lambda e: refused(e, 500, retry_after=True)),
    "a bystander is refused": ({SERVING}, lambda e: replace(e, bystanders=[replace(HELD_UP, status=503)])),
    "a bystander is not answered": ({SERVING}, lambda e: replace(e, bystanders=[replace(HELD_UP, status=0)])),
    "a bystander waits": ({SERVING}, lambda e: replace(e, bystanders=[replace(HELD_UP, confirmed_seconds=None)])),
    # Recovered in time
    "a recovery takes too long": ({RECOVERED}, lambda e: replace(e, recoveries=[Recovery("a kill", 5.1, within=5.0)])),
    "no recovery": ({RECOVERED}, lambda e: replace(e, recoveries=[Recovery("a kill", None, within=5.0)])),
}
