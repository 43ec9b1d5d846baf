import os
from datetime import UTC, datetime
from pathlib import Path

from pedidos.mails.letters import Letter
from pedidos.mails.message import Envelope, message
from pedidos.processes.web.account.arrived import arrived

AT = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


def put(folder: Path, number: int, text: str) -> None:
    (folder / "new").mkdir(parents=True, exist_ok=True)
    file = folder / "new" / str(number)
    envelope = Envelope("Shop <shop@shop.example>", f"ana{number}@example.org", str(number), AT, "pt_BR")
    file.write_bytes(message(envelope, Letter(f"Número {number}", text, f"<p>{text}</p>")).as_bytes())
    os.utime(file, (number, number))


def test_the_newest_are_shown_with_their_links(tmp_path: Path) -> None:
    for number in range(4):
        put(tmp_path, number, "Olá\n\nhttps://shop.example/verify?token=x\n<b>not a link https://x</b>\n")
    first, second = arrived(tmp_path, 2)
    assert (first.subject, second.subject) == ("Número 3", "Número 2")
    assert (first.recipient, first.at, first.language) == ("ana3@example.org", AT, "pt-BR")
    assert [line.text for line in first.lines if line.link] == ["https://shop.example/verify?token=x"]
    assert [line.text for line in first.lines if not line.link] == ["Olá", "", "<b>not a link https://x</b>"]


def test_without_a_folder_there_are_none(tmp_path: Path) -> None:
    assert arrived(tmp_path / "none", 9) == []
