"""The safeguards as cards: the drill that needs one, with the safeguard switched off. The ledger has to notice."""

from pedidos_classroom.experiments.card import Card, Choice
from pedidos_classroom.words import Both

_QUESTION = Both("What will the ledger find?", "O que o livro-razão vai encontrar?")
_WEAK = Both(
    "This is the weak design: only this one safeguard is missing.",
    "Este é o projeto fraco: só esta proteção está faltando.",
)

_CHOICES = (
    Choice("holds", Both("Nothing: the other safeguards suffice", "Nada: as outras proteções bastam")),
    Choice("lost", Both("Something is lost, or stuck", "Algo se perde, ou trava")),
    Choice("history", Both("A history that cannot be", "Um histórico impossível")),
    Choice("books", Both("Money or stock that does not balance", "Dinheiro ou estoque que não fecha")),
)


def _card(name: str, title: Both, breaks: Both, right: str) -> Card:
    return Card(f"without-{name}", title, breaks, _WEAK, _QUESTION, _CHOICES, right, without=name, plots=False)


CARDS = {
    card.without: card
    for card in (
        _card(
            "guarded-transition",
            Both("Transitions without a guard", "Transições sem proteção"),
            Both(
                "A step moves every order that it is given, whatever its state, and every task comes ten times.",
                "Um passo move todo pedido que recebe, em qualquer estado, e cada tarefa chega dez vezes.",
            ),
            "history",
        ),
        _card(
            "log-order",
            Both("Events in the order of their numbers", "Eventos na ordem dos seus números"),
            Both(
                "Any transaction may move an order; 500 random histories are simulated.",
                "Qualquer transação pode mover um pedido; 500 históricos aleatórios são simulados.",
            ),
            "history",
        ),
        _card(
            "one-commit",
            Both("The dual write", "A escrita dupla"),
            Both(
                "The order and its event are two commits, one after the other, and the api is killed between them.",
                "O pedido e o evento são dois commits, um depois do outro, e a api é morta entre eles.",
            ),
            "lost",
        ),
        _card(
            "lease-take-over",
            Both("Leases that are never taken over", "Leases que ninguém retoma"),
            Both(
                "A worker dies in the middle of charges, and its payments stay its own for good.",
                "Um worker morre no meio de cobranças, e os pagamentos continuam sendo dele para sempre.",
            ),
            "lost",
        ),
        _card(
            "lease-fence",
            Both("A lease without a number", "Um lease sem número"),
            Both(
                "A worker that was taken over for dead comes back, and its answer is accepted.",
                "Um worker dado como morto volta, e a resposta dele é aceita.",
            ),
            "history",
        ),
        _card(
            "stock-given-back",
            Both("Units that are not given back", "Unidades que não voltam"),
            Both(
                "An order that fails keeps the units that it held.",
                "Um pedido que falha fica com as unidades que segurava.",
            ),
            "books",
        ),
        _card(
            "money-given-back",
            Both("Money that is not given back", "Dinheiro que não volta"),
            Both(
                "A paid order that is cancelled is not refunded.",
                "Um pedido pago que é cancelado não é estornado.",
            ),
            "books",
        ),
    )
}
"""By the name of the safeguard."""
