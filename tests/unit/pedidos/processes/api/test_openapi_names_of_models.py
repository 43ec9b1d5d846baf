"""Each model of the API has a name of its own: by its name the OpenAPI document knows it."""

from collections import Counter
from collections.abc import Iterator

from pydantic import BaseModel

from pedidos.processes.api.app import app_without_services
from pedidos.processes.api.request_validation import Body
from pedidos.processes.api.resource import Answer


def below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The models that are made of this one."""
    for made in model.__subclasses__():
        yield made
        yield from below(made)


def test_no_two_models_have_the_same_name() -> None:
    app_without_services()  # every model is imported
    models = {model for root in (Body, Answer) for model in below(root) if model.__module__.startswith("pedidos.")}
    assert len(models) > 50
    assert not [name for name, times in Counter(model.__name__ for model in models).items() if times > 1]
