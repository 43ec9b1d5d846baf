"""The schema of the values: what is in values.yaml is allowed, and a wrong value is refused with its name."""

import json

import jsonschema
import pytest
import yaml

from pedidos.settings.listing import variables
from pedidos_dev.documents.chart import OF_THE_CHART, WITH_PASSWORDS, given_settings
from pedidos_dev.readers import READERS
from tests.support.chart import CHART, FORMS, Manifest, merged

VALIDATOR = jsonschema.Draft7Validator(json.loads((CHART / "values.schema.json").read_text("utf-8")))
VALUES = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))


def flaws(values: Manifest) -> list[str]:
    return [
        f"{'.'.join(map(str, flaw.path))}: {flaw.message}" for flaw in VALIDATOR.iter_errors(merged(VALUES, values))
    ]


@pytest.mark.parametrize("name", FORMS)
def test_what_is_right_is_accepted(name: str) -> None:
    assert flaws(FORMS[name]) == []


def test_every_value_has_its_type_in_the_schema() -> None:
    assert set(VALUES) == set(VALIDATOR.schema["properties"]) - {"global"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"publicURL": "https://shop.example.org"}, "publicURL"),
        ({"processes": {"wrker": {"replicas": 2}}}, "wrker"),
        ({"processes": {"worker": {"replica": 2}}}, "replica"),
        ({"processes": {"worker": {"replicas": "two"}}}, "processes.worker.replicas"),
        ({"processes": {"relay": {"shards": 17}}}, "processes.relay.shards"),
        ({"processes": {"relay": {"shards": 0}}}, "processes.relay.shards"),
        ({"processes": {"bridge": {"shards": 2}}}, "shards"),
        ({"settings": {"PEDIDOS_RELAY_SHARDS": 2}}, "PEDIDOS_RELAY_SHARDS"),
        ({"settings": {"PEDIDOS_LOGLEVEL": "info"}}, "PEDIDOS_LOGLEVEL"),
        ({"settings": {"PEDIDOS_LOG_LEVEL": "loud"}}, "settings.PEDIDOS_LOG_LEVEL"),
        ({"settings": {"PEDIDOS_DATABASE_URL": "postgresql://me:secret@db/pedidos"}}, "PEDIDOS_DATABASE_URL"),
        ({"settings": {"PEDIDOS_GATEWAY_KEY": "secret"}}, "PEDIDOS_GATEWAY_KEY"),
        ({"publicUrl": "http://shop.example.org"}, "publicUrl"),
        ({"edge": {"service": {"type": "Loadbalancer"}}}, "edge.service.type"),
        ({"autoscaling": {"by": "cpu"}}, "autoscaling.by"),
    ],
)
def test_what_is_wrong_is_refused_by_its_name(values: Manifest, said: str) -> None:
    (flaw,) = flaws(values)
    assert said in flaw


def test_a_password_can_be_in_a_file_that_a_value_names() -> None:
    files = {
        "PEDIDOS_GATEWAY_KEY_FILE": "/etc/pedidos/gateway",
        "PEDIDOS_PAYMENT_EVENT_SECRETS_FILE": "/etc/pedidos/hooks",
    }
    assert flaws({"settings": {"PEDIDOS_PAYMENT_PROVIDER": "intents", **files}}) == []
    (flaw,) = flaws({"settings": {"PEDIDOS_GATEWAY_KEY_FILE": 1}})
    assert "PEDIDOS_GATEWAY_KEY_FILE" in flaw


def test_no_password_can_be_a_value() -> None:
    secret = {each.name for each in variables(READERS) if each.secret} | WITH_PASSWORDS
    assert not secret & {each.name for each in given_settings()}
    assert {each.name for each in variables(READERS)} >= WITH_PASSWORDS | OF_THE_CHART
