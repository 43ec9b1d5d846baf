"""Lesson 6: what more workers help, and what they do not."""

from pedidos_classroom.experiments import measure_cards
from pedidos_classroom.lessons.claims import from_verdicts
from pedidos_classroom.lessons.lesson import Code, Lesson, Sheet, WrongAnswer
from pedidos_classroom.words import Both

SHOWS = from_verdicts(
    spread_scales=(
        Both("With rows of their own, more writers finish more", "Com linhas próprias, mais escritores terminam mais"),
        Both(
            "{per_second_1} commits per second with one writer, {per_second_2} with two, {per_second_4} with four.",
            "{per_second_1} commits por segundo com um escritor, {per_second_2} com dois, {per_second_4} com quatro.",
        ),
    ),
    one_row_does_not=(
        Both("With one row for all, they do not", "Com uma linha para todos, não"),
        Both(
            "{per_second_1} commits per second with one writer, {per_second_2} with two, {per_second_4} with four.",
            "{per_second_1} commits por segundo com um escritor, {per_second_2} com dois, {per_second_4} com quatro.",
        ),
    ),
)

LESSON = Lesson(
    6,
    Both("More workers help, until they do not", "Mais workers ajudam, até não ajudarem mais"),
    (
        Both(
            "Work that needs nothing in common can be divided: twice the workers, twice the orders. Work that"
            " needs one thing in common (a row, a lock, a core) is done one after the other, however many"
            " workers there are.",
            "Trabalho que não precisa de nada em comum pode ser dividido: o dobro de workers, o dobro de"
            " pedidos. Trabalho que precisa de uma coisa em comum (uma linha, um lock, um núcleo) é feito um"
            " depois do outro, não importa quantos workers existam.",
        ),
        Both(
            "Amdahl's law says what follows: if a tenth cannot be divided, ten thousand workers are less than"
            " ten times as fast. Gunther adds that coordination can make more workers slower.",
            "A lei de Amdahl diz o que segue: se um décimo não se divide, dez mil workers são menos de dez vezes"
            " mais rápidos. Gunther acrescenta que a coordenação pode deixar mais workers mais lentos.",
        ),
        Both(
            "So before scaling out, ask what all share. For orders it is the stock row of a product that"
            " everybody wants.",
            "Então, antes de escalar, pergunte o que todos compartilham. Nos pedidos, é a linha de estoque do"
            " produto que todo mundo quer.",
        ),
    ),
    measure_cards.CARDS["scaling"],
    SHOWS,
    (
        Both(
            "Each writer changed a stock row and held it for 20 ms, as if something else had to be done in the"
            " same transaction. With rows of their own, four writers finished nearly four times as many commits"
            " per second. With one row for all, four finished as many as one: they stood in line.",
            "Cada escritor alterou uma linha de estoque e a segurou por 20 ms, como se houvesse mais a fazer na"
            " mesma transação. Com linhas próprias, quatro escritores fizeram quase quatro vezes mais commits"
            " por segundo. Com uma linha só para todos, quatro fizeram tantos quanto um: ficaram na fila.",
        ),
        Both(
            "This platform softens the second case: a worker takes the many orders of a batch and changes the"
            " stock row once.",
            "Esta plataforma ameniza o segundo caso: um worker pega os muitos pedidos de um lote e altera a"
            " linha de estoque uma vez.",
        ),
    ),
    Both(
        "A flash sale: one product, 10,000 orders a minute. What can be divided, and how?",
        "Uma promoção relâmpago: um produto, 10.000 pedidos por minuto. O que dá para dividir, e como?",
    ),
    Both(
        "The stock row itself: ten rows of a tenth each, an order takes from one of them, and from the next"
        " if it is empty. The price is that a customer may be refused while another row still has units,"
        " unless all are asked.",
        "A própria linha de estoque: dez linhas com um décimo cada; o pedido tira de uma delas, e da próxima"
        " se estiver vazia. O preço é que um cliente pode ser recusado enquanto outra linha ainda tem"
        " unidades, a não ser que se pergunte a todas.",
    ),
    (
        Code(
            "src/pedidos/domain/stock.py",
            "allocate",
            Both("Decides for a whole batch of orders at once.", "Decide para um lote inteiro de pedidos de uma vez."),
        ),
        Code(
            "src/pedidos/steps/reserve.py",
            "reserve",
            Both(
                "One statement per batch changes each stock row once.",
                "Um comando por lote altera cada linha de estoque uma vez.",
            ),
        ),
    ),
    Sheet(
        Both(
            "Students can predict whether more workers help, by naming what the work shares.",
            "Os alunos sabem prever se mais workers ajudam, dizendo o que o trabalho compartilha.",
        ),
        50,
        Both(
            "`./pedidos up`. The experiment starts a second platform and takes about a minute. 50 minutes."
            " `./pedidos plan` computes what ends first on a larger machine.",
            "`./pedidos up`. O experimento sobe uma segunda plataforma e leva cerca de um minuto. 50 minutos."
            " `./pedidos plan` calcula o que acaba primeiro em uma máquina maior.",
        ),
        (
            WrongAnswer(
                Both("Twice the workers, twice the speed.", "O dobro de workers, o dobro da velocidade."),
                Both("On how many cores, and what do they wait for?", "Em quantos núcleos, e pelo que eles esperam?"),
            ),
            WrongAnswer(
                Both("The database is the bottleneck.", "O banco é o gargalo."),
                Both(
                    "Which part of it: a row, a lock, the disk, its CPU?",
                    "Que parte dele: uma linha, um lock, o disco, a CPU?",
                ),
            ),
        ),
        (
            Both("Reads the figures for 1, 2 and 4 writers.", "Lê os números de 1, 2 e 4 escritores."),
            Both("Explains why the second load does not scale.", "Explica por que a segunda carga não escala."),
            Both(
                "Proposes how to divide the shared row, with its price.",
                "Propõe como dividir a linha compartilhada, e o preço disso.",
            ),
        ),
    ),
)
