"""Lesson 9: the process that wakes up late, and the number that keeps its answer out."""

from dataclasses import replace

from pedidos_classroom.experiments import cards, unsafe_cards
from pedidos_classroom.lessons.claims import from_verdicts
from pedidos_classroom.lessons.lesson import Code, Lesson, Sheet, WrongAnswer
from pedidos_classroom.words import Both

CARD = replace(next(card for card in cards.CARDS if card.name == "worker-paused"), name="lesson-9")

SHOWS = from_verdicts(
    money=(
        Both("Each order was charged once", "Cada pedido foi cobrado uma vez"),
        Both(
            "The gateway's own book has one capture per paid order.",
            "O livro do próprio gateway tem uma captura por pedido pago.",
        ),
    ),
    history=(
        Both(
            "No late answer was written over a newer one", "Nenhuma resposta atrasada foi escrita sobre uma mais nova"
        ),
        Both("{events} events, all allowed and in order.", "{events} eventos, todos permitidos e em ordem."),
    ),
    nothing_stuck=(
        Both("Nothing was left half way", "Nada ficou pelo meio"),
        Both("{dead_letters} dead letters.", "{dead_letters} dead letters."),
    ),
)

LESSON = Lesson(
    9,
    Both("The process that wakes up late", "O processo que acorda tarde"),
    (
        Both(
            "A worker holds a lease, is paused for longer than the lease (garbage collection, a busy host, a"
            " laptop's lid), and goes on. It believes that the lease is still its own. In the meantime somebody"
            " else has it.",
            "Um worker tem um lease, fica pausado por mais tempo que o lease (coleta de lixo, máquina ocupada, a"
            " tampa do notebook) e continua. Ele acredita que o lease ainda é dele. Nesse meio-tempo, outro"
            " assumiu.",
        ),
        Both(
            "Checking the clock before each write does not help: the pause may come between the check and the"
            " write. No lock service can prevent this, because it cannot reach into a paused process.",
            "Conferir o relógio antes de cada escrita não resolve: a pausa pode vir entre a conferência e a"
            " escrita. Nenhum serviço de lock impede isso, porque não alcança um processo pausado.",
        ),
        Both(
            "A fencing token does: each lease has a number that rises with each take-over, and what is written"
            " must carry the current one. The store refuses the rest.",
            "Um fencing token resolve: cada lease tem um número que sobe a cada retomada, e quem escreve precisa"
            " apresentar o número atual. O banco recusa o resto.",
        ),
    ),
    CARD,
    SHOWS,
    (
        Both(
            "While the worker was frozen, its payments were taken over under the next number and settled. When"
            " it woke up, its answers carried the old number: the statement that settles found no row for them.",
            "Enquanto o worker estava congelado, seus pagamentos foram assumidos com o número seguinte e"
            " resolvidos. Quando acordou, as respostas dele traziam o número antigo: o comando que resolve não"
            " encontrou nenhuma linha para elas.",
        ),
        Both(
            "Without the fence an old answer is written over a new one: the history of an order tells the same"
            " thing twice, or a refund is followed by a charge.",
            "Sem o fencing, uma resposta antiga é escrita sobre uma nova: o histórico de um pedido conta a mesma"
            " coisa duas vezes, ou um estorno é seguido de uma cobrança.",
        ),
    ),
    Both(
        "Redis locks (Redlock) give each holder a random value. Why is that not a fencing token?",
        "Locks no Redis (Redlock) dão a cada dono um valor aleatório. Por que isso não é um fencing token?",
    ),
    Both(
        "A random value says whose lock it is, and has no order: the store that is written to cannot tell an"
        " older holder from a newer one. A token must rise, and the store must compare (Kleppmann 2016, “How"
        " to do distributed locking”).",
        "Um valor aleatório diz de quem é o lock, mas não tem ordem: o banco em que se escreve não distingue"
        " um dono mais antigo de um mais novo. O token precisa crescer, e o banco precisa comparar"
        " (Kleppmann 2016, “How to do distributed locking”).",
    ),
    (
        Code(
            "src/pedidos/storage/payments/outcomes.py",
            "capture",
            Both(
                "Each answer carries the number of its attempt; only the current one finds its row.",
                "Cada resposta traz o número da tentativa; só a atual encontra a linha.",
            ),
        ),
        Code(
            "src/pedidos/storage/payments/attempts.py",
            "Attempt",
            Both("The number is given when a payment is taken.", "O número é dado quando um pagamento é assumido."),
        ),
    ),
    Sheet(
        Both(
            "Students can construct the schedule in which a lease alone is not enough, and place the check where"
            " it works.",
            "Os alunos sabem montar a sequência em que só o lease não basta, e colocar a verificação onde ela"
            " funciona.",
        ),
        50,
        Both(
            "`./pedidos up`. Draw the time line of both workers on the board before the first run. 50 minutes.",
            "`./pedidos up`. Desenhe no quadro a linha do tempo dos dois workers antes da primeira execução. 50"
            " minutos.",
        ),
        (
            WrongAnswer(
                Both("Look at the clock right before writing.", "Olhar o relógio logo antes de escrever."),
                Both(
                    "Where on the time line can the pause still fall?",
                    "Onde na linha do tempo a pausa ainda pode cair?",
                ),
            ),
            WrongAnswer(
                Both("Make the lease longer than any pause.", "Fazer o lease maior que qualquer pausa."),
                Both(
                    "How long is the longest pause, and who waits that long after a crash?",
                    "Qual é a maior pausa possível, e quem espera tudo isso depois de uma queda?",
                ),
            ),
        ),
        (
            Both(
                "Tells the story of both workers in the right order.",
                "Conta a história dos dois workers na ordem certa.",
            ),
            Both(
                "Points to the comparison of numbers in the statement.",
                "Aponta a comparação dos números no comando SQL.",
            ),
            Both(
                "Says why a check in the worker can never be enough.",
                "Diz por que uma verificação no worker nunca basta.",
            ),
        ),
    ),
    further=(unsafe_cards.CARDS["lease-fence"],),
)
