"""In a Portuguese locale, the command line speaks Portuguese: help, usage errors, and Typer's own words."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parents[4] / "src"


def said(*command: str, locale: str = "pt_BR.UTF-8") -> tuple[int, str]:
    """Runs a command as a person in this locale; returns the exit status, and all output in one line."""
    done = subprocess.run(
        [sys.executable, "-m", "pedidos", *command],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(SRC), "PYTHONUTF8": "1", "LANG": locale, "COLUMNS": "200"},
        cwd="/",  # no platform of this checkout, whose settings would be read
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, " ".join(done.stdout.split())


def test_help() -> None:
    status, text = said("accounts", "create", "--help")
    assert status == 0
    assert "Uso: pedidos accounts create [OPÇÕES] {email}" in text
    assert "Cria uma conta. A senha é perguntada ou lida da entrada padrão: uma linha." in text
    for words in ("Argumentos:", "Opções:", "[obrigatório]", "[padrão: customer]", "Mostra esta mensagem e sai."):
        assert words in text
    for words in ("Options", "Usage", "required", "Show this", "Arguments", "Create"):
        assert words not in text


def test_a_group_without_a_command_is_its_help() -> None:
    status, text = said("dead-letters")
    assert status == 2
    assert text.startswith("Uso: pedidos dead-letters [OPÇÕES] COMANDO [ARGUMENTOS]...")
    assert "Comandos:" in text
    assert "Erro" not in text


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["nothing"], "Erro: O comando 'nothing' não existe."),
        (["accounts", "lst"], "Erro: O comando 'lst' não existe. Você quis dizer 'list'?"),
        (["accounts", "create", "a@b", "--rol", "x"], "Erro: Esta opção não existe: --rol (Opções possíveis: --role)"),
        (["accounts", "create"], "Erro: Falta o argumento 'email'."),
        (["accounts", "create", "a@b"], "Erro: Falta a opção '--name'."),
        (["accounts", "create", "a@b", "--name"], "Erro: A opção '--name' exige um valor."),
        (["audit", "list", "--limit", "x"], "Erro: Valor inválido para '--limit': Precisa ser um número inteiro."),
        (["audit", "list", "--limit", "0"], "Erro: Valor inválido para '--limit': Precisa ser no mínimo 1."),
        (["audit", "list", "--action", "x"], "Erro: Valor inválido para '--action': x não é uma ação."),
        (["trace", "x"], "Erro: Valor inválido para 'ORDER': Precisa ser um UUID."),
        (["setup", "x"], "Erro: Valor inválido para 'part': 'x' não é um destes valores: 'all', 'data', 'topics'."),
        (["migrate", "head", "more"], "Erro: Argumentos a mais: (more)"),
    ],
)
def test_an_error_of_usage(command: list[str], told: str) -> None:
    status, text = said(*command)
    assert status == 2
    assert told in text
    assert "Error" not in text


def test_an_error_of_usage_shows_the_usage() -> None:
    assert said("accounts", "create")[1] == (
        "Uso: pedidos accounts create [OPÇÕES] {email} Veja a ajuda com 'pedidos accounts create --help'. "
        "Erro: Falta o argumento 'email'."
    )


def test_a_failure_that_the_user_can_correct() -> None:
    status, text = said("keys", "list")
    assert status == 2
    assert "há configurações faltando ou erradas" in text
    assert "PEDIDOS_KEYS_DIR não está definida" in text


@pytest.mark.parametrize("locale", ["C.UTF-8", "en_US.UTF-8", "fr_FR.UTF-8"])
def test_other_locales_get_english(locale: str) -> None:
    status, text = said("accounts", "create", locale=locale)
    assert status == 2
    assert text.endswith("Error: Missing argument 'email'.")
