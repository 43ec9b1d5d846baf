"""The page on which the reader of a mail refuses further ones, and the switch at the account."""

import requests
from sqlalchemy import Engine

from pedidos.security.account_keys import AccountKeys
from pedidos.storage.mails import refusals
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess
from tests.support.settings import ACCOUNT_KEYS
from tests.support.tables import change, rows

KEYS = AccountKeys(ACCOUNT_KEYS)


def test_a_mail_program_refuses_with_one_click(web: ServingProcess, world: World, engine: Engine) -> None:
    """RFC 8058: a form from elsewhere, with no cookie and no word of where it comes from."""
    account = world.accounts["customer2"]
    address = f"{web.url}/unsubscribe?token={KEYS.refusal_token(account)}"
    assert requests.get(address, timeout=9).status_code == 200
    assert not refusals.refuses(engine, account), "a link alone refuses nothing"
    for _ in range(2):
        answer = requests.post(address, {"List-Unsubscribe": "One-Click"}, timeout=9)
        assert answer.status_code == 200
    assert refusals.refuses(engine, account)
    told = "select from audit_log where action = 'account.mails_refused' and subject = :id"
    assert len(rows(engine, told, id=str(account))) == 1
    change(engine, "delete from mail_refusals")


def test_nobody_refuses_for_somebody_else(visitor: Visitor, world: World, engine: Engine) -> None:
    forged = AccountKeys("the-key-of-somebody-else").refusal_token(world.accounts["customer"])
    for token in (forged, "x", ""):
        assert visitor.get(f"/unsubscribe?token={token}").status_code == 410
        assert visitor.post(f"/unsubscribe?token={token}").status_code == 410
    assert rows(engine, "select from mail_refusals") == []


def test_the_switch_at_the_account(visitor: Visitor, world: World, engine: Engine) -> None:
    visitor.signs_in(world.emails["customer"])
    account = world.accounts["customer"]
    assert "Only what you owe me" in visitor.get("/account").text
    assert visitor.post("/account/mails", {"wanted": "no"}).status_code == 303
    assert refusals.refuses(engine, account)
    assert "Write to me about every step" in visitor.get("/account").text
    assert visitor.ask("POST", "/account/mails", {"Sec-Fetch-Site": "cross-site"}, {"wanted": "yes"}).status_code == 403
    assert refusals.refuses(engine, account)
    assert visitor.post("/account/mails", {"wanted": "yes"}).status_code == 303
    assert not refusals.refuses(engine, account)
