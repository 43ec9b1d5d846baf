"""A consumer group is known everywhere that CONTRIBUTING names: its process, its service, its name in the container."""

from importlib.util import find_spec

import pytest

from pedidos.messaging.groups import GROUPS, ConsumerGroup
from pedidos.messaging.topics import TOPICS
from tests.support.checkout import ROOT


@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
def test_a_group_has_its_process_everywhere(group: ConsumerGroup[object]) -> None:
    assert group.topic in {topic.name for topic in TOPICS}
    assert find_spec(f"pedidos.processes.{group.name}")
    assert f"\n  {group.name}:\n    <<: *process\n    command: [{group.name}]\n" in (ROOT / "compose.yaml").read_text()
    assert f"| {group.name} |" in (ROOT / "deploy" / "container" / "run").read_text()
