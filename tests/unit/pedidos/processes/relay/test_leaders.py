"""Which place of a shard is confirmed, and when Kafka may have lost something behind it."""

from pedidos.domain.cursor import Cursor
from pedidos.errors import KafkaUnavailable
from pedidos.messaging.leader_epochs import Epochs
from pedidos.processes.relay.leaders import KafkaLeaders, Reached, way_back
from pedidos.storage.event_log.positions import Confirmed, Position

ONE, OTHER = "t/0", "t/1"


def at(number: int) -> Reached:
    return Reached(1, Position(Cursor(number, 1), number))


class Shard:
    """A relay that moves on while Kafka is asked."""

    def __init__(self) -> None:
        self.reached: Reached | None = None
        self.confirmed: list[Reached] = []
        self.doubts = 0

    def confirm(self, reached: Reached, epochs: Epochs) -> None:
        assert epochs
        self.confirmed.append(reached)

    def doubt(self) -> None:
        self.doubts += 1


def test_what_was_acknowledged_before_a_look_is_confirmed_while_no_leader_changes() -> None:
    shard, idle = Shard(), Shard()
    epochs = {ONE: 3, OTHER: 5}
    answers: list[Epochs | Exception] = []

    def read() -> Epochs:
        shard.reached = at((shard.reached.position.published if shard.reached else 0) + 10)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    leaders = KafkaLeaders(read)
    answers[:] = [KafkaUnavailable("away"), epochs, dict(epochs), {**epochs, OTHER: 6}, {**epochs, OTHER: 6}]
    leaders.look([shard, idle])
    assert not leaders.known
    leaders.look([shard, idle])
    assert leaders.known
    assert shard.confirmed == [], "what was before the first look may have been lost before it"
    leaders.look([shard, idle])
    assert shard.confirmed == [at(20)]
    leaders.look([shard, idle])
    assert (shard.doubts, idle.doubts) == (1, 1)
    assert shard.confirmed == [at(20)]
    leaders.look([shard, idle])
    assert (shard.doubts, shard.confirmed[-1]) == (1, at(40))
    assert idle.confirmed == []


def test_a_partition_that_is_added_or_gone_is_a_change() -> None:
    shard = Shard()
    answers: list[Epochs] = [{ONE: 3}, {ONE: 3, OTHER: 0}, {OTHER: 0}]
    leaders = KafkaLeaders(lambda: answers.pop(0))
    for _ in range(3):
        leaders.look([shard])
    assert shard.doubts == 2


def test_after_a_change_of_leaders_what_is_not_confirmed_is_published_again() -> None:
    confirmed = Confirmed(at(10).position, {ONE: 3})
    assert way_back(confirmed, at(15).position, {ONE: 4}) == at(10).position
    assert way_back(confirmed, at(15).position, {ONE: 3}) is None
    assert way_back(confirmed, at(10).position, {ONE: 4}) is None, "all of it was confirmed: it is compared"
    assert way_back(None, at(15).position, {ONE: 4}) is None
