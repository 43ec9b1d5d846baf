"""What an old order shows: what was bought, whatever became of it since, and whether its timeline is whole."""

import psycopg

from tests.support.api import Api


def test_an_old_order_says_that_its_timeline_is_gone(api: Api, database_url: str) -> None:
    address = api.place().headers["Location"]
    first = api.ask("GET", address, who="customer")
    before = first.json()
    assert before["timeline_complete"] is True
    with psycopg.connect(database_url) as connection:
        connection.execute("delete from order_events where order_id = %s", (before["id"],))
    answer = api.ask("GET", address, who="customer", headers={"If-None-Match": first.headers["ETag"]})
    assert answer.status_code == 200, "another answer under the same tag"
    after = answer.json()
    assert (after["timeline"], after["timeline_complete"]) == ([], False)
    assert {name: after[name] for name in ("status", "version", "total_cents", "items")} == {
        name: before[name] for name in ("status", "version", "total_cents", "items")
    }


def test_an_order_keeps_what_was_bought(api: Api) -> None:
    product = {"name": "Pizza 2024", "price_cents": 700, "on_hand": 10}
    added = api.ask("POST", f"/v1/merchants/{api.world.merchant}/products", who="merchant", json=product).json()
    items = [{"product_id": added["id"], "quantity": 1}]
    address = api.place(items=items).headers["Location"]
    before = api.ask("GET", address, who="customer")
    change = {"name": "Pizza 2025", "price_cents": 900}
    assert api.ask("PATCH", f"/v1/products/{added['id']}", who="merchant", json=change).status_code == 200

    after = api.ask("GET", address, who="customer")
    assert (after.json(), after.headers["ETag"]) == (before.json(), before.headers["ETag"])
    (line,) = after.json()["items"]
    assert (line["name"], line["unit_price_cents"]) == ("Pizza 2024", 700)
    (line,) = api.ask("GET", api.place(items=items).headers["Location"], who="customer").json()["items"]
    assert (line["name"], line["unit_price_cents"]) == ("Pizza 2025", 900)
