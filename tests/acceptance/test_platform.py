"""What the platform says of itself, and whom it shares the machine with."""

import re

from tests.support.platform import Platform


def test_the_topics_are_as_declared(platform: Platform) -> None:
    assert platform.run("topics", "--check").count("as declared") == 3


def test_demo_ends_with_a_summary(platform: Platform) -> None:
    assert "confirmed" in platform.run("demo", "--seconds", "5")


def test_a_taken_port_is_named_with_its_holder(platform: Platform) -> None:
    rival = Platform(platform.state_dir.with_name("rival"), platform.port_base)
    said = rival.run("up", "-d", code=1)
    named = re.search(r"Port (\d+) .* is taken by pid (\d+)", said)
    assert named is not None
    assert platform.port_base <= int(named[1]) < platform.port_base + 100
    assert int(named[2]) in {*platform.pids().values()}
    assert "PEDIDOS_PORT_BASE" in said
