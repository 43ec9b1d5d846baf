"""Every problem of the platform has words for a page."""

import pytest

from pedidos.http import problems
from pedidos.processes.web.errors import explained

ABOUT_THE_API = {"malformed-json", "unsupported-media-type", "invalid-fields", "bad-request"}
"""Those that a form of ours cannot cause; a page says that the request could not be read."""


@pytest.mark.parametrize(
    "kind", [each for each in problems.catalogue() if each.status >= 500], ids=lambda kind: kind.slug
)
def test_each_fault_of_ours_has_its_own_words(kind: type[problems.Problem]) -> None:
    assert explained(kind) is not explained(problems.BadRequest)
