"""What the overview says about what is wrong: a sentence for each rule, and the heading that sums them up."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from pedidos.domain.order import IN_FLIGHT
from pedidos.processes.web.figures.exposition import series
from pedidos.processes.web.figures.maker import Seen
from pedidos.processes.web.figures.wrong import Finding, Values
from pedidos.processes.web.formats import lasting, moment, number
from pedidos.telemetry.catalogue.orders import ORDERS_ACCEPTED
from pedidos.telemetry.catalogue.whole_platform import ORDERS

SAID: Mapping[str, LazyString] = {
    "LedgerViolated": _("The ledger is violated (%(name)s): %(count)s"),
    "PublishingHeldUp": _("An event has waited %(seconds)s to be published"),
    "PublishingRefused": _("The relay refuses to publish: Kafka has events that the log does not have"),
    "NoRelayLeads": _("No relay leads, so nothing is published"),
    "LagWithoutConsumers": _("The consumer group %(name)s takes none of the records that wait at Kafka: %(count)s"),
    "ConsumerStopped": _("The consumer group %(name)s has stopped; partitions: %(count)s"),
    "OrdersStuck": _("The oldest order has waited %(seconds)s"),
    "StepFails": _("The step %(name)s fails with an error of its own; orders: %(count)s"),
    "GatewayUnavailable": _("The payment provider does not answer: workers have stopped asking it (%(count)s)"),
    "DeadLettersOpen": _("Dead letters wait for somebody to look: %(count)s"),
    "MailsWait": _("A mail has waited %(seconds)s to be sent"),
    "SubscribersFail": _("Requests to many endpoints of webhooks fail: %(count)s get single trials only"),
    "StreamsFull": _("Nearly as many live streams are open as there may be: %(count)s"),
    "ProcessDown": _("%(name)s does not answer"),
    "ProcessRestarts": _("%(name)s starts again and again: %(count)s times in 15 minutes"),
    "FiguresOld": _("The figures of %(name)s are %(seconds)s old: what is said here about them may be wrong"),
    "DiskNearlyFull": _("The disk of the state folder is nearly full: %(bytes)s are free"),
    "CertificateNearItsEnd": _("The certificate of the public address ends on %(at)s"),
    "SigningKeyOld": _("The key that signs access tokens is %(seconds)s old"),
    "KindAbsent": _("No process of the kind %(name)s runs"),
    "QueueWithoutWorkers": _("No worker takes from the queue %(name)s; messages that wait: %(count)s"),
}
"""What each rule says. The rules of budgets are below."""

BURNS: Mapping[str, LazyString] = {
    "accepted": _("Too many orders are refused through our fault: more than %(factor)s times as many as may be"),
    "confirmed-in-time": _("Too many orders are confirmed late: more than %(factor)s times as many as may be"),
    "streams-fresh": _("Too many live events are late: more than %(factor)s times as many as may be"),
}

OBJECTIVES: Mapping[str, LazyString] = {
    "accepted": _("An order that may be placed is accepted"),
    "confirmed-in-time": _("An order is confirmed within 10 s"),
    "streams-fresh": _("Live streams have events within 2 s"),
}


def said(finding: Finding, zone: str) -> str:
    """The sentence of the finding, in the language of the page."""
    values = finding.values
    text = BURNS[values["objective"]] if "objective" in values else SAID[finding.rule.name]
    return str(text) % _shown(values, zone)


def headline(seen: Seen, zone: str) -> str:
    """What is the case, in a sentence: the one thing that is wrong, how many are, or that everything moves."""
    alerts = [each for each in seen.findings if each.alert and each.rule.severity == "page"]
    return said(alerts[0], zone) if len(alerts) == 1 else summary(seen)


def summary(seen: Seen) -> str:
    """The same without figures that change every second, for those who have it read to them."""
    alerts = [each for each in seen.findings if each.alert]
    pages = sum(each.rule.severity == "page" for each in alerts)
    if pages:
        return ngettext("%(num)d thing is wrong", "%(num)d things are wrong", pages)
    if _stands(seen):
        return gettext("Orders wait, and none moves")
    if seen.findings:
        return ngettext(
            "Everything moves, %(num)d thing needs a look",
            "Everything moves, %(num)d things need a look",
            len(seen.findings),
        )
    if not seen.figures.increase([series(ORDERS_ACCEPTED)], QUIET_SECONDS):
        return gettext("All is quiet, and all is well")
    return gettext("Everything moves")


QUIET_SECONDS = 60.0
STANDS_SECONDS = 10.0


def _stands(seen: Seen) -> bool:
    """Whether the platform has orders to move, and has moved none for a while."""
    figures = seen.figures
    waiting = sum(figures.gauge(series(ORDERS, status=status)) for status in IN_FLIGHT)
    return waiting > 0 and (figures.progressed is None or figures.at - figures.progressed > STANDS_SECONDS)


def kinds(findings: Sequence[Finding]) -> str:
    """bad, warn or empty: how urgent the most urgent of them is."""
    if any(each.alert and each.rule.severity == "page" for each in findings):
        return "bad"
    return "warn" if findings else ""


def _shown(values: Values, zone: str) -> dict[str, str]:
    shown: dict[str, str] = {}
    for name, value in values.items():
        match name:
            case "seconds":
                shown[name] = lasting(value)
            case "count":
                shown[name] = number(value)
            case "factor":
                shown[name] = number(value, 1)
            case "bytes":
                shown[name] = f"{number(value / 1e9, 1)} GB"
            case "at":
                shown[name] = str(moment(datetime.fromtimestamp(value, UTC), zone).striptags())
            case _:
                shown[name] = str(value)
    return shown
