"""The classroom's pages join the product's, and the product does not know them."""

from pedidos.domain.access import Role
from pedidos.http.roles import roles_of
from pedidos.processes.web.app import app_without_services
from pedidos.processes.web.layout import CLASSROOM
from pedidos_classroom.web import guard
from pedidos_classroom.web.app import MORE

OURS = ("/break", "/lessons")


def test_they_are_for_operators() -> None:
    app = app_without_services(MORE)
    assert CLASSROOM in app.blueprints
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(OURS)]
    assert rules
    for rule in rules:
        assert roles_of(app.view_functions[rule.endpoint]) == frozenset({Role.OPERATOR})


def test_every_blueprint_refuses_others() -> None:
    app = app_without_services(MORE)
    guarded = {rule.endpoint.partition(".")[0] for rule in app.url_map.iter_rules() if rule.rule.startswith(OURS)}
    assert len(guarded) == 3
    for name in guarded:
        assert guard.refuse_others in app.before_request_funcs[name]


def test_the_product_has_none_of_them() -> None:
    app = app_without_services()
    assert CLASSROOM not in app.blueprints
    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(OURS)]
