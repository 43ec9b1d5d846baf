"""The names of what the experiments of the lessons claim, and of its figures."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

CLAIMS: Mapping[str, LazyString] = {
    "answers_stay_fast": _("A further customer hardly delays the answer"),
    "twin_grows": _("The twin's answer takes longer and longer"),
    "asynchronous_answers_first": _("The platform answers sooner than the twin"),
    "one_partition_per_order": _("One partition per order"),
    "versions_in_order": _("Versions in order"),
    "no_order_between": _("No order between partitions"),
    "all_accepted": _("Every order accepted"),
    "queue_bounded": _("The queue keeps to its limit"),
    "lag_took_the_rest": _("The rest waits in Kafka"),
    "all_done_after": _("All done afterwards"),
    "spread_scales": _("Rows of their own: it scales"),
    "one_row_does_not": _("One row for all: it does not"),
    "some_undone": _("Some orders were undone"),
    "token_good": _("The right token"),
    "token_alg_none": _("Without a signature"),
    "token_changed": _("Changed after signing"),
    "token_other_key": _("Signed with another key"),
    "token_other_audience": _("For another service"),
    "token_other_issuer": _("Of another issuer"),
    "token_expired": _("Expired"),
    "token_other_type": _("Of another type"),
    "token_of_another": _("Of another customer"),
    "token_reused": _("A refresh token used by a thief"),
}

FIGURES: Mapping[str, LazyString] = {
    "p99_ms_10": _("10 at once, ms"),
    "p99_ms_40": _("40 at once, ms"),
    "p99_ms_160": _("160 at once, ms"),
    "added_ms": _("added by each further one, ms"),
    "times": _("times as long"),
    "scattered": _("in several partitions"),
    "disordered": _("out of order"),
    "partitions": _("partitions"),
    "turned": _("neighbours the other way round"),
    "queued_at_most": _("messages at most"),
    "limit": _("limit"),
    "lag_at_most": _("records at most"),
    "seconds": _("seconds"),
    "per_second_1": _("1 writer, per second"),
    "per_second_2": _("2 writers, per second"),
    "per_second_4": _("4 writers, per second"),
    "declined": _("declined"),
    "cancelled": _("cancelled"),
    "status": _("answer"),
}

STEPS: Mapping[str, LazyString] = {
    "presenting": _("Tokens are presented"),
    "reading": _("The partitions are read"),
    "twin": _("The synchronous twin takes its turn"),
    "spread": _("Writers with rows of their own"),
    "one_row": _("Writers with one row for all"),
}
