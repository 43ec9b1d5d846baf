"""Small files of Kafka that a power cut damaged are made again, or come from a copy, or are refused."""

from pathlib import Path

import pytest

from pedidos_local import kafka_repair

META = "cluster.id=nTzTLJuLQJK2Z6WiL7m5YQ\ndirectory.id=9qKPlyER7XwxSFnN96j9Zg\nnode.id=1\nversion=1\n"
TOPIC = "version: 0\ntopic_id: 7CVuX4hPRmukRoocZ12cQg"
WHOLE = {
    "meta.properties": META,
    "cleaner-offset-checkpoint": "",
    "replication-offset-checkpoint": "0\n2\norders 0 15\norders 1 0\n",
    "orders-0/leader-epoch-checkpoint": "0\n1\n0 0\n",
    "orders-0/partition.metadata": TOPIC,
    "orders-1/partition.metadata": TOPIC,
    "__cluster_metadata-0/quorum-state": '{"leaderId":1,"leaderEpoch":1,"data_version":0}',
    "orders-0/00000000000000000000.log": "",
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Of a node that was started once."""
    for name, text in WHOLE.items():
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "ascii")
    assert repair(tmp_path / "data") == []
    return tmp_path / "data"


def repair(data: Path) -> list[str]:
    return list(kafka_repair.repair(data.parent, data))


def test_what_is_whole_stays(data: Path) -> None:
    assert repair(data) == []
    assert {name: (data / name).read_text("ascii") for name in WHOLE} == WHOLE


@pytest.mark.parametrize(
    "name",
    ["replication-offset-checkpoint", "orders-0/leader-epoch-checkpoint", "__cluster_metadata-0/quorum-state"],
)
@pytest.mark.parametrize("damage", [lambda text: text[: len(text) // 2], lambda text: text + "\0" * 9, lambda _: "~~"])
def test_what_kafka_makes_again_is_removed(data: Path, name: str, damage: object) -> None:
    assert callable(damage)
    (data / name).write_text(damage(WHOLE[name]), "ascii")
    (said,) = repair(data)
    assert said.startswith(name)
    assert not (data / name).exists()


@pytest.mark.parametrize("text", ["", META[:40], "\0" * 100])
def test_ids_come_from_the_copy_and_from_other_partitions(data: Path, text: str) -> None:
    (data / "meta.properties").write_text(text, "ascii")
    (data / "orders-1/partition.metadata").write_text(text, "ascii")
    assert len(repair(data)) == 2
    assert {name: (data / name).read_text("ascii") for name in WHOLE} == WHOLE


@pytest.mark.parametrize("missing", [False, True])
def test_without_a_copy_nothing_is_made_up(data: Path, missing: bool) -> None:
    (data.parent / kafka_repair.COPY).unlink()
    (data / "meta.properties").write_text("", "ascii")
    if missing:
        (data / "meta.properties").unlink()
    with pytest.raises(kafka_repair.Damaged, match="Put a copy of"):
        repair(data)
