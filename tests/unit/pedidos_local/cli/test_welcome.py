"""Who is not known here, and whom an authority vouches for that is not here, is said by name."""

from pathlib import Path

import pytest

from pedidos.settings.base import Invalid
from pedidos_local import credentials
from pedidos_local.cli.welcome import address, person
from pedidos_local.layout import Layout
from pedidos_local.settings import ClientSettings


def test_a_demo_account_that_there_is_not(tmp_path: Path) -> None:
    settings = ClientSettings(state_dir=tmp_path, public_url="https://127.0.0.1:1", ca_file=None)
    credentials.ensure(Layout.of(settings).secrets_file)
    with pytest.raises(LookupError, match=r"There is no demo account me@home\. There are: customer@pedidos\.example, "):
        person(settings, "me@home")


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_authority_that_is_not_there(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    settings = ClientSettings(public_url="https://127.0.0.1:1", ca_file=file)
    with pytest.raises(Invalid, match=r"PEDIDOS_CA_FILE: .*/ca\.pem is no file of certificates"):
        address(settings)
