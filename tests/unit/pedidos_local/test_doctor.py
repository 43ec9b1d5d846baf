"""What the doctor asks of a machine is what the README says."""

import pytest

from pedidos_local.doctor import DISK_NEEDED, GIB, MEMORY_NEEDED
from tests.support.checkout import ROOT


@pytest.mark.parametrize(
    ("readme", "point", "memory", "disk"),
    [
        ("README.md", ".", "GiB of free memory", "GiB of free disk space"),
        ("README.pt-BR.md", ",", "GiB de memória livre", "GiB de espaço livre em disco"),
    ],
)
def test_the_readme_names_the_memory_and_the_disk_space_needed(readme: str, point: str, memory: str, disk: str) -> None:
    text = " ".join((ROOT / readme).read_text(encoding="utf-8").split())
    assert f"{MEMORY_NEEDED / GIB:g} {memory}".replace(".", point) in text
    assert f"{DISK_NEEDED / GIB:g} {disk}" in text
