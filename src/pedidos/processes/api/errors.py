"""Turns exceptions into responses of Flask."""

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from pedidos.http import problems
from pedidos.http.error_handling import CONTENT_TYPE, of_status, problem_of, rendered
from pedidos.http.problems import Problem
from pedidos.http.reader import language
from pedidos.http.wsgi import current
from pedidos.processes.api.services import services
from pedidos.telemetry.catalogue import orders as metrics

PLACING = "/v1/orders"
"""Path of the requests for an order, with POST."""


def install(app: Flask) -> None:
    """Makes every exception of a view a problem document."""
    app.register_error_handler(Exception, _answer_error)


def answer(problem: Problem) -> Response:
    """The problem as a response. Counts it, if it refuses an order."""
    if request.path == PLACING and request.method == "POST":
        metrics.ORDERS_REFUSED[problem.slug].inc()
    status, headers, body = rendered(problem, current(), language())
    response = Response(body, status, content_type=CONTENT_TYPE)
    response.headers.extend(headers)
    return response


_OF_STRANGERS = frozenset({401, 404, 405})
"""Statuses of requests that no view has counted."""


def _answer_error(error: Exception) -> Response:
    if isinstance(error, HTTPException) and isinstance(error.response, Response):
        return error.response
    problem = _problem(error)
    if problem.status in _OF_STRANGERS and current().identity is None:
        try:
            services().anonymous.count_current()
        except problems.TooManyRequests as beyond:
            problem = beyond
    return answer(problem)


def _problem(error: Exception) -> Problem:
    if isinstance(error, HTTPException):
        status = error.code or 500
        if status < 500:
            return of_status(status, _allowed(error))
    return problem_of(error, current())


def _allowed(error: HTTPException) -> dict[str, str]:
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        return {"Allow": ", ".join(sorted(error.valid_methods))}
    return {}
