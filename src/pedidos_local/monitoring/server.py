"""Prometheus or VictoriaMetrics, whichever is on the PATH, as a program of the local platform.

Prometheus only answers queries here: the interfaces that change something are off by default, and queries are limited.
It needs no credential, as /metrics needs none. VictoriaMetrics also takes data in and deletes it, so it asks for a
password.
"""

import shutil
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from pedidos.sentence import Sentence
from pedidos_local import ports
from pedidos_local.credentials import write_private
from pedidos_local.layout import Layout
from pedidos_local.monitoring.rules import rules
from pedidos_local.program import Program
from pedidos_local.settings import LocalSettings

SCRAPES = Path(__file__).parents[3] / "deploy" / "prometheus" / "local.yml"
CONFIGURATION = "prometheus.yml"
RULES = "alerts.yml"
LOGIN = "login.txt"
USER = "pedidos"
KEPT = "7d"
KEPT_BYTES = "1GB"

PROMETHEUS, VICTORIA_METRICS = "prometheus", "victoria-metrics"
READY = {PROMETHEUS: "/-/ready", VICTORIA_METRICS: "/health"}
"""Path that answers 200 once queries are answered."""
READY_SECONDS = 0.9


class NotFound(Exception):
    """Neither program is on the PATH. The message says how to get one."""


def found() -> tuple[str, str]:
    """The name and the path of the program. Raises NotFound."""
    for name in (PROMETHEUS, VICTORIA_METRICS):
        path = shutil.which(name)
        if path is not None:
            return name, path
    raise NotFound(
        Sentence(
            "Neither prometheus nor victoria-metrics is on the PATH. Install one: the package prometheus of "
            "Debian, Ubuntu or Homebrew, or `go install "
            "github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics@v1.151.0`."
        )
    )


def folder_of(settings: LocalSettings) -> Path:
    return Layout.of(settings).state_dir / "prometheus"


def login(settings: LocalSettings) -> tuple[str, str]:
    """User and password, which VictoriaMetrics asks for and Prometheus ignores. Raises FileNotFoundError before
    prepare()."""
    return USER, (folder_of(settings) / LOGIN).read_text("utf-8")


def prepare(settings: LocalSettings, password: str, scrapes: str | None = None, speed: float = 1.0) -> None:
    """Writes the configuration and the rules. scrapes: in place of deploy/prometheus/local.yml. speed: see rules()."""
    folder = folder_of(settings)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    text = SCRAPES.read_text("utf-8") if scrapes is None else scrapes
    (folder / CONFIGURATION).write_text(text, "utf-8")
    (folder / RULES).write_text(rules(speed), "utf-8")
    write_private(folder / LOGIN, password)


def scrapes_each_second() -> str:
    """The configuration of a local platform, with all intervals of one second, for a drill or a test."""
    return SCRAPES.read_text("utf-8").replace("15s", "1s").replace("5s", "1s")


def program(settings: LocalSettings) -> Program:
    """The program to run after prepare(). Raises NotFound."""
    name, path = found()
    port = settings.port_base + ports.PROMETHEUS
    return Program(
        name="prometheus",
        kind="prometheus",
        command=[path, *(_prometheus(port) if name == PROMETHEUS else _victoria_metrics(port))],
        ready=partial(_is_ready, port, READY[name]),
        cwd=folder_of(settings),
    )


def _is_ready(port: int, path: str) -> bool:
    """Whether it answers queries. It listens before that."""
    connection = HTTPConnection(ports.LOOPBACK, port, timeout=READY_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _prometheus(port: int) -> list[str]:
    return [
        f"--config.file={CONFIGURATION}",
        "--storage.tsdb.path=data",
        f"--storage.tsdb.retention.time={KEPT}",
        f"--storage.tsdb.retention.size={KEPT_BYTES}",
        f"--web.listen-address={ports.LOOPBACK}:{port}",
        "--query.max-concurrency=4",
        "--query.max-samples=5000000",
        "--query.timeout=20s",
        "--log.level=warn",
    ]


def _victoria_metrics(port: int) -> list[str]:
    return [
        f"-promscrape.config={CONFIGURATION}",
        "-promscrape.config.strictParse=false",  # it has no rules; vmalert reads those
        "-storageDataPath=data",
        f"-retentionPeriod={KEPT}",
        f"-httpListenAddr={ports.LOOPBACK}:{port}",
        f"-httpAuth.username={USER}",
        f"-httpAuth.password=file://{LOGIN}",
        "-memory.allowedPercent=10",
        "-loggerLevel=WARN",
    ]
