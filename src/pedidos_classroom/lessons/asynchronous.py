"""Lesson 1: answered is not done."""

from pedidos_classroom.experiments import measure_cards
from pedidos_classroom.lessons.claims import from_verdicts
from pedidos_classroom.lessons.lesson import Code, Lesson, Sheet, WrongAnswer
from pedidos_classroom.words import Both

ANSWERED = Both(
    "Slowest of a hundred: {p99_ms_10} ms with 10 customers at once, {p99_ms_160} ms with 160. Each further one adds"
    " {added_ms} ms.",
    "O mais lento de cada cem: {p99_ms_10} ms com 10 clientes de uma vez, {p99_ms_160} ms com 160. Cada cliente a mais"
    " acrescenta {added_ms} ms.",
)

SHOWS = from_verdicts(
    answers_stay_fast=(
        Both("A further customer hardly delays the answer", "Um cliente a mais quase não atrasa a resposta"),
        ANSWERED,
    ),
    twin_grows=(
        Both("Each further customer delays the twin's answer", "Cada cliente a mais atrasa a resposta do gêmeo"),
        ANSWERED,
    ),
    asynchronous_answers_first=(
        Both("With 160 at once, the twin is the slower one", "Com 160 de uma vez, o gêmeo é o mais lento"),
        Both("By a factor of {times}.", "Por um fator de {times}."),
    ),
)

LESSON = Lesson(
    1,
    Both("Answered is not done", "Respondido não é pronto"),
    (
        Both(
            "An order takes four steps, and one of them waits for a payment gateway. A synchronous api does all"
            " of them before it answers: the customer waits for the slowest part, and so does a thread.",
            "Um pedido passa por quatro passos, e um deles espera por um gateway de pagamento. Uma api síncrona"
            " faz todos antes de responder: o cliente espera pela parte mais lenta, e uma thread também.",
        ),
        Both(
            "Threads are few. When all wait, the next request waits for a thread before it waits for the"
            " gateway: the time to an answer grows with the number of customers, although nothing is being"
            " computed.",
            "Threads são poucas. Quando todas esperam, a próxima requisição espera por uma thread antes de"
            " esperar pelo gateway: o tempo de resposta cresce com o número de clientes, embora nada esteja"
            " sendo calculado.",
        ),
        Both(
            "An asynchronous api stores the order, answers 202 Accepted, and leaves the work to others. The"
            " answer says “remembered”, not “done”: the customer watches, or asks again.",
            "Uma api assíncrona guarda o pedido, responde 202 Accepted e deixa o trabalho para outros. A resposta diz"
            " “registrado”, não “pronto”: o cliente acompanha, ou pergunta de novo.",
        ),
    ),
    measure_cards.CARDS["twin"],
    SHOWS,
    (
        Both(
            "Both sides did the same four steps with the same database and the same gateway. The synchronous"
            " twin's time to an answer grew in proportion to the customers who came at once. That of the"
            " platform grew little.",
            "Os dois lados fizeram os mesmos quatro passos com o mesmo banco e o mesmo gateway. No gêmeo"
            " síncrono, o tempo até a resposta cresceu na proporção dos clientes simultâneos. Na plataforma,"
            " cresceu pouco.",
        ),
        Both(
            "The time until an order is confirmed did not vanish: it moved behind the answer. It is even"
            " shorter, because the workers take many orders in one commit and ask the gateway for many charges"
            " at once.",
            "O tempo até um pedido ser confirmado não sumiu: passou para depois da resposta. É até menor, porque"
            " os workers tratam muitos pedidos em um commit e fazem muitas cobranças ao gateway de uma vez.",
        ),
    ),
    Both(
        "When is a synchronous answer the better design?",
        "Quando uma resposta síncrona é o melhor projeto?",
    ),
    Both(
        "When the caller can do nothing without the result, the work is short, and nothing slow and foreign"
        " is in it: a price, a login. Asynchronous answers cost a second question, states that people must"
        " understand, and more parts.",
        "Quando quem chama não pode fazer nada sem o resultado, o trabalho é curto, e nada lento e externo"
        " está no meio: um preço, um login. Respostas assíncronas custam uma segunda pergunta, estados que"
        " as pessoas precisam entender, e mais partes.",
    ),
    (
        Code(
            "src/pedidos/processes/api/place_order.py",
            "place_order",
            Both("Stores, and answers 202.", "Guarda, e responde 202."),
        ),
        Code(
            "src/pedidos/processes/api/group_commit.py",
            "ask",
            Both(
                "Requests that come at the same time share a commit.",
                "Requisições que chegam ao mesmo tempo dividem um commit.",
            ),
        ),
    ),
    Sheet(
        Both(
            "Students can tell the time to an answer from the time to a result, and explain why the first one"
            " grows when threads wait.",
            "Os alunos sabem distinguir tempo até a resposta de tempo até o resultado, e explicar por que o"
            " primeiro cresce quando as threads esperam.",
        ),
        50,
        Both(
            "`./pedidos up`. The experiment starts a second platform and takes about a minute. 50 minutes.",
            "`./pedidos up`. O experimento sobe uma segunda plataforma e leva cerca de um minuto. 50 minutos.",
        ),
        (
            WrongAnswer(
                Both("Asynchronous is faster.", "Assíncrono é mais rápido."),
                Both("What is faster: the answer or the order?", "O que é mais rápido: a resposta ou o pedido?"),
            ),
            WrongAnswer(
                Both("More threads solve it.", "Mais threads resolvem."),
                Both(
                    "How many, for ten times the customers? What does each of them hold while it waits?",
                    "Quantas, para dez vezes mais clientes? O que cada uma segura enquanto espera?",
                ),
            ),
        ),
        (
            Both("Reads both curves and says which grows.", "Lê as duas curvas e diz qual cresce."),
            Both(
                "Computes the twin's time from threads and gateway time.",
                "Calcula o tempo do gêmeo a partir das threads e do tempo do gateway.",
            ),
            Both(
                "Names what the customer must be shown in between, and what it costs.",
                "Diz o que é preciso mostrar ao cliente no meio-tempo, e quanto isso custa.",
            ),
        ),
    ),
)
