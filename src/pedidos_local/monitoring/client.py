"""Asks a Prometheus for series and alerts."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode

ANSWER_SECONDS = 20.0


class NoAnswer(Exception):
    """It does not answer, or refuses the query; the message says what it said."""


@dataclass(frozen=True, slots=True)
class Prometheus:
    """host and port: where it answers."""

    host: str
    port: int

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series that the expression returns now. Raises NoAnswer."""
        found: list[dict[str, Any]] = self._get("query", query=expression)["result"]
        return found

    def firing(self) -> set[str]:
        """The names of the alerts that fire. Raises NoAnswer."""
        alerts = self._get("alerts")["alerts"]
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

    def _get(self, path: str, **parameters: str) -> dict[str, Any]:
        connection = HTTPConnection(self.host, self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", f"/api/v1/{path}?{urlencode(parameters)}")
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise NoAnswer(f"HTTP {answer.status}: {text[:200]!r}")
            found: dict[str, Any] = json.loads(text)["data"]
        except (OSError, HTTPException, ValueError, KeyError) as error:
            raise NoAnswer(f"{type(error).__name__}: {error}") from error
        finally:
            connection.close()
        return found
