"""Relays share the shards equally."""

from pedidos.domain.sharding import FIRST, Shard
from pedidos.processes.relay.share import Share

SHARDS = [Shard(number, number, 4, 100, None) for number in range(4)]
ENDED = Shard(9, 0, 1, 0, 100)


def watched() -> Share:
    share = Share()
    share.kafka_is_watched = True
    return share


def taken(share: Share) -> list[Shard]:
    return [shard for shard in SHARDS if share.enter(shard)]


def test_alone_it_may_lead_all() -> None:
    share = watched()
    assert taken(share) == SHARDS
    share.settle(4, others=0)
    assert all(map(share.allows, SHARDS))


def test_of_two_each_takes_half_and_of_three_none_is_left_over() -> None:
    for others, most in ((1, 2), (2, 2), (3, 1), (7, 1)):
        share = watched()
        share.settle(4, others)
        assert len(taken(share)) == most
        assert most * (others + 1) >= len(SHARDS)


def test_what_it_took_last_it_gives_away_when_another_comes() -> None:
    share = watched()
    taken(share)
    share.settle(4, others=1)
    assert [shard for shard in SHARDS if share.allows(shard)] == SHARDS[:2]
    for shard in SHARDS[2:]:
        share.leave(shard)
    assert not share.enter(SHARDS[3])
    share.leave(SHARDS[0])
    assert share.enter(SHARDS[3]), "another one has taken the first"
    share.settle(4, others=0)
    assert taken(share) == SHARDS


def test_a_shard_that_has_ended_does_not_count() -> None:
    share = watched()
    share.settle(1, others=0)
    assert share.enter(ENDED)
    assert share.enter(SHARDS[0])
    assert share.allows(ENDED)
    share.leave(ENDED)
    assert share.allows(SHARDS[0])


def test_a_shard_that_ends_while_it_is_led_is_led_on() -> None:
    share = watched()
    share.settle(1, others=5)
    assert share.enter(SHARDS[1])
    ended = SHARDS[1]._replace(ends=900)
    assert share.allows(ended)
    share.leave(ended)
    assert share.enter(SHARDS[2]), "it makes room for the new ones"


def test_while_kafka_is_not_watched_only_a_shard_that_is_alone_is_led() -> None:
    share = Share()
    assert taken(share) == []
    assert share.enter(FIRST)
    share.kafka_is_watched = True
    assert taken(share) == SHARDS


def test_a_shard_that_others_wait_for_is_known_until_it_is_whole() -> None:
    share = watched()
    share.awaits([ENDED, SHARDS[2]])
    share.awaits([ENDED])
    assert share.awaited == {ENDED.id, SHARDS[2].id}
    share.is_whole(ENDED)
    share.is_whole(SHARDS[3])
    assert share.awaited == {SHARDS[2].id}
