"""The payment gateway, and the webhooks of the payment provider."""

from pedidos.domain.payment import Verdict
from pedidos.telemetry.metric import Counter, Gauge, Label, Recorder

GATEWAY_ANSWERS = Counter(
    "gateway_answers",
    "Answers of the payment gateway, by verdict; 'unknown' includes those that did not come in time.",
    unit="answers",
    labels=[Label("verdict", tuple(Verdict))],
    by=[Recorder.WORKER],
    why="Many 'unknown' mean that the gateway is slow, down, or breaks its contract.",
)
PROVIDER_EVENTS = Counter(
    "provider_events",
    "Webhooks of the payment provider: settled (the payment, by them), known, ignored (their type says nothing here), "
    "strange (a dead letter tells an operator), or refused (signature, time or form).",
    unit="events",
    labels=[Label("outcome", ("settled", "known", "ignored", "strange", "refused"))],
    by=[Recorder.API],
    why="Many 'settled' mean that answers get lost; many 'refused', that the secrets differ or somebody else sends.",
)
GATEWAY_OPENED = Counter(
    "gateway_circuit_opened",
    "How often a circuit breaker stopped the requests to the gateway.",
    unit="times",
    by=[Recorder.WORKER],
    why="The gateway is down, as a child of a worker sees it.",
)
GATEWAY_CIRCUIT = Gauge(
    "gateway_circuits_open",
    "Children of this worker whose circuit breaker is open or half open.",
    unit="circuits",
    by=[Recorder.WORKER],
    why="Orders are not charged while it is above 0.",
)
