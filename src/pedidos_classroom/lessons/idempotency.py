"""Lesson 3: messages come at least once; what they cause happens once."""

from dataclasses import replace

from pedidos_classroom.experiments import drill_cards, unsafe_cards
from pedidos_classroom.lessons.claims import from_verdicts
from pedidos_classroom.lessons.lesson import Code, Lesson, Sheet, WrongAnswer
from pedidos_classroom.words import Both

CARD = replace(next(card for card in drill_cards.CARDS if card.name == "drill-hints-repeated"), name="lesson-3")

SHOWS = from_verdicts(
    money=(
        Both("Each order was charged once", "Cada pedido foi cobrado uma vez"),
        Both(
            "The gateway's own book has one capture per paid order.",
            "O livro do próprio gateway tem uma captura por pedido pago.",
        ),
    ),
    history=(
        Both("Each order has one event per version", "Cada pedido tem um evento por versão"),
        Both("{events} events, none twice.", "{events} eventos, nenhum repetido."),
    ),
)

LESSON = Lesson(
    3,
    Both("At least once, and why once is enough", "Pelo menos uma vez, e por que isso basta"),
    (
        Both(
            "A sender that gets no answer cannot know whether its message was lost or only the answer. If it"
            " sends again, the message may come twice. If it does not, the message may never come. No protocol"
            " delivers exactly once over a network that loses messages.",
            "Quem envia e não recebe resposta não tem como saber se a mensagem se perdeu ou só a resposta. Se"
            " enviar de novo, a mensagem pode chegar duas vezes. Se não enviar, pode não chegar nunca. Nenhum"
            " protocolo entrega exatamente uma vez em uma rede que perde mensagens.",
        ),
        Both(
            "So systems deliver at least once, and make the effect idempotent: doing it again changes nothing. A"
            " transition that is guarded by the state (“charge this order if it is reserved”) is idempotent."
            " “Add one” is not.",
            "Por isso os sistemas entregam pelo menos uma vez e tornam o efeito idempotente: repetir não muda"
            " nada. Uma transição protegida pelo estado (“cobre este pedido se ele está reservado”) é"
            " idempotente. “Some um” não é.",
        ),
        Both(
            "Where an effect leaves the system, the other side must help: the payment gateway gets the same key"
            " with each attempt, and takes the money once.",
            "Onde o efeito sai do sistema, o outro lado precisa ajudar: o gateway de pagamento recebe a mesma chave em"
            " cada tentativa, e cobra uma vez só.",
        ),
    ),
    CARD,
    SHOWS,
    (
        Both(
            "Each task came ten times and out of order, and each order has exactly one charge and one event per"
            " version. A task is only a hint that an order may be ready: the step locks the order, looks at its"
            " state, and leaves it alone if there is nothing to do.",
            "Cada tarefa chegou dez vezes e fora de ordem, e cada pedido tem exatamente uma cobrança e um evento"
            " por versão. Uma tarefa é só um aviso de que um pedido pode estar pronto: o passo trava o pedido,"
            " olha o estado e o deixa em paz se não há nada a fazer.",
        ),
        Both(
            "Without the guard the ledger finds orders that moved from states in which they were not: history is"
            " broken, and money with it.",
            "Sem a proteção, o livro-razão encontra pedidos que saíram de estados em que não estavam: o"
            " histórico quebra, e o dinheiro junto.",
        ),
    ),
    Both(
        "A worker charges, and dies before it has noted the answer. The next one charges again with the same"
        " key. What does the platform need from the gateway for this to be right, and for how long?",
        "Um worker cobra e morre antes de anotar a resposta. O próximo cobra de novo com a mesma chave. Do"
        " que a plataforma precisa do gateway para que isso esteja certo, e por quanto tempo?",
    ),
    Both(
        "The gateway must remember the key with its first result, and answer a repetition with that result,"
        " for longer than the platform may still repeat: the payment deadline plus the longest outage that"
        " it wants to survive.",
        "O gateway precisa lembrar da chave com o primeiro resultado e responder a repetição com esse"
        " resultado, por mais tempo do que a plataforma ainda pode repetir: o prazo do pagamento mais a"
        " maior queda que ela quer suportar.",
    ),
    (
        Code(
            "src/pedidos/storage/orders/transitions.py",
            "lock_and_move",
            Both(
                "Locks the orders that are in the source state, and moves only these.",
                "Trava os pedidos que estão no estado de origem, e move só esses.",
            ),
        ),
        Code(
            "src/pedidos/domain/payment.py",
            "idempotency_key",
            Both(
                "The key is made of the order, so each attempt has the same one.",
                "A chave é feita do pedido, então cada tentativa tem a mesma.",
            ),
        ),
    ),
    Sheet(
        Both(
            "Students can tell delivery from effect, and say what makes an effect idempotent.",
            "Os alunos sabem distinguir entrega de efeito, e dizer o que torna um efeito idempotente.",
        ),
        50,
        Both(
            "`./pedidos up`. Both experiments run on a platform of their own and take about a minute each. 50 minutes.",
            "`./pedidos up`. Os dois experimentos rodam em uma plataforma própria e levam cerca de um minuto cada. 50"
            " minutos.",
        ),
        (
            WrongAnswer(
                Both("Kafka has exactly-once delivery.", "O Kafka tem entrega exactly-once."),
                Both(
                    "Between which two systems? Is the payment gateway one of them?",
                    "Entre quais dois sistemas? O gateway de pagamento é um deles?",
                ),
            ),
            WrongAnswer(
                Both(
                    "Remember the ids of all messages that came.", "Guardar os ids de todas as mensagens que chegaram."
                ),
                Both(
                    "When is the id written: before the effect or after it? What if the process dies in between?",
                    "Quando o id é gravado: antes do efeito ou depois? E se o processo morrer no meio?",
                ),
            ),
        ),
        (
            Both(
                "Says that a message can come twice, and that each order was charged once.",
                "Diz que uma mensagem pode chegar duas vezes, e que cada pedido foi cobrado uma vez.",
            ),
            Both(
                "Shows the line of code that makes a repetition change nothing.",
                "Mostra a linha de código que faz a repetição não mudar nada.",
            ),
            Both(
                "Explains what the gateway has to do, and what breaks without it.",
                "Explica o que o gateway precisa fazer, e o que quebra sem isso.",
            ),
        ),
    ),
    further=(unsafe_cards.CARDS["guarded-transition"],),
)
