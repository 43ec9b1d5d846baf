"""An order whose events are gone is still there, and says that its timeline is not whole."""

import psycopg


def test_an_old_order_says_that_its_timeline_is_gone(api, database_url: str) -> None:
    address = api.place().headers["Location"]
    before = api.ask("GET", address, who="customer").json()
    assert before["timeline_complete"] is True
    with psycopg.connect(database_url) as connection:
        connection.execute("delete from order_events where order_id = %s", (before["id"],))
    answer = api.ask("GET", address, who="customer")
    assert answer.status_code == 200
    after = answer.json()
    assert (after["timeline"], after["timeline_complete"]) == ([], False)
    assert {name: after[name] for name in ("status", "version", "total_cents", "items")} == {
        name: before[name] for name in ("status", "version", "total_cents", "items")
    }
