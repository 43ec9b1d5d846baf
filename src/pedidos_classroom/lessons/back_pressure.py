"""Lesson 5: where work waits when too much of it comes."""

from pedidos_classroom.experiments import measure_cards
from pedidos_classroom.lessons.claims import from_verdicts
from pedidos_classroom.lessons.lesson import Code, Lesson, Sheet, WrongAnswer
from pedidos_classroom.words import Both

SHOWS = from_verdicts(
    all_accepted=(
        Both("Every order was accepted", "Todos os pedidos foram aceitos"),
        Both("{accepted} orders.", "{accepted} pedidos."),
    ),
    queue_bounded=(
        Both("The queue kept to its limit", "A fila respeitou o limite"),
        Both(
            "At most {queued_at_most} messages; the limit is {limit}.",
            "No máximo {queued_at_most} mensagens; o limite é {limit}.",
        ),
    ),
    lag_took_the_rest=(
        Both("The rest waited in Kafka", "O resto esperou no Kafka"),
        Both("Up to {lag_at_most} records.", "Até {lag_at_most} registros."),
    ),
    all_done_after=(
        Both("Afterwards all was done", "Depois tudo ficou pronto"),
        Both("{seconds} s after the worker went on.", "{seconds} s depois que o worker continuou."),
    ),
)

LESSON = Lesson(
    5,
    Both("Too much at once: where does it wait?", "Demais de uma vez: onde isso espera?"),
    (
        Both(
            "If more comes than can be done, something grows. The only choice is what: a queue in memory, a"
            " queue on disk, or the number of refused requests. An unbounded queue in memory ends with a killed"
            " process.",
            "Se chega mais do que se consegue fazer, algo cresce. A única escolha é o quê: uma fila na memória,"
            " uma fila no disco, ou o número de requisições recusadas. Uma fila sem limite na memória termina"
            " com um processo morto.",
        ),
        Both(
            "Back-pressure makes each part wait for the next one. The bridge hands over only as many tasks as"
            " the broker's queue has room for, then pauses. The rest stays in Kafka, on disk, where waiting is"
            " cheap.",
            "Back-pressure faz cada parte esperar pela seguinte. O bridge só entrega tantas tarefas quantas"
            " cabem na fila do broker, depois pausa. O resto fica no Kafka, em disco, onde esperar é barato.",
        ),
        Both(
            "A short queue also keeps what waits changeable: an order that waits in Kafka can still be"
            " cancelled, and nothing has been started for it.",
            "Uma fila curta também mantém o que espera em condição de mudar: um pedido que espera no Kafka ainda"
            " pode ser cancelado, e nada foi começado para ele.",
        ),
    ),
    measure_cards.CARDS["pressure"],
    SHOWS,
    (
        Both(
            "A burst came while one worker was slow. The queue in the broker rose to its limit and stayed there."
            " What was more waited in Kafka, and the lag fell again when the worker caught up. The api accepted"
            " all along.",
            "Uma rajada chegou enquanto o único worker estava lento. A fila do broker subiu até o limite e ficou"
            " lá. O excedente esperou no Kafka, e o atraso caiu quando o worker alcançou. A api aceitou o tempo"
            " todo.",
        ),
    ),
    Both(
        "Why does the api not refuse orders when Kafka's lag is long, and when should it?",
        "Por que a api não recusa pedidos quando o atraso no Kafka é grande, e quando deveria?",
    ),
    Both(
        "Because waiting on disk is cheap and the customer has been told that it takes a while. It should"
        " refuse when the wait will be longer than the order is worth to the customer: then an early no is"
        " kinder than a late one.",
        "Porque esperar em disco é barato e o cliente foi avisado de que demora. Deveria recusar quando a"
        " espera for maior do que o pedido vale para o cliente: aí um não cedo é mais gentil do que um não"
        " tarde.",
    ),
    (
        Code(
            "src/pedidos/processes/bridge/bridge.py",
            "_take_room",
            Both("Waits until the queue is short enough.", "Espera até a fila estar curta o bastante."),
        ),
    ),
    Sheet(
        Both(
            "Students can find where work waits, and say which waiting places have a bound.",
            "Os alunos sabem achar onde o trabalho espera, e dizer quais lugares de espera têm limite.",
        ),
        50,
        Both(
            "`./pedidos up`. The experiment starts a second platform and takes about a minute. 50 minutes.",
            "`./pedidos up`. O experimento sobe uma segunda plataforma e leva cerca de um minuto. 50 minutos.",
        ),
        (
            WrongAnswer(
                Both("A bigger queue is safer.", "Uma fila maior é mais segura."),
                Both(
                    "Safer for whom? How long does its last order wait?",
                    "Mais segura para quem? Quanto espera o último pedido?",
                ),
            ),
            WrongAnswer(
                Both("Kafka pushes records to the consumer.", "O Kafka empurra registros para o consumidor."),
                Both("Who asks whom, then? What does pause do?", "Então quem pede a quem? O que faz o pause?"),
            ),
        ),
        (
            Both("Shows on the plot where the orders waited.", "Mostra no gráfico onde os pedidos esperaram."),
            Both("Explains why the queue stays at its limit.", "Explica por que a fila fica no limite."),
            Both(
                "Computes how long the last order waits from lag and rate.",
                "Calcula quanto espera o último pedido a partir do atraso e da taxa.",
            ),
        ),
    ),
)
