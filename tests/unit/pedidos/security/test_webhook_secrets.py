"""What is stored of a secret opens with the same keys, for the same endpoint alone."""

import uuid
from datetime import UTC, datetime

import pytest

from pedidos.security.account_keys import AccountKeys, Unreadable
from pedidos.security.webhook_secrets import opened, sealed_secrets, shown
from tests.support.settings import ACCOUNT_KEYS

KEYS = AccountKeys(ACCOUNT_KEYS)


def test_new_secrets_are_one_of_each_scheme_and_open_again() -> None:
    endpoint = uuid.uuid4()
    (first, sealed), (second, other) = sealed_secrets(KEYS, endpoint)
    assert (first, second) == ("v1", "v1a")
    assert opened(KEYS, endpoint, first, sealed).shown.startswith("whsec_")
    assert opened(KEYS, endpoint, second, other).shown.startswith("whpk_")
    with pytest.raises(Unreadable):
        opened(KEYS, uuid.uuid4(), first, sealed)


def test_an_owner_sees_each_with_its_end() -> None:
    endpoint, ends = uuid.uuid4(), datetime(2026, 1, 2, tzinfo=UTC)
    stored = [(*sealed_secrets(KEYS, endpoint)[0], ends), (*sealed_secrets(KEYS, endpoint)[1], None)]
    found = list(shown(KEYS, endpoint, stored))
    assert [(each.scheme, each.expires_at) for each in found] == [("v1", ends), ("v1a", None)]
