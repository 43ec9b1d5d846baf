"""What is recorded of the release before is complete, and is of this history."""

import re

import pytest

from pedidos_dev.release_before import record
from pedidos_dev.release_before.tree import NoHistory, commit_of, git


def test_the_commit_is_whole_and_the_schema_is_one_of_ours() -> None:
    release = record.before()
    assert re.fullmatch("[0-9a-f]{40}", release.commit)
    assert re.fullmatch("[0-9]{4}", release.revision)


def test_the_statements_are_there() -> None:
    assert {"orders.placing._PLACE", "fused.opening._OPEN", "fused.closing._CLOSE"} <= record.statements().keys()
    assert len(record.statements()) > 100


def test_the_commit_is_an_ancestor_that_has_this_schema() -> None:
    release = record.before()
    try:
        commit_of(release.commit)
    except NoHistory as why:
        pytest.skip(str(why))
    assert git("merge-base", "--is-ancestor", release.commit, "HEAD") is not None
    versions = git("ls-tree", "--name-only", release.commit, "src/pedidos/migrations/versions/") or ""
    revisions = re.findall(r"/(\d{4})_", versions)
    assert max(revisions) == release.revision
