"""The experiments on the running platform: each breaks one thing that can be undone, while demo customers order."""

from pedidos_classroom.control import Act
from pedidos_classroom.experiments.card import FATE, FATES, Card, Choice, Step
from pedidos_classroom.words import Both

USUAL = (*(["tok_ok"] * 8), "tok_declined", "tok_error_then_ok")
HARD = (*(["tok_ok"] * 6), "tok_cut", "tok_error_after_charge", "tok_error_then_ok")
"""With answers of the gateway that get lost after the charge."""

_UNNOTICED = Choice("unnoticed", Both("Customers notice nothing", "Os clientes não percebem nada"))
_STAY = Choice("stay", Both("They stay where they are", "Ficam onde estão"))

CARDS = (
    Card(
        "workers-away",
        Both("Kill the workers", "Matar os workers"),
        Both(
            "All workers are killed in the middle of their work, and stay away for 15 seconds.",
            "Todos os workers são mortos no meio do trabalho e ficam fora por 15 segundos.",
        ),
        Both(
            "A weak design: their work waits for an hour, until the broker hands it out again.",
            "Um projeto fraco: o trabalho espera uma hora, até o broker entregar de novo.",
        ),
        FATE,
        FATES,
        "once",
        Step(Act.HALT, "worker", 15.0),
        USUAL,
    ),
    Card(
        "worker-paused",
        Both("Pause a worker", "Pausar um worker"),
        Both(
            "A second worker starts. Then the first one is frozen for 20 seconds (SIGSTOP), and goes on afterwards.",
            "Um segundo worker inicia. Então o primeiro é congelado por 20 segundos (SIGSTOP), e depois continua.",
        ),
        Both(
            "A weak design: it charges again what was settled meanwhile.",
            "Um projeto fraco: cobra de novo o que já foi resolvido.",
        ),
        FATE,
        FATES,
        "once",
        Step(Act.SCALE, "worker", 26.0, {"count": 2}),
        USUAL,
        90.0,
        Step(Act.PAUSE, "worker-1", 20.0),
    ),
    Card(
        "kafka-away",
        Both("Take Kafka away", "Tirar o Kafka do ar"),
        Both("Kafka is killed, and down for 15 seconds.", "O Kafka é morto e fica fora do ar por 15 segundos."),
        Both(
            "A weak design: orders are refused, or their events are lost.",
            "Um projeto fraco: recusa pedidos, ou perde os eventos.",
        ),
        FATE,
        FATES,
        "once",
        Step(Act.HALT, "kafka", 15.0),
        USUAL,
        90.0,
    ),
    Card(
        "broker-away",
        Both("Empty the task broker", "Esvaziar o broker de tarefas"),
        Both(
            "Valkey is killed, with all tasks in it, and down for 10 seconds.",
            "O Valkey é morto, com todas as tarefas dentro, e fica fora por 10 segundos.",
        ),
        Both("A weak design: orders are stuck forever.", "Um projeto fraco: pedidos presos para sempre."),
        FATE,
        FATES,
        "once",
        Step(Act.HALT, "valkey", 10.0),
        USUAL,
        90.0,
    ),
    Card(
        "gateway-fails",
        Both("The gateway charges and answers 500", "O gateway cobra e responde 500"),
        Both(
            "For 15 seconds, half of the charges are answered with an error. In half of these, the money was taken.",
            "Por 15 segundos, metade das cobranças recebe um erro. Na metade delas, o dinheiro foi cobrado.",
        ),
        Both(
            "A weak design: charges twice, or cancels what was paid.",
            "Um projeto fraco: cobra duas vezes, ou cancela o que foi pago.",
        ),
        FATE,
        FATES,
        "once",
        Step(Act.GATEWAY, "gateway", 15.0, {"error_rate": 0.5}),
        HARD,
    ),
    Card(
        "gateway-slow",
        Both("The gateway is slow", "O gateway fica lento"),
        Both(
            "Every charge takes 3 seconds longer, for 15 seconds.",
            "Cada cobrança demora 3 segundos a mais, por 15 segundos.",
        ),
        Both(
            "A weak design: all threads wait for it, and new orders hang.",
            "Um projeto fraco: todas as threads esperam por ele, e novos pedidos travam.",
        ),
        Both("What do customers see who order meanwhile?", "O que veem os clientes que pedem nesse meio-tempo?"),
        (
            Choice("fast", Both("The usual answer, as fast as ever", "A resposta de sempre, tão rápida como antes")),
            Choice("slow", Both("An answer after 3 seconds", "Uma resposta depois de 3 segundos")),
            Choice("refused", Both("An error", "Um erro")),
        ),
        "fast",
        Step(Act.GATEWAY, "gateway", 15.0, {"latency_ms": 3000}),
        USUAL,
    ),
    Card(
        "gateway-away",
        Both("The gateway is down", "O gateway sai do ar"),
        Both("Nothing listens at the gateway for 15 seconds.", "Ninguém atende no gateway por 15 segundos."),
        Both(
            "A weak design: orders are declined, or expire.", "Um projeto fraco: os pedidos são recusados, ou expiram."
        ),
        FATE,
        FATES,
        "once",
        Step(Act.HALT, "gateway", 15.0),
        USUAL,
        90.0,
    ),
    Card(
        "relay-away",
        Both("Kill the relay", "Matar o relay"),
        Both(
            "What publishes the event log to Kafka is killed, and stays away for 10 seconds.",
            "Quem publica o log de eventos no Kafka é morto e fica fora por 10 segundos.",
        ),
        Both(
            "A weak design: events are lost, or come out of order.",
            "Um projeto fraco: eventos se perdem, ou saem da ordem.",
        ),
        Both("What happens to the events meanwhile?", "O que acontece com os eventos nesse meio-tempo?"),
        (
            Choice("lost", Both("They are lost", "Somem")),
            Choice("once", Both("They wait in PostgreSQL, and come in order", "Esperam no PostgreSQL e saem em ordem")),
            Choice("disorder", Both("They come out of order", "Saem fora de ordem")),
        ),
        "once",
        Step(Act.HALT, "relay", 10.0),
        USUAL,
    ),
    Card(
        "bridge-away",
        Both("Kill the bridge", "Matar o bridge"),
        Both(
            "What hands orders from Kafka to the workers is killed, and stays away for 12 seconds.",
            "Quem entrega os pedidos do Kafka aos workers é morto e fica fora por 12 segundos.",
        ),
        Both("A weak design: messages are skipped.", "Um projeto fraco: mensagens são puladas."),
        Both("Where do the new orders wait?", "Onde esperam os novos pedidos?"),
        (
            Choice("kafka", Both("In Kafka", "No Kafka")),
            Choice("broker", Both("In the task broker", "No broker de tarefas")),
            Choice("memory", Both("In the api's memory", "Na memória da api")),
        ),
        "kafka",
        Step(Act.HALT, "bridge", 12.0),
        USUAL,
    ),
    Card(
        "scheduler-away",
        Both("Kill the scheduler", "Matar o scheduler"),
        Both(
            "What looks for forgotten orders is killed, and stays away for 12 seconds.",
            "Quem procura pedidos esquecidos é morto e fica fora por 12 segundos.",
        ),
        Both("A weak design: nothing moves without it.", "Um projeto fraco: nada anda sem ele."),
        Both("What happens to orders that go well?", "O que acontece com os pedidos que vão bem?"),
        (_STAY, Choice("go", Both("They go on as before", "Seguem como antes")), _UNNOTICED),
        "go",
        Step(Act.HALT, "scheduler", 12.0),
        USUAL,
    ),
    Card(
        "api-killed",
        Both("Kill the api", "Matar a api"),
        Both(
            "What takes orders is killed in the middle of requests, and starts again at once.",
            "Quem recebe os pedidos é morto no meio das requisições e volta em seguida.",
        ),
        Both(
            "A weak design: the customer sends again, and has two orders.",
            "Um projeto fraco: o cliente envia de novo e fica com dois pedidos.",
        ),
        Both(
            "Customers got no answer, and send again. How many orders do they have?",
            "Clientes ficaram sem resposta e enviam de novo. Quantos pedidos eles têm?",
        ),
        (
            Choice("none", Both("Some have none", "Alguns, nenhum")),
            Choice("one", Both("Each has one", "Cada um, um só")),
            Choice("two", Both("Some have two", "Alguns, dois")),
        ),
        "one",
        Step(Act.KILL, "api", 10.0),
        USUAL,
    ),
    Card(
        "postgres-killed",
        Both("Kill PostgreSQL", "Matar o PostgreSQL"),
        Both(
            "The database is killed with all its connections (SIGKILL), recovers, and starts again.",
            "O banco é morto com todas as conexões (SIGKILL), se recupera e volta.",
        ),
        Both("A weak design: accepted orders are gone.", "Um projeto fraco: pedidos aceitos desaparecem."),
        Both("What happens to the orders that were accepted?", "O que acontece com os pedidos já aceitos?"),
        FATES,
        "once",
        Step(Act.KILL, "postgres", 20.0),
        USUAL,
        90.0,
    ),
)
