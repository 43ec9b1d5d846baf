"""One release of the demo for all of these tests. Each of them finds it whole; figures are printed at the end."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pedidos_drills.ledger.records import Answered
from tests.kubernetes.books import Books, names_of_the_cluster
from tests.kubernetes.cluster import Namespace, build_and_load, missing
from tests.kubernetes.customer import Customer
from tests.kubernetes.release import Release
from tests.support.waiting import until

WHOLE_SECONDS = 240.0

FIGURES: dict[str, str] = {}


@pytest.fixture(scope="session")
def figures() -> dict[str, str]:
    """What was measured; a test adds to it."""
    return FIGURES


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for what, value in FIGURES.items():
        terminalreporter.write_line(f"{what}: {value}")


@pytest.fixture(scope="session")
def namespace() -> Iterator[Namespace]:
    reason = missing()
    if reason is not None:
        pytest.fail(f"The tests of Kubernetes need a cluster. {reason}", pytrace=False)
    build_and_load()
    namespace = Namespace("pedidos-tests")
    namespace.make()
    yield namespace
    namespace.remove()


@pytest.fixture(scope="session")
def answers() -> list[Answered]:
    """All that was answered to orders."""
    return []


@pytest.fixture(scope="session")
def made(
    namespace: Namespace, tmp_path_factory: pytest.TempPathFactory, figures: dict[str, str], answers: list[Answered]
) -> Release:
    """Installed from nothing; it has confirmed an order."""
    folder: Path = tmp_path_factory.mktemp("kubernetes")
    release = Release(namespace, folder)
    began = time.monotonic()
    release.install()
    ready = time.monotonic()
    customer = Customer(release, answers)
    customer.sees_confirmed(customer.place())
    figures["all pods ready, from loaded images"] = f"{ready - began:.1f} s"
    figures["first order confirmed"] = f"{time.monotonic() - began:.1f} s"
    return release


@pytest.fixture
def release(made: Release) -> Release:
    until(made.whole, "every pod to be ready", WHOLE_SECONDS, look_seconds=1)
    return made


@pytest.fixture
def customer(release: Release, answers: list[Answered]) -> Customer:
    return Customer(release, answers)


@pytest.fixture(scope="session")
def books(made: Release, tmp_path_factory: pytest.TempPathFactory, answers: list[Answered]) -> Iterator[Books]:
    with names_of_the_cluster(made):
        books = Books(made, tmp_path_factory.mktemp("books"), answers)
        yield books
        books.close()
