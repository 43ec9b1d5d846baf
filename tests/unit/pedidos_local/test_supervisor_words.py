"""What the supervisor says is recognised, and said in the language of the reader."""

import pytest

from pedidos import texts
from pedidos_local import ports
from pedidos_local.child import StartFailed
from pedidos_local.spawning import how_it_ended
from pedidos_local.supervisor_words import NO_PROCESS, STARTS_AGAIN, recognised

translate = texts.translations(texts.PORTUGUESE).gettext


def told(words: str) -> str:
    found = recognised(words)
    assert found == words
    return found.said(translate)


@pytest.mark.parametrize(
    ("words", "portuguese"),
    [
        (how_it_ended(-9), "encerrado por SIGKILL"),
        (how_it_ended(3), "saiu com o código 3"),
        (STARTS_AGAIN.filled(reason=how_it_ended(3), seconds="0.5"), "saiu com o código 3; nova tentativa em 0.5 s"),
        (str(StartFailed("worker-1", how_it_ended(3), [])), "worker-1 saiu com o código 3"),
        (NO_PROCESS.filled(name="x", names="api-1, relay-1"), "O processo x não existe. Existem: api-1, relay-1."),
        ("of a library: whatever it says", "of a library: whatever it says"),
        ("", ""),
    ],
)
def test_it_is_said_in_portuguese(words: str, portuguese: str) -> None:
    assert told(str(words)) == portuguese


def test_each_line_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda _: False)
    monkeypatch.setattr(ports, "describe_holder", lambda _: "pid 7: nginx")
    with pytest.raises(ports.PortTaken) as taken:
        ports.check({"edge": 8400, "api": 8410})
    assert told(str(taken.value)).splitlines() == [
        "A porta 8400 (edge) está ocupada por pid 7: nginx.",
        "A porta 8410 (api) está ocupada por pid 7: nginx.",
        "Encerre-o ou escolha outras portas: PEDIDOS_PORT_BASE=9400 ./pedidos up",
    ]
