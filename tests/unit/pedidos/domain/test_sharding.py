"""In which shard an order is."""

from collections import Counter
from typing import get_args
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.sharding import FIRST, MOST_PARTS, Shard, part_of
from pedidos.settings.groups.kafka import ShardSettings


@given(st.uuids(), st.integers(1, MOST_PARTS))
def test_an_order_is_always_in_the_same_part(order_id: UUID, parts: int) -> None:
    assert 0 <= part_of(order_id, parts) < parts
    assert part_of(UUID(str(order_id)), parts) == part_of(order_id, parts)
    assert part_of(order_id, 1) == 0


def test_the_parts_get_equally_many() -> None:
    counted = Counter(part_of(UUID(int=number * 7919), 3) for number in range(30_000))
    assert set(counted) == {0, 1, 2}
    assert max(counted.values()) - min(counted.values()) < 100


def test_a_shard_is_before_those_that_begin_where_it_ends() -> None:
    old = Shard(0, 0, 1, 0, 500)
    new = Shard(1, 0, 2, 500, None)
    assert old.is_before(new)
    assert not new.is_before(old)
    assert not new.is_before(Shard(2, 1, 2, 500, None))
    assert not FIRST.is_before(new), "its end is not known"


def test_the_setting_allows_as_many_as_there_may_be() -> None:
    field = ShardSettings.model_fields["relay_shards"]
    limits = {type(each).__name__.lower(): each for each in (*field.metadata, *get_args(field.annotation))}
    assert limits["le"].le == MOST_PARTS
    assert field.default == 1
