"""A classroom is a demo on this machine alone."""

import pytest

from pedidos_local import credentials, environment
from pedidos_local.classroom import is_classroom
from pedidos_local.settings import LocalSettings


@pytest.mark.parametrize(
    ("changes", "is_one"),
    [
        ({}, True),
        ({"public_url": "https://127.0.0.1:9000"}, True),
        ({"public_url": "https://pedidos.example"}, False),
        ({"demo": False}, False),
    ],
)
def test_only_a_demo_of_this_machine(changes: dict[str, object], is_one: bool) -> None:
    settings = environment.all_local(LocalSettings.make(), credentials.Credentials(), changes)
    assert is_classroom(settings) is is_one


def test_an_address_on_which_it_is_published_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIDOS_LISTEN", "0.0.0.0:443")
    assert not is_classroom(environment.all_local(LocalSettings.make(), credentials.Credentials()))
