"""The figures in the READMEs are those of the code."""

import pytest

from pedidos_drills.catalogue import DRILLS
from pedidos_local.doctor import DISK_NEEDED, GIB, MEMORY_NEEDED
from tests.support.checkout import ROOT

MEMORY, DISK = f"{MEMORY_NEEDED / GIB:g}", f"{DISK_NEEDED / GIB:g}"


@pytest.mark.parametrize(
    ("readme", "phrases"),
    [
        (
            "README.md",
            [f"{MEMORY} GiB of free memory", f"{DISK} GiB of free disk space", f"{len(DRILLS)} faults"],
        ),
        (
            "README.pt-BR.md",
            [
                f"{MEMORY.replace('.', ',')} GiB de memória livre",
                f"{DISK} GiB de espaço livre em disco",
                f"{len(DRILLS)} falhas",
            ],
        ),
    ],
)
def test_a_readme_names_what_the_code_says(readme: str, phrases: list[str]) -> None:
    text = " ".join((ROOT / readme).read_text(encoding="utf-8").split())
    assert [phrase for phrase in phrases if phrase not in text] == []
