"""What the documents tell one to type works, from the first command to the last, on a machine that has nothing yet."""

import shutil
import sys
from collections.abc import Iterator

import pytest

from tests.support.checkout import ROOT
from tests.support.documents import run
from tests.support.platform import Platform, platform_in


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """One of which nothing is there yet. Its folder looks to the documents like a checkout."""
    folder = tmp_path_factory.mktemp("documents")
    script = folder / "pedidos"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pedidos_dev "$@"\n')
    script.chmod(0o755)
    (folder / ".venv").symlink_to(sys.prefix)
    with platform_in(folder / ".pedidos") as platform:
        yield platform


@pytest.mark.parametrize(
    ("name", "locale"),
    [
        ("README.md", "C.UTF-8"),
        ("README.pt-BR.md", "pt_BR.UTF-8"),
        ("docs/operations.md", "C.UTF-8"),
        ("docs/operations.pt-BR.md", "pt_BR.UTF-8"),
    ],
)
def test_the_commands_do_what_the_document_says(name: str, locale: str, fresh: Platform) -> None:
    folder = fresh.state_dir.parent
    shutil.rmtree(folder / "backup", ignore_errors=True)  # of the same document in another language
    environment = {**fresh.environment, "LC_ALL": locale}
    try:
        for command, output in run(ROOT / name, folder, environment, fresh.port_base):
            missing = command.missing_in(output.replace(str(fresh.port_base), "8400"))
            assert not missing, f"{name}:{command.line}: {command.text}\ndid not show {missing}, but\n{output}"
    finally:
        fresh.run("down")
