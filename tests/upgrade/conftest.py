"""The files and the environment of the release before."""

import pytest

from pedidos_dev.release_before.record import before
from pedidos_dev.release_before.tree import NoHistory, Tree, unpack


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Skips where there is no history; `./pedidos test upgrade` fails there."""
    try:
        tree = unpack(before().commit, tmp_path_factory.mktemp("release-before") / "tree")
    except NoHistory as why:
        pytest.skip(str(why))
    tree.make_environment()
    return tree
