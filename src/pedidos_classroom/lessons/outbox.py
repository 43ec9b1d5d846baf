"""Lesson 8: the event log as an outbox, and what a dual write loses."""

from dataclasses import replace

from pedidos_classroom.experiments import drill_cards, unsafe_cards
from pedidos_classroom.lessons.claims import from_verdicts
from pedidos_classroom.lessons.lesson import Code, Lesson, Sheet, WrongAnswer
from pedidos_classroom.words import Both

CARD = replace(next(card for card in drill_cards.CARDS if card.name == "drill-api-killed"), name="lesson-8")

SHOWS = from_verdicts(
    nothing_lost=(
        Both("Every order that was promised exists", "Todo pedido prometido existe"),
        Both("{accepted} orders were accepted.", "{accepted} pedidos foram aceitos."),
    ),
    nothing_invented=(
        Both("A repeated request made no second order", "Uma requisição repetida não criou um segundo pedido"),
        Both(
            "{orders} orders for {submitted} requests with a key of their own.",
            "{orders} pedidos para {submitted} requisições com chave própria.",
        ),
    ),
    history=(
        Both("Every order has its events, on Kafka too", "Todo pedido tem seus eventos, também no Kafka"),
        Both("{events} events.", "{events} eventos."),
    ),
)

LESSON = Lesson(
    8,
    Both("Two systems, one commit: the outbox", "Dois sistemas, um commit: o outbox"),
    (
        Both(
            "An order must be in the database, and its event must be on Kafka. No transaction covers both. Whatever is"
            " written first, the process may die before it writes the other one.",
            "Um pedido precisa estar no banco, e o evento dele no Kafka. Nenhuma transação cobre os dois. Seja"
            " qual for o primeiro a ser escrito, o processo pode morrer antes de escrever o outro.",
        ),
        Both(
            "The outbox writes both into one database: the order and its event are one commit. A relay reads the"
            " events in the order of the log, publishes them, and notes how far it has come.",
            "O outbox escreve os dois no mesmo banco: o pedido e o evento são um só commit. Um relay lê os"
            " eventos na ordem do log, publica, e anota até onde chegou.",
        ),
        Both(
            "The relay can die as well, after Kafka has acknowledged and before it notes its position. Then it"
            " publishes again: at least once, in order. Each event has a number, so that consumers know a"
            " repetition.",
            "O relay também pode morrer, depois da confirmação do Kafka e antes de anotar a posição. Aí ele"
            " publica de novo: pelo menos uma vez, em ordem. Cada evento tem um número, e assim os consumidores"
            " reconhecem a repetição.",
        ),
    ),
    CARD,
    SHOWS,
    (
        Both(
            "The api was killed just before and just after its commit. With one commit, each order that was"
            " answered exists with its event, and each that does not exist was never promised.",
            "A api foi morta logo antes e logo depois do commit. Com um só commit, cada pedido respondido existe"
            " com o seu evento, e o que não existe nunca foi prometido.",
        ),
        Both(
            "With two commits there are orders without an event: no consumer ever hears of them. The ledger"
            " names them. The window is a few milliseconds wide, which is why such faults are found in"
            " production.",
            "Com dois commits há pedidos sem evento: nenhum consumidor fica sabendo deles. O livro-razão mostra"
            " quais. A janela tem poucos milissegundos, e é por isso que essas falhas só aparecem em produção.",
        ),
    ),
    Both(
        "The relay reads events in the order of their commits. Why is a sequence number, assigned at insert,"
        " not enough?",
        "O relay lê os eventos na ordem dos commits. Por que um número de sequência, atribuído no insert, não basta?",
    ),
    Both(
        "Numbers are assigned before the commit. A transaction with a low number may commit after one with a"
        " higher number, which the relay has already passed: the event would be skipped. So the relay reads"
        " only up to what every running transaction must come after.",
        "Os números são atribuídos antes do commit. Uma transação com número baixo pode terminar depois de"
        " outra com número maior, pela qual o relay já passou: o evento seria pulado. Por isso o relay só lê"
        " até o ponto depois do qual vem toda transação em andamento.",
    ),
    (
        Code(
            "src/pedidos/storage/orders/placing.py",
            "place_many",
            Both(
                "One statement writes orders, items, keys and events.",
                "Um único comando escreve pedidos, itens, chaves e eventos.",
            ),
        ),
        Code(
            "src/pedidos/processes/relay/relay.py",
            "publish_then_save",
            Both("Publishes, waits for Kafka, then saves.", "Publica, espera o Kafka, depois salva."),
        ),
    ),
    Sheet(
        Both(
            "Students can show a crash that a dual write does not survive, and say what the outbox costs.",
            "Os alunos sabem mostrar uma queda à qual a escrita dupla não sobrevive, e dizer o que o outbox custa.",
        ),
        50,
        Both(
            "`./pedidos up`. All three experiments run on a platform of their own, one to two minutes each. 50"
            " minutes.",
            "`./pedidos up`. Os três experimentos rodam em uma plataforma própria, um a dois minutos cada. 50 minutos.",
        ),
        (
            WrongAnswer(
                Both("Publish first, then commit.", "Publicar primeiro, depois fazer o commit."),
                Both(
                    "What do consumers do with an order that was rolled back?",
                    "O que os consumidores fazem com um pedido que sofreu rollback?",
                ),
            ),
            WrongAnswer(
                Both("Publish in a retry loop after the commit.", "Publicar com repetição depois do commit."),
                Both(
                    "Where is the loop remembered when the process dies?",
                    "Onde fica guardada a repetição quando o processo morre?",
                ),
            ),
        ),
        (
            Both(
                "Names the two writes and the moment between them.",
                "Aponta as duas escritas e o instante entre elas.",
            ),
            Both(
                "Shows in the verdict which orders a dual write lost.",
                "Mostra no veredito quais pedidos a escrita dupla perdeu.",
            ),
            Both(
                "Explains what the relay guarantees, and what consumers must do for it.",
                "Explica o que o relay garante, e o que os consumidores precisam fazer.",
            ),
        ),
    ),
    further=(unsafe_cards.CARDS["one-commit"],),
)
