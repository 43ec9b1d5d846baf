"""The output for an order's journey, and the command line to paste."""

import json
import shlex
from dataclasses import asdict
from pathlib import Path

from pedidos_local.cli.journey import Basket, Journey
from pedidos_local.cli.welcome import curl_line
from pedidos_local.client.stream import Event
from pedidos_local.credentials import Credentials
from pedidos_local.settings import ClientSettings

BASKET = Basket("m", {"p": 2}, "tok_ok")


def event(kind: str, status: str, second: float, published: float | None = None, **detail: object) -> Event:
    data = {"order_id": "o", "status": status, "detail": detail, "occurred_at": stamp(second)}
    if published is not None:
        data["published_at"] = stamp(published)
    return Event("1-1", kind, data, second + 0.5)


def stamp(second: float) -> str:
    return f"1970-01-01T00:00:{second:06.3f}+00:00"


def test_hops_in_the_order_in_which_they_happened() -> None:
    events = [event("order.placed", "received", 10.01, 10.03), event("order.validated", "validated", 10.05)]
    journey = Journey(BASKET, sent_at=10.0, answered_at=10.02, answer={"id": "o"}, events=events)
    assert [(what, round(milliseconds)) for what, milliseconds in journey.hops()] == [
        ("committed in PostgreSQL", 10),
        ("answered by the API", 20),
        ("on Kafka", 30),
        ("validated", 50),
        ("seen by the watching stream", 550),
    ]
    assert journey.status == "validated"


def test_what_nobody_saw_is_not_told() -> None:
    assert Journey(BASKET).hops() == []
    assert Journey(BASKET).status == "received"


def test_reasons() -> None:
    assert event("order.declined", "declined", 1, reason="insufficient_funds").reasons == ["insufficient_funds"]
    assert event("order.rejected", "rejected", 1, reasons=["closed", "too dear"]).reasons == ["closed", "too dear"]
    said = ["Sold out: Pizza."]
    assert event("order.unavailable", "unavailable", 1, out_of_stock=["p"], reasons=said).reasons == said
    assert event("order.paid", "paid", 1, by="charge").reasons == []


def test_the_line_to_paste_is_one_line_that_a_shell_understands(tmp_path: Path) -> None:
    folder = tmp_path / "a folder's name"
    folder.mkdir()
    credentials = Credentials()
    (folder / "secrets.json").write_text(json.dumps(asdict(credentials)))
    settings = ClientSettings(state_dir=folder, public_url="https://localhost:21300", ca_file=folder / "ca.pem")
    line = curl_line(settings, Journey(BASKET))
    assert "\n" not in line
    words = shlex.split(line)
    assert words[:4] == ["curl", "-sS", "--cacert", str(folder / "ca.pem")]
    order = json.loads(words[-1])
    assert order == {
        "merchant_id": "m",
        "items": [{"product_id": "p", "quantity": 2}],
        "payment_token": "tok_ok",
    }
    assert credentials.accounts["customer@pedidos.example"] in line
