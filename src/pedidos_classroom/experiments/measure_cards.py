"""The experiments of the lessons that measure or count, as cards."""

from pedidos_classroom.experiments.card import Card, Choice
from pedidos_classroom.words import Both

CARDS = {
    card.measure: card
    for card in (
        Card(
            "lesson-twin",
            Both("The same steps, inside the request", "Os mesmos passos, dentro da requisição"),
            Both(
                "10, 40 and then 160 customers order at the same moment: first here, then from a synchronous twin"
                " that carries out the same four steps before it answers, with eight threads. The gateway takes 150"
                " ms.",
                "10, 40 e depois 160 clientes pedem no mesmo instante: primeiro aqui, depois em um gêmeo síncrono"
                " que executa os mesmos quatro passos antes de responder, com oito threads. O gateway leva 150 ms.",
            ),
            Both(
                "A weak design: the customer waits for the slowest part.",
                "Um projeto fraco: o cliente espera pela parte mais lenta.",
            ),
            Both(
                "With 160 customers at once, how long does the slowest one in a hundred wait for the twin's answer?",
                "Com 160 clientes de uma vez, quanto espera o mais lento de cada cem pela resposta do gêmeo?",
            ),
            (
                Choice("same", Both("About 150 ms, like one alone", "Cerca de 150 ms, como um sozinho")),
                Choice("double", Both("About twice as long as with 10", "Cerca do dobro do que com 10")),
                Choice("seconds", Both("Several seconds", "Vários segundos")),
            ),
            "seconds",
            measure="twin",
            plots=False,
        ),
        Card(
            "lesson-partitions",
            Both("What 40 orders leave on Kafka", "O que 40 pedidos deixam no Kafka"),
            Both(
                "Customers place 40 orders. Then their events are read, one partition after the other.",
                "Clientes fazem 40 pedidos. Depois os eventos deles são lidos, uma partição após a outra.",
            ),
            Both(
                "A weak design: a key that scatters the events of one order over all partitions.",
                "Um projeto fraco: uma chave que espalha os eventos de um pedido por todas as partições.",
            ),
            Both("Which order is kept?", "Qual ordem se mantém?"),
            (
                Choice("all", Both("That of all events", "A de todos os eventos")),
                Choice("key", Both("That of each order's events", "A dos eventos de cada pedido")),
                Choice("none", Both("None", "Nenhuma")),
            ),
            "key",
            measure="partitions",
            plots=False,
        ),
        Card(
            "lesson-pressure",
            Both("600 orders, and a frozen worker", "600 pedidos e um worker congelado"),
            Both(
                "The only worker is frozen while 60 orders a second come, for ten seconds; then it goes on.",
                "O único worker é congelado enquanto chegam 60 pedidos por segundo, por dez segundos; depois ele"
                " continua.",
            ),
            Both(
                "A weak design: an unbounded queue in memory, and a process that is killed for it.",
                "Um projeto fraco: uma fila sem limite na memória, e um processo morto por causa dela.",
            ),
            Both("Where do most of the orders wait?", "Onde espera a maioria dos pedidos?"),
            (
                Choice("broker", Both("In the task broker's queue", "Na fila do broker de tarefas")),
                Choice("kafka", Both("In Kafka", "No Kafka")),
                Choice("refused", Both("Nowhere: they are refused", "Em lugar nenhum: são recusados")),
            ),
            "kafka",
            measure="pressure",
        ),
        Card(
            "lesson-scaling",
            Both("1, 2 and 4 writers", "1, 2 e 4 escritores"),
            Both(
                "Writers change stock rows and hold each for 20 ms: first four rows in turn, then one row for all.",
                "Escritores alteram linhas de estoque e seguram cada uma por 20 ms: primeiro quatro linhas em"
                " rodízio, depois uma linha para todos.",
            ),
            Both(
                "A weak design: one counter that every order must change.",
                "Um projeto fraco: um contador que todo pedido precisa alterar.",
            ),
            Both(
                "With one row for all, how many commits do four writers finish, against one?",
                "Com uma linha para todos, quantos commits fazem quatro escritores, comparados a um?",
            ),
            (
                Choice("four", Both("Four times as many", "Quatro vezes mais")),
                Choice("two", Both("About twice as many", "Cerca do dobro")),
                Choice("one", Both("As many as one", "Tantos quanto um")),
            ),
            "one",
            measure="scaling",
            plots=False,
        ),
        Card(
            "lesson-sagas",
            Both("Declined, and cancelled after payment", "Recusados, e cancelados depois de pagos"),
            Both(
                "Customers order; a third of the payments is declined, and half of the orders are cancelled by their"
                " customers.",
                "Clientes fazem pedidos; um terço dos pagamentos é recusado, e metade dos pedidos é cancelada pelos"
                " clientes.",
            ),
            Both(
                "A weak design: units that stay held for orders that have failed, and money that never comes back.",
                "Um projeto fraco: unidades que ficam seguradas por pedidos que falharam, e dinheiro que nunca volta.",
            ),
            Both(
                "An order is cancelled after payment. What comes back first?",
                "Um pedido é cancelado depois de pago. O que volta primeiro?",
            ),
            (
                Choice(
                    "units",
                    Both("The units, at once; the money follows", "As unidades, na hora; o dinheiro vem depois"),
                ),
                Choice("money", Both("The money; then the units", "O dinheiro; depois as unidades")),
                Choice("both", Both("Both, in one transaction", "Os dois, em uma transação")),
            ),
            "units",
            measure="sagas",
        ),
        Card(
            "lesson-tokens",
            Both("A bench of forged tokens", "Uma bancada de tokens forjados"),
            Both(
                "A customer's order is asked for with nine tokens: without a signature, changed, with another key,"
                " audience, issuer or type, expired, of another customer, and with the right one.",
                "O pedido de um cliente é consultado com nove tokens: sem assinatura, alterado, com outra chave,"
                " outro público, outro emissor ou outro tipo, vencido, de outro cliente, e com o certo.",
            ),
            Both(
                "A weak design: it looks at the signature only, or at the algorithm that the token names.",
                "Um projeto fraco: olha só a assinatura, ou confia no algoritmo que o token declara.",
            ),
            Both(
                "The token of another customer is genuine. What is the answer to a question about somebody"
                " else's order?",
                "O token de outro cliente é genuíno. Qual é a resposta a uma consulta sobre o pedido de outra pessoa?",
            ),
            (
                Choice("401", Both("401: sign in first", "401: entre primeiro")),
                Choice("403", Both("403: not allowed", "403: sem permissão")),
                Choice("404", Both("404: there is no such order", "404: esse pedido não existe")),
            ),
            "404",
            measure="tokens",
            plots=False,
        ),
    )
}
"""By the name of the module that carries it out."""
