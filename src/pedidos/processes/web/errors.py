"""Error pages: what happened, and what the reader can do, in the language of the reader."""

from typing import NamedTuple

from flask import Flask, Response, render_template, request
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from werkzeug.exceptions import HTTPException

from pedidos.errors import PedidosError
from pedidos.http import problems
from pedidos.http.error_handling import of_status, problem_of
from pedidos.http.problems import Problem
from pedidos.http.wsgi import current


class Explanation(NamedTuple):
    """title: what happened. advice: what to do."""

    title: LazyString
    advice: LazyString


class ForeignRequest(PedidosError):
    """The request would change something, and may come from a page of another site."""


_LATER = _("Try again in a moment. Nothing that you entered was carried out.")

_EXPLAINED: dict[type[Problem], Explanation] = {
    problems.NotFound: Explanation(
        _("There is no such page"), _("The address may be misspelled, or what it showed is gone or is not yours.")
    ),
    problems.Unauthenticated: Explanation(
        _("You are signed out"), _("Nothing was carried out. Sign in, and repeat what you did.")
    ),
    problems.WrongCredentials: Explanation(
        _("You are not signed in"), _("Your account has changed meanwhile. Sign in again.")
    ),
    problems.WrongCode: Explanation(
        _("The code is wrong"), _("Nothing was carried out. Wait for the next code of your app, and try again.")
    ),
    problems.SecondFactorMissing: Explanation(
        _("Operators need a second factor here"), _("Nothing was carried out. Add one under “Your account” first.")
    ),
    problems.AddressNotConfirmed: Explanation(
        _("Your address is not confirmed yet"), _("Open the page in the message that we sent you, then repeat this.")
    ),
    problems.InvalidLink: Explanation(
        _("This link cannot be used"), _("It was used before, or is too old. Ask for another message.")
    ),
    problems.Forbidden: Explanation(
        _("This page is not for your account"), _("Sign in with another account to see it.")
    ),
    problems.MethodNotAllowed: Explanation(
        _("This page cannot be used like that"), _("Open it again from the menu, and repeat what you did.")
    ),
    problems.BodyTooLarge: Explanation(_("That was too much text"), _("Go back, shorten it, and send it again.")),
    problems.TooManyRequests: Explanation(
        _("Too many attempts"), _("Wait a minute, then try again. Nothing was carried out.")
    ),
    problems.OrderLimitReached: Explanation(
        _("You have placed many orders just now"),
        _("This one was not placed. Wait until some of the others are paid, then try again."),
    ),
    problems.Unavailable: Explanation(_("The service is not available at the moment"), _LATER),
    problems.Busy: Explanation(_("Many people are here at the moment"), _LATER),
    problems.Held: Explanation(_("Another change is being made to this"), _LATER),
    problems.OutcomeUnknown: Explanation(
        _("We do not know whether this was carried out"), _("Look whether the change is there before you repeat it.")
    ),
    problems.Conflict: Explanation(
        _("This does not fit what is stored"), _("It may have changed meanwhile. Open the page again.")
    ),
    problems.InternalError: Explanation(
        _("Something went wrong on our side"),
        _("It was noted. Try again; if it stays like this, tell us the number below."),
    ),
}

_UNREADABLE = Explanation(_("The request could not be read"), _("Open the page again, and repeat what you did."))

_FOREIGN = Explanation(
    _("This did not come from one of our pages"),
    _("For your safety it was not carried out. Open the page again here, and repeat what you did."),
)


def install(app: Flask) -> None:
    """Makes every exception of a view a page."""
    app.register_error_handler(Exception, _answer)


def explained(problem: type[Problem]) -> Explanation:
    """What a page says about a problem."""
    return _EXPLAINED.get(problem, _UNREADABLE)


def answer(problem: Problem) -> Response:
    """The problem as a page."""
    return _page(problem, explained(type(problem)))


def _answer(error: Exception) -> Response:
    if isinstance(error, ForeignRequest):
        return _page(problems.Forbidden(), _FOREIGN)
    if isinstance(error, HTTPException) and (error.code or 500) < 500:
        problem: Problem = of_status(error.code or 400, {})
    else:
        problem = problem_of(error, current())
    return answer(problem)


def _page(problem: Problem, explanation: Explanation) -> Response:
    """The whole page, or only a notice if a script asked for a part of a page."""
    template = "errors/part.html" if "HX-Request" in request.headers else "errors/page.html"
    text = render_template(template, explanation=explanation, status=problem.status, number=current().request_id)
    response = Response(text, problem.status)
    response.headers.extend({**problem.headers, **problem.extra_headers})
    return response
