"""The names of what the experiments of the lessons claim, of its figures, and of their steps."""

from collections.abc import Mapping

from pedidos.texts import N_

CLAIMS: Mapping[str, str] = {
    "answers_stay_fast": N_("A further customer hardly delays the answer"),
    "twin_grows": N_("The twin's answer takes longer and longer"),
    "asynchronous_answers_first": N_("The platform answers sooner than the twin"),
    "one_partition_per_order": N_("One partition per order"),
    "versions_in_order": N_("Versions in order"),
    "no_order_between": N_("No order between partitions"),
    "all_accepted": N_("Every order accepted"),
    "queue_bounded": N_("The queue keeps to its limit"),
    "lag_took_the_rest": N_("The rest waits in Kafka"),
    "all_done_after": N_("All done afterwards"),
    "spread_scales": N_("Rows of their own: it scales"),
    "one_row_does_not": N_("One row for all: it does not"),
    "some_undone": N_("Some orders were undone"),
    "token_good": N_("The right token"),
    "token_alg_none": N_("Without a signature"),
    "token_changed": N_("Changed after signing"),
    "token_other_key": N_("Signed with another key"),
    "token_other_audience": N_("For another service"),
    "token_other_issuer": N_("Of another issuer"),
    "token_expired": N_("Expired"),
    "token_other_type": N_("Of another type"),
    "token_of_another": N_("Of another customer"),
    "token_reused": N_("A refresh token used by a thief"),
}

FIGURES: Mapping[str, str] = {
    "p99_ms_10": N_("10 at once, ms"),
    "p99_ms_40": N_("40 at once, ms"),
    "p99_ms_160": N_("160 at once, ms"),
    "added_ms": N_("added by each further one, ms"),
    "times": N_("times as long"),
    "scattered": N_("in several partitions"),
    "disordered": N_("out of order"),
    "partitions": N_("partitions"),
    "turned": N_("neighbours the other way round"),
    "queued_at_most": N_("messages at most"),
    "limit": N_("limit"),
    "lag_at_most": N_("records at most"),
    "seconds": N_("seconds"),
    "per_second_1": N_("1 writer, per second"),
    "per_second_2": N_("2 writers, per second"),
    "per_second_4": N_("4 writers, per second"),
    "declined": N_("declined"),
    "cancelled": N_("cancelled"),
    "status": N_("answer"),
}

STEPS: Mapping[str, str] = {
    "presenting": N_("Tokens are presented"),
    "reading": N_("The partitions are read"),
    "twin": N_("The synchronous twin takes its turn"),
    "spread": N_("Writers with rows of their own"),
    "one_row": N_("Writers with one row for all"),
}
