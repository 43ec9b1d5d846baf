"""The state folder: only its owner can look into it, also when an earlier version made it."""

import stat
from pathlib import Path

import pytest

from pedidos_local.layout import PASS_THROUGH, Layout


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_its_owner_can_look_into_it(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "state", 21300)
    layout.make()
    assert {mode(folder) for folder in (layout.state_dir, layout.logs, layout.run)} == {0o700}


def test_one_of_an_earlier_version_is_closed(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "state", 21300)
    for folder in ("gateway", "kafka", "valkey"):
        (layout.state_dir / folder).mkdir(parents=True)
        (layout.state_dir / folder).chmod(0o755)
    (layout.state_dir / "platform.env").touch(mode=0o644)
    layout.state_dir.chmod(0o755)
    layout.make()
    assert {mode(path) for path in (layout.state_dir, *layout.state_dir.iterdir())} == {0o700, 0o600}


@pytest.mark.parametrize(("before", "after"), [(PASS_THROUGH, PASS_THROUGH), (0o711, 0o700), (0o750, 0o700)])
def test_postgresqls_user_may_go_on_passing_through(tmp_path: Path, before: int, after: int) -> None:
    layout = Layout(tmp_path, 21300)
    tmp_path.chmod(before)
    layout.make()
    assert mode(tmp_path) == after


def test_what_a_link_leads_to_is_left_alone(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    elsewhere.chmod(0o755)
    layout = Layout(tmp_path / "state", 21300)
    layout.state_dir.mkdir()
    (layout.state_dir / "link").symlink_to(elsewhere)
    layout.make()
    assert mode(elsewhere) == 0o755
