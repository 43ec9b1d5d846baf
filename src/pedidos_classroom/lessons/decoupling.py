"""Lesson 2: parts that are not there at the same time can work together."""

from dataclasses import replace

from pedidos_classroom.experiments import cards
from pedidos_classroom.lessons.claims import from_verdicts
from pedidos_classroom.lessons.lesson import Code, Lesson, Sheet, WrongAnswer
from pedidos_classroom.words import Both

CARD = replace(next(card for card in cards.CARDS if card.name == "workers-away"), name="lesson-2")

SHOWS = from_verdicts(
    nothing_lost=(
        Both("No accepted order was lost", "Nenhum pedido aceito se perdeu"),
        Both(
            "{accepted} orders were accepted, and all came to their end.",
            "{accepted} pedidos foram aceitos, e todos chegaram ao fim.",
        ),
    ),
    still_serving=(
        Both("Orders were accepted all the time", "Pedidos foram aceitos o tempo todo"),
        Both(
            "{answered} answers; the slowest took {slowest_seconds} s.",
            "{answered} respostas; a mais lenta levou {slowest_seconds} s.",
        ),
    ),
    recovered_in_time=(
        Both("What waited was done in the promised time", "O que esperava ficou pronto no tempo prometido"),
        Both("{slowest} s after the workers were back.", "{slowest} s depois que os workers voltaram."),
    ),
)

LESSON = Lesson(
    2,
    Both("Working together without being there together", "Trabalhar junto sem estar lá ao mesmo tempo"),
    (
        Both(
            "If one service calls another, both must be up at the same moment. Availability multiplies: five services"
            " that are each up 99 % of the time are all up only 95 % of it.",
            "Quando um serviço chama outro, os dois precisam estar no ar no mesmo instante. A disponibilidade se"
            " multiplica: cinco serviços com 99 % cada um estão todos no ar só 95 % do tempo.",
        ),
        Both(
            "A log between them changes that. The producer appends an event and goes on. The consumer reads when"
            " it can, from the position that it has kept. Neither knows whether the other one is running.",
            "Um log entre eles muda isso. O produtor grava um evento e segue em frente. O consumidor lê quando pode, a"
            " partir da posição que guardou. Nenhum sabe se o outro está rodando.",
        ),
        Both(
            "The price is time: what is decoupled is not immediate. So the customer gets 202 Accepted, and a way"
            " to ask what has become of the order.",
            "O preço é o tempo: o que está desacoplado não é imediato. Por isso o cliente recebe 202 Accepted, e"
            " um meio de perguntar o que aconteceu com o pedido.",
        ),
    ),
    CARD,
    SHOWS,
    (
        Both(
            "The line of accepted orders did not break while the workers were away: the api needs only"
            " PostgreSQL to accept an order. The line of confirmed orders stopped, and then rose above the"
            " accepted one until all that had waited was done.",
            "A linha dos pedidos aceitos não se interrompeu enquanto os workers estavam fora: para aceitar um"
            " pedido, a api só precisa do PostgreSQL. A linha dos confirmados parou e, depois, ficou acima da"
            " dos aceitos até que tudo o que esperava ficou pronto.",
        ),
        Both(
            "Meanwhile the orders waited in three places: a few in the task broker, the rest in Kafka, because"
            " the bridge pauses when the broker's queues are full enough. Nothing waited in the memory of a"
            " process.",
            "Nesse meio-tempo os pedidos esperaram em três lugares: alguns no broker de tarefas, o resto no"
            " Kafka, porque o bridge pausa quando as filas do broker já estão cheias o bastante. Nada esperou na"
            " memória de um processo.",
        ),
        Both(
            "Take Kafka away and it is the same one step earlier: events wait in the event log, in PostgreSQL, and the"
            " relay publishes them when Kafka is back.",
            "Tire o Kafka do ar e acontece o mesmo um passo antes: os eventos esperam no log de eventos, no"
            " PostgreSQL, e o relay os publica quando o Kafka volta.",
        ),
    ),
    Both(
        "Which server must be up for an order to be accepted, and why can it not be taken out too?",
        "Qual servidor precisa estar no ar para um pedido ser aceito, e por que não dá para tirar também esse?",
    ),
    Both(
        "PostgreSQL. Something must remember the order durably before the answer promises anything. It could"
        " be Kafka instead, but then checking an idempotency key and a customer's limits would need a second"
        " system, and the two could disagree.",
        "O PostgreSQL. Algo precisa guardar o pedido de forma durável antes que a resposta prometa qualquer"
        " coisa. Poderia ser o Kafka, mas aí a verificação da chave de idempotência e dos limites do cliente"
        " dependeria de um segundo sistema, e os dois poderiam discordar.",
    ),
    (
        Code(
            "src/pedidos/processes/bridge/bridge.py",
            "Bridge",
            Both(
                "hand_over commits nothing: offsets are committed only after the broker has the tasks."
                " _take_room pauses.",
                "hand_over não confirma nada: os offsets só são confirmados depois que o broker tem as tarefas."
                " _take_room é a pausa.",
            ),
        ),
        Code(
            "src/pedidos/processes/relay/relay.py",
            "publish_then_save",
            Both(
                "The position is saved after Kafka has acknowledged, never before.",
                "A posição é salva depois que o Kafka confirmou, nunca antes.",
            ),
        ),
    ),
    Sheet(
        Both(
            "Students can say which parts must be up for which promise, and where work waits when a part is away.",
            "Os alunos sabem dizer quais partes precisam estar no ar para cada promessa, e onde o trabalho"
            " espera quando uma parte está fora.",
        ),
        50,
        Both(
            "`./pedidos up`, two students per machine. 50 minutes: 10 for the idea, 5 to predict, 15 for both"
            " experiments, 10 for the code, 10 to discuss.",
            "`./pedidos up`, dois alunos por máquina. 50 minutos: 10 para a ideia, 5 para prever, 15 para os dois"
            " experimentos, 10 para o código, 10 de discussão.",
        ),
        (
            WrongAnswer(
                Both("The orders wait in the api.", "Os pedidos esperam na api."),
                Both(
                    "What happens to them when the api is restarted? Try it: restart api-1 while the workers are away.",
                    "O que acontece com eles quando a api reinicia? Experimente: reinicie a api-1 com os workers fora.",
                ),
            ),
            WrongAnswer(
                Both("With Kafka away, no order can be accepted.", "Sem o Kafka, nenhum pedido pode ser aceito."),
                Both(
                    "Which line on the plot would have to break? Does it?",
                    "Qual linha do gráfico teria de se interromper? Ela se interrompe?",
                ),
            ),
        ),
        (
            Both(
                "Reads off the plot that accepting goes on and confirming catches up.",
                "Lê no gráfico que a aceitação continua e que a confirmação alcança depois.",
            ),
            Both(
                "Names the place where the work waits in each of the two experiments.",
                "Diz o lugar onde o trabalho espera em cada um dos dois experimentos.",
            ),
            Both(
                "Explains with the code why nothing is lost at the moment in which a part dies.",
                "Explica com o código por que nada se perde no instante em que uma parte morre.",
            ),
        ),
    ),
)
