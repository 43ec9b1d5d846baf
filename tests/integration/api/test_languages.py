"""The API answers in the language of the reader: problems, messages of fields, reasons of orders, problem types."""

import uuid

import psycopg
import pytest
from sqlalchemy import create_engine

from pedidos.steps.reserve import reserve
from pedidos.steps.validate import validate
from tests.support.api import Api

PORTUGUESE = {"Accept-Language": "pt-BR,pt;q=0.9,en;q=0.5"}
ENGLISH = {"Accept-Language": "en-GB"}


def test_a_problem_is_in_the_language_that_was_asked_for(api: Api) -> None:
    address = f"/v1/orders/{uuid.uuid4()}"
    english = api.ask("GET", address, who="customer", headers=ENGLISH)
    portuguese = api.ask("GET", address, who="customer", headers=PORTUGUESE)
    assert (english.json()["title"], portuguese.json()["title"]) == ("Not found", "Não encontrado")
    assert portuguese.json()["type"] == english.json()["type"] == "/problems/not-found"
    assert (english.headers["Content-Language"], portuguese.headers["Content-Language"]) == ("en", "pt-BR")
    assert english.headers["Vary"] == portuguese.headers["Vary"] == "Accept-Language"


@pytest.mark.parametrize("language", [None, "fr", "", "*", "pt;q=0", "x" * 1000])
def test_english_is_what_everyone_else_gets(api: Api, language: str | None) -> None:
    headers = {} if language is None else {"Accept-Language": language}
    answer = api.ask("GET", "/v1/nothing", headers=headers)
    assert (answer.json()["title"], answer.headers["Content-Language"]) == ("Not found", "en")


def test_each_field_says_what_is_wrong_with_it(api: Api) -> None:
    body = api.order_body(payment_token="não", items=[{"product_id": "x", "quantity": 0}], colour="red")
    headers = {**PORTUGUESE, "Idempotency-Key": str(uuid.uuid4())}
    answer = api.ask("POST", "/v1/orders", who="customer", json=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["title"] == "Alguns campos não são válidos"
    assert {error["field"]: error["message"] for error in answer.json()["errors"]} == {
        "items.0.product_id": "Precisa ser um UUID.",
        "items.0.quantity": "Precisa ser no mínimo 1.",
        "payment_token": "Precisa ter de 1 a 64 letras, dígitos, - ou _.",
        "colour": "Não é esperado aqui. Remova este campo.",
    }


def test_a_refused_order_says_why(api: Api) -> None:
    headers = {**PORTUGUESE, "Idempotency-Key": str(uuid.uuid4())}
    body = api.order_body(expected_total_cents=7)
    answer = api.ask("POST", "/v1/orders", who="customer", json=body, headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (409, "O pedido custa 1000 centavos.")
    assert answer.json()["actual_total_cents"] == 1000
    answer = api.ask("POST", "/v1/orders", who="customer", json=api.order_body(), headers=PORTUGUESE)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (400, "Está faltando.")


def test_a_body_that_is_no_json(api: Api) -> None:
    headers = {**PORTUGUESE, "Content-Type": "application/json"}
    answer = api.ask("POST", "/v1/auth/token", data=b'{"email": 1,}', headers=headers)
    assert answer.json()["detail"].startswith("O corpo não é JSON: veja a linha 1, coluna ")


def test_who_is_not_signed_in(api: Api) -> None:
    answer = api.ask("GET", "/v1/orders", headers=PORTUGUESE, token="x.y.z")
    assert (answer.status_code, answer.json()["detail"]) == (401, "O token de acesso não é válido.")


def test_an_accepted_order_has_no_language(api: Api) -> None:
    """Placing translates nothing."""
    headers = {**PORTUGUESE, "Idempotency-Key": str(uuid.uuid4())}
    answer = api.ask("POST", "/v1/orders", who="customer", json=api.order_body(), headers=headers)
    assert answer.status_code == 202
    assert "Content-Language" not in answer.headers
    assert "Vary" not in answer.headers


def test_an_order_says_in_the_reader_s_language_why_it_ended(api: Api, database_url: str) -> None:
    order_id = uuid.UUID(api.place().json()["id"])
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    assert validate(engine, [order_id], "worker-1") == []
    engine.dispose()
    address = f"/v1/orders/{order_id}"
    english = api.ask("GET", address, who="customer", headers=ENGLISH)
    portuguese = api.ask("GET", address, who="customer", headers=PORTUGUESE)
    assert english.json()["timeline"][-1]["detail"] == {
        "by": "platform",
        "reasons": ["The merchant was closed when the order was placed."],
    }
    assert portuguese.json()["timeline"][-1]["detail"] == {
        "by": "platform",
        "reasons": ["A loja estava fechada quando o pedido foi feito."],
    }
    assert portuguese.headers["Content-Language"] == "pt-BR"
    assert portuguese.headers["ETag"] != english.headers["ETag"]
    same = {**PORTUGUESE, "If-None-Match": portuguese.headers["ETag"]}
    known = api.ask("GET", address, who="customer", headers=same)
    assert (known.status_code, known.headers["Vary"]) == (304, "Accept-Language")
    assert api.ask("GET", address, who="customer", headers={**same, **ENGLISH}).status_code == 200


def test_an_order_names_what_is_sold_out(api: Api, database_url: str) -> None:
    product = {"name": "Pão: de queijo.", "price_cents": 700, "on_hand": 0}
    added = api.ask("POST", f"/v1/merchants/{api.world.merchant}/products", who="merchant", json=product).json()
    order_id = uuid.UUID(api.place(items=[{"product_id": added["id"], "quantity": 1}]).json()["id"])
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update orders set status = 'validated' where id = %s", [order_id])
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    assert reserve(engine, [order_id], "worker-1") == []
    engine.dispose()
    answer = api.ask("GET", f"/v1/orders/{order_id}", who="customer", headers=PORTUGUESE)
    detail = answer.json()["timeline"][-1]["detail"]
    assert detail == {"by": "platform", "out_of_stock": [added["id"]], "reasons": ["Esgotado: Pão: de queijo.."]}


def test_the_problem_types_are_described_in_both(api: Api) -> None:
    page = api.ask("GET", "/problems/conflict", headers={**PORTUGUESE, "Accept": "text/html"})
    assert '<html lang="pt-BR">' in page.text
    assert "Uma regra do banco de dados recusa a mudança" in page.text
    described = api.ask("GET", "/problems/conflict", headers=ENGLISH)
    assert described.json()["title"] == "The request conflicts with stored data"
    assert (described.headers["Content-Language"], described.headers["Vary"]) == ("en", "Accept-Language")
