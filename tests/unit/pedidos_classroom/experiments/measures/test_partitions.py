"""Order within an order's events, and none between partitions: both are counted."""

from uuid import UUID

from pedidos_classroom.experiments.measures.partitions import Read, claims_of

ANA, BIA = UUID(int=1), UUID(int=2)


def test_order_within_a_key_and_none_between() -> None:
    found = [Read(0, ANA, 1, 1), Read(0, ANA, 2, 4), Read(1, BIA, 1, 2), Read(1, BIA, 2, 3)]
    claims = {claim.invariant: claim for claim in claims_of(found)}
    assert all(claim.holds for claim in claims.values())
    assert claims["no_order_between"].figures == {"partitions": 2, "turned": 1}


def test_a_key_in_two_partitions_and_a_version_too_early_are_found() -> None:
    found = [Read(0, ANA, 2, 2), Read(1, ANA, 1, 1)]
    claims = {claim.invariant: claim for claim in claims_of(found)}
    assert not claims["one_partition_per_order"].holds
    assert not claims["versions_in_order"].holds


def test_an_event_that_was_published_twice_is_in_order() -> None:
    found = [Read(0, ANA, 1, 1), Read(0, ANA, 1, 1), Read(0, ANA, 2, 2)]
    claims = {claim.invariant: claim for claim in claims_of(found)}
    assert claims["versions_in_order"].holds
    assert not claims["no_order_between"].holds
