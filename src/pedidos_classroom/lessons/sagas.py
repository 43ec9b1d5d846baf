"""Lesson 10: undoing what cannot be rolled back."""

from pedidos_classroom.experiments import measure_cards, unsafe_cards
from pedidos_classroom.lessons.claims import from_verdicts
from pedidos_classroom.lessons.lesson import Code, Lesson, Sheet, WrongAnswer
from pedidos_classroom.words import Both

SHOWS = from_verdicts(
    some_undone=(
        Both("Orders were declined and cancelled", "Pedidos foram recusados e cancelados"),
        Both("{declined} declined, {cancelled} cancelled.", "{declined} recusados, {cancelled} cancelados."),
    ),
    stock=(
        Both("The units balance", "As unidades fecham"),
        Both(
            "On hand, held and sold of {products} products are as many as before.",
            "Em estoque, seguradas e vendidas de {products} produtos somam o mesmo que antes.",
        ),
    ),
    money=(
        Both("The money balances", "O dinheiro fecha"),
        Both(
            "Captured {captured_cents} cents, of these given back {refunded_cents}; the gateway's book agrees"
            " with each order.",
            "Capturados {captured_cents} centavos, dos quais devolvidos {refunded_cents}; o livro do gateway"
            " concorda com cada pedido.",
        ),
    ),
)

LESSON = Lesson(
    10,
    Both("Undoing what cannot be rolled back", "Desfazer o que não tem rollback"),
    (
        Both(
            "An order takes stock here and money there. No rollback covers both: a payment that was captured can"
            " only be refunded, which is another act, at another time, with a reference of its own.",
            "Um pedido mexe no estoque aqui e no dinheiro ali. Nenhum rollback cobre os dois: um pagamento"
            " capturado só pode ser estornado, que é outro ato, em outro momento, com uma referência própria.",
        ),
        Both(
            "A saga is a chain of local commits in which each step has a compensation. If a later step fails,"
            " the compensations of the earlier ones are carried out, and they must succeed in the end: they are"
            " repeated until they do.",
            "Uma saga é uma cadeia de commits locais em que cada passo tem uma compensação. Se um passo"
            " posterior falha, as compensações dos anteriores são executadas, e precisam dar certo no fim: são"
            " repetidas até conseguir.",
        ),
        Both(
            "In between, others see the state of the middle: units that are held for an order which will fail,"
            " money that is on its way back. A saga is not isolated, so this state needs a name that people"
            " understand.",
            "No meio do caminho, os outros veem o estado intermediário: unidades seguradas por um pedido que vai"
            " falhar, dinheiro a caminho de volta. Uma saga não é isolada, então esse estado precisa de um nome"
            " que se entenda.",
        ),
    ),
    measure_cards.CARDS["sagas"],
    SHOWS,
    (
        Both(
            "Some payments were declined: the units went back on sale in the same commit as the order's end."
            " Some orders were cancelled after payment: units back at once, the refund as a payment of its own,"
            " settled with the gateway.",
            "Alguns pagamentos foram recusados: as unidades voltaram à venda no mesmo commit do fim do pedido."
            " Alguns pedidos foram cancelados depois de pagos: unidades de volta na hora, e o estorno como um"
            " pagamento próprio, acertado com o gateway.",
        ),
        Both(
            "The books balance on both sides: on hand, held and sold are as many units as before, and the"
            " gateway's own book agrees with each order. Without one of the compensations the ledger says which"
            " book does not balance.",
            "As contas fecham dos dois lados: em estoque, seguradas e vendidas somam o mesmo que antes, e o"
            " livro do próprio gateway concorda com cada pedido. Sem uma das compensações, o livro-razão diz"
            " qual conta não fecha.",
        ),
    ),
    Both(
        "An order is cancelled while its charge is under way, and it is not known yet whether it was captured. What"
        " may the platform do at once, and what must wait?",
        "Um pedido é cancelado enquanto a cobrança está em andamento, e ninguém sabe se foi capturada. O que"
        " a plataforma pode fazer já, e o que precisa esperar?",
    ),
    Both(
        "It may end the order and give back the units at once. The money must wait until the gateway has"
        " said what became of the charge: then there is either nothing to refund (void), or a refund.",
        "Pode encerrar o pedido e devolver as unidades já. O dinheiro precisa esperar até o gateway dizer o"
        " que houve com a cobrança: aí ou não há o que estornar (void), ou há um estorno.",
    ),
    (
        Code(
            "src/pedidos/steps/reserve.py",
            "give_back",
            Both("The compensation stands next to its step.", "A compensação fica ao lado do passo."),
        ),
        Code(
            "src/pedidos/steps/undo.py",
            "undo",
            Both(
                "Asks the gateway to undo, as often as it takes.",
                "Pede ao gateway para desfazer, quantas vezes for preciso.",
            ),
        ),
        Code(
            "src/pedidos/steps/cancel.py",
            "cancel",
            Both(
                "One commit: the order's end, its units, and what is to be undone.",
                "Um commit: o fim do pedido, as unidades, e o que há para desfazer.",
            ),
        ),
    ),
    Sheet(
        Both(
            "Students can name the compensation of each step, in which order they come, and what a customer sees"
            " meanwhile.",
            "Os alunos sabem dizer a compensação de cada passo, em que ordem elas vêm, e o que o cliente vê"
            " enquanto isso.",
        ),
        50,
        Both(
            "`./pedidos up`. The first experiment runs on it; the other two on a platform of their own. 50"
            " minutes. Have one student cancel an order in the shop's page and read the rows of what was taken"
            " back.",
            "`./pedidos up`. O primeiro experimento roda nela; os outros dois em uma plataforma própria. 50"
            " minutos. Peça a um aluno para cancelar um pedido na página e ler as linhas do que foi devolvido.",
        ),
        (
            WrongAnswer(
                Both("Use two-phase commit.", "Usar commit em duas fases."),
                Both(
                    "Which payment gateway prepares and holds a lock until you decide? What if you never come back?",
                    "Qual gateway de pagamento prepara e segura um lock até você decidir? E se você nunca voltar?",
                ),
            ),
            WrongAnswer(
                Both("If the refund fails, tell the customer.", "Se o estorno falhar, avisar o cliente."),
                Both(
                    "Who repeats it, and where is it written down that it is still to be done?",
                    "Quem repete, e onde está escrito que ainda falta fazer?",
                ),
            ),
        ),
        (
            Both("Lists the steps and their compensations.", "Lista os passos e suas compensações."),
            Both(
                "Explains which compensations share the commit and which do not.",
                "Explica quais compensações estão no mesmo commit e quais não.",
            ),
            Both(
                "Describes the unknown outcome, and why the refund waits for it.",
                "Descreve o resultado desconhecido, e por que o estorno espera por ele.",
            ),
        ),
    ),
    further=(
        unsafe_cards.CARDS["stock-given-back"],
        unsafe_cards.CARDS["money-given-back"],
    ),
)
