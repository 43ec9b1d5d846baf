"""Lesson 7: failure and recovery. A worker is killed in the middle of charges."""

from pedidos_classroom.control import Act
from pedidos_classroom.experiments.card import Card, Choice, Step
from pedidos_classroom.lessons.lesson import Code, Lesson, Result, Sheet, Shown, WrongAnswer
from pedidos_classroom.words import Both

CARD = Card(
    "lesson-7",
    Both("A worker dies in the middle of a charge", "Um worker morre no meio de uma cobrança"),
    Both(
        "The gateway is made slow, so that many charges are under way. Then every worker is killed (kill -9).",
        "O gateway fica lento, para haver muitas cobranças em andamento. Então todos os workers são mortos (kill -9).",
    ),
    Both(
        "A weak design: no one knows whether these customers have paid.",
        "Um projeto fraco: ninguém sabe se esses clientes pagaram.",
    ),
    Both(
        "The request to the gateway was sent, and who waited for the answer is dead. What happens to the order?",
        "A requisição ao gateway foi enviada, e quem esperava a resposta morreu. O que acontece com o pedido?",
    ),
    (
        Choice("lost", Both("It stays half way until a person looks", "Fica no meio até alguém olhar")),
        Choice("again", Both("It is charged again: twice", "É cobrado de novo: duas vezes")),
        Choice("once", Both("It is asked about again, and paid once", "Pergunta-se de novo, e ele é pago uma vez")),
        Choice("declined", Both("It is declined, to be safe", "É recusado, por segurança")),
    ),
    "once",
    Step(Act.GATEWAY, "gateway", 9.0, {"latency_ms": 2500}),
    recovers_within=75.0,
    then=Step(Act.KILL, "worker", 20.0),
)


def shows(result: Result) -> list[Shown]:
    """What the run has shown: charges were interrupted, each order was paid once, in the promised time."""
    holds = {verdict["invariant"]: bool(verdict["holds"]) for verdict in result["verdicts"]}
    again, seconds, within = result["asked_again"], result["seconds"], result["within"]
    return [
        Shown(
            Both("Charges were interrupted", "Cobranças foram interrompidas"),
            Both(
                f"About {again} orders the gateway was asked more than once.",
                f"Sobre {again} pedidos o gateway foi consultado mais de uma vez.",
            ),
            again > 0,
        ),
        Shown(
            Both("Each was charged once", "Cada um foi cobrado uma vez"),
            Both(
                "The gateway's own book has one capture per paid order, and no other.",
                "O livro do próprio gateway tem uma captura por pedido pago, e nenhuma outra.",
            ),
            holds["money"],
        ),
        Shown(
            Both("Nothing is left half way", "Nada ficou pelo meio"),
            Both("Every order has come to its end.", "Todos os pedidos chegaram ao fim."),
            holds["nothing lost"] and holds["nothing stuck"],
        ),
        Shown(
            Both("In the promised time", "No tempo prometido"),
            Both(
                f"It took {'no end' if seconds is None else f'{seconds:g} s'}; at most {within:g} s are promised.",
                f"Levou {'sem fim' if seconds is None else f'{seconds:g} s'}; o prometido são no máximo {within:g} s.",
            ),
            holds["recovered in time"],
        ),
    ]


LESSON = Lesson(
    7,
    Both("Failure and recovery", "Falha e recuperação"),
    (
        Both(
            "A process can die between any two instructions. It gets no chance to say so.",
            "Um processo pode morrer entre duas instruções quaisquer. Ele não tem como avisar.",
        ),
        Both(
            "Who waits for its answer cannot tell a dead process from a slow one.",
            "Quem espera a resposta não distingue um processo morto de um lento.",
        ),
        Both(
            "So work that matters is written down before it begins, with the time until which it belongs to one"
            " worker:"
            " a lease.",
            "Por isso o trabalho importante é anotado antes de começar, com a hora até a qual pertence a um worker:"
            " um"
            " lease.",
        ),
        Both(
            "When the lease is over, another worker may take over. It does not know how far the first one got.",
            "Quando o lease acaba, outro worker pode assumir. Ele não sabe até onde o primeiro chegou.",
        ),
        Both(
            "It asks the gateway again under the same idempotency key. The gateway knows the key, and answers what it"
            " did: it does not charge twice.",
            "Ele pergunta de novo ao gateway com a mesma chave de idempotência. O gateway conhece a chave e responde"
            " o"
            " que fez: não cobra duas vezes.",
        ),
        Both(
            "How long recovery takes is a promise that can be measured, and not a hope.",
            "Quanto tempo leva a recuperação é uma promessa que se mede, e não uma esperança.",
        ),
    ),
    CARD,
    shows,
    (
        Both(
            "Before the request left, the worker had committed a row: this order, this key, this lease. The kill"
            " could not"
            " undo that.",
            "Antes de a requisição sair, o worker tinha gravado uma linha: este pedido, esta chave, este lease. O"
            " kill não"
            " desfaz isso.",
        ),
        Both(
            "The orders waited in the state charging until their lease was over. The watchdog found them and sent a"
            " hint.",
            "Os pedidos esperaram no estado charging até o lease acabar. O watchdog os achou e mandou uma dica.",
        ),
        Both(
            "A new worker took the lease over, with a higher number, and asked under the same key. Where the money"
            " had been"
            " taken, the gateway said so; where not, it was taken now.",
            "Um worker novo assumiu o lease, com um número maior, e perguntou com a mesma chave. Onde o dinheiro já"
            " tinha"
            " sido cobrado, o gateway disse; onde não, cobrou agora.",
        ),
        Both(
            "New orders were accepted all the time: taking an order needs no worker.",
            "Novos pedidos foram aceitos o tempo todo: receber um pedido não precisa de worker.",
        ),
    ),
    Both(
        "Why does the new worker not wait for the first one, or ask it? And what would be lost with a lease of one"
        " second?",
        "Por que o worker novo não espera o primeiro, nem pergunta a ele? E o que se perderia com um lease de um"
        " segundo?",
    ),
    Both(
        "It cannot: no answer looks the same, dead or slow. The lease turns the question into a time. If it is too"
        " short,"
        " a slow worker loses work that it is still doing: the gateway is asked twice for no reason, and the first"
        " answer"
        " has to be refused by its lease number. If it is too long, customers wait.",
        "Não dá: a falta de resposta é igual, morto ou lento. O lease transforma a pergunta em um prazo. Se for curto"
        " demais, um worker lento perde o trabalho que ainda faz: o gateway é consultado duas vezes à toa, e a"
        " primeira"
        " resposta tem de ser recusada pelo número do lease. Se for longo demais, os clientes esperam.",
    ),
    (
        Code(
            "src/pedidos/steps/charge.py",
            "charge",
            Both(
                "Three commits: the intent, then the request, then the answer under the lease.",
                "Três commits: a intenção, depois a requisição, depois a resposta sob o lease.",
            ),
        ),
        Code(
            "src/pedidos/storage/payments/attempts.py",
            "take_over",
            Both("Who may take over, and the number that grows.", "Quem pode assumir, e o número que cresce."),
        ),
        Code(
            "src/pedidos/processes/scheduler/watchdog.py",
            "Watchdog",
            Both("What makes no progress is hinted again.", "O que não anda recebe uma nova dica."),
        ),
    ),
    Sheet(
        Both(
            "Students can say why an interrupted charge is neither lost nor repeated, and read the time of recovery"
            " off"
            " the plot.",
            "Os alunos sabem dizer por que uma cobrança interrompida não se perde nem se repete, e leem o tempo de"
            " recuperação no gráfico.",
        ),
        50,
        Both(
            "One machine for two students, with the platform running (./pedidos up). The experiment takes about a"
            " minute"
            " and a half. 10 min idea and prediction, 10 min experiment, 15 min explanation and code, 15 min"
            " question.",
            "Uma máquina para dois alunos, com a plataforma no ar (./pedidos up). O experimento leva cerca de um"
            " minuto e"
            " meio. 10 min de ideia e previsão, 10 min de experimento, 15 min de explicação e código, 15 min de"
            " pergunta.",
        ),
        (
            WrongAnswer(
                Both("The database rolls it back.", "O banco faz rollback."),
                Both(
                    "Does the rollback reach the gateway? Where is the money?",
                    "O rollback chega ao gateway? Onde está o dinheiro?",
                ),
            ),
            WrongAnswer(
                Both(
                    "The queue delivers it again, so it is charged twice.",
                    "A fila entrega de novo, então cobra duas vezes.",
                ),
                Both("What does the gateway see in the second request?", "O que o gateway vê na segunda requisição?"),
            ),
            WrongAnswer(
                Both("The supervisor tells the others.", "O supervisor avisa os outros."),
                Both("And if the machine is gone, or only the cable?", "E se a máquina sumiu, ou só o cabo?"),
            ),
        ),
        (
            Both("Sufficient: names lease and idempotency key.", "Suficiente: cita lease e chave de idempotência."),
            Both(
                "Good: explains why both are needed, and where the time of recovery comes from.",
                "Bom: explica por que os dois são necessários, e de onde vem o tempo de recuperação.",
            ),
            Both(
                "Very good: says what a late answer of the first worker would do, and what stops it.",
                "Muito bom: diz o que faria uma resposta atrasada do primeiro worker, e o que a impede.",
            ),
        ),
    ),
)
