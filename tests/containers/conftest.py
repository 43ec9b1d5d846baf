"""One stack for all of these tests. Each of them finds it up; one that asks for `stack`, of its ordinary size."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers.customer import Customer
from tests.containers.stack import Stack, missing


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Started from nothing, without a step in between."""
    reason = missing()
    if reason is not None:
        pytest.fail(f"The tests of the containers need Docker. {reason}", pytrace=False)
    folder: Path = tmp_path_factory.mktemp("containers")
    stack = Stack(folder)
    try:
        stack.up()
        yield stack
    finally:
        stack.remove()


@pytest.fixture
def stack(built: Stack) -> Stack:
    if not built.runs():
        built.up()
    return built


@pytest.fixture
def customer(stack: Stack) -> Customer:
    return Customer(stack)
