"""Lesson 4: partitions keep order within a key, and between keys there is none."""

from pedidos_classroom.experiments import measure_cards, unsafe_cards
from pedidos_classroom.lessons.claims import from_verdicts
from pedidos_classroom.lessons.lesson import Code, Lesson, Sheet, WrongAnswer
from pedidos_classroom.words import Both

SHOWS = from_verdicts(
    one_partition_per_order=(
        Both("All events of an order are in one partition", "Todos os eventos de um pedido estão em uma partição"),
        Both(
            "{orders} orders, {scattered} of them in several partitions.",
            "{orders} pedidos, {scattered} deles em várias partições.",
        ),
    ),
    versions_in_order=(
        Both("Within an order, the versions rise", "Dentro de um pedido, as versões crescem"),
        Both(
            "{events} events; {disordered} orders out of order.",
            "{events} eventos; {disordered} pedidos fora de ordem.",
        ),
    ),
    no_order_between=(
        Both("Between partitions there is no order", "Entre partições não há ordem"),
        Both(
            "{partitions} partitions, read one after the other: {turned} pairs of neighbours in the log came the"
            " other way round.",
            "{partitions} partições, lidas uma após a outra: {turned} pares de vizinhos no log vieram na ordem"
            " inversa.",
        ),
    ),
)

LESSON = Lesson(
    4,
    Both("Order within a key, none between keys", "Ordem dentro da chave, nenhuma entre chaves"),
    (
        Both(
            "A topic is divided into partitions, so that several consumers can share the work. Within a"
            " partition, records are read in the order in which they were written. Between partitions, each"
            " consumer goes at its own pace.",
            "Um tópico é dividido em partições para que vários consumidores dividam o trabalho. Dentro de uma"
            " partição, os registros são lidos na ordem em que foram escritos. Entre partições, cada consumidor"
            " vai no seu ritmo.",
        ),
        Both(
            "The key decides the partition. Here it is the order's id: all events of one order come in order,"
            " and orders are spread evenly. With the merchant as the key, one busy merchant would fill one"
            " partition.",
            "A chave decide a partição. Aqui é o id do pedido: todos os eventos de um pedido vêm em ordem, e os"
            " pedidos se espalham por igual. Com a loja como chave, uma loja movimentada encheria uma partição"
            " só.",
        ),
        Both(
            "A total order would need one writer and one reader. Most systems do not need it: it matters that"
            " “paid” comes after “reserved” for the same order, not for two different ones.",
            "Uma ordem total exigiria um só escritor e um só leitor. A maioria dos sistemas não precisa dela:"
            " importa que “pago” venha depois de “reservado” no mesmo pedido, não em pedidos diferentes.",
        ),
    ),
    measure_cards.CARDS["partitions"],
    SHOWS,
    (
        Both(
            "Read partition by partition, every order's events came in the order of their versions. Across partitions,"
            " neighbours in time were often read the other way round.",
            "Lendo partição por partição, os eventos de cada pedido vieram na ordem das versões. Entre"
            " partições, vizinhos no tempo muitas vezes foram lidos na ordem inversa.",
        ),
        Both(
            "A consumer that needs one order over all partitions, as the live stream does, must restore it: each event"
            " carries its running number in the log, and the stream waits until there is no gap.",
            "Quem precisa de uma ordem única sobre todas as partições, como o stream ao vivo, tem de"
            " reconstruí-la: cada evento traz o número sequencial do log, e o stream espera até não haver"
            " lacuna.",
        ),
    ),
    Both(
        "The number of partitions is raised from 6 to 12 on a running platform. What happens to the order of"
        " an order's events?",
        "O número de partições passa de 6 para 12 com a plataforma rodando. O que acontece com a ordem dos"
        " eventos de um pedido?",
    ),
    Both(
        "The key of an order may map to another partition from then on. Older events wait in the old one"
        " while newer ones are read from the new one. Either all old records are consumed first, or the"
        " consumers restore the order by a number.",
        "A chave de um pedido pode passar a cair em outra partição. Eventos antigos esperam na antiga"
        " enquanto os novos são lidos na nova. Ou se consome antes tudo o que é antigo, ou os consumidores"
        " reconstroem a ordem por um número.",
    ),
    (
        Code(
            "src/pedidos/messaging/partitioning.py",
            "partition_of",
            Both("The same key always gives the same partition.", "A mesma chave dá sempre a mesma partição."),
        ),
        Code(
            "src/pedidos/publishing/records.py",
            "records",
            Both(
                "The key is the order's id; the number is in a header.",
                "A chave é o id do pedido; o número vai em um header.",
            ),
        ),
    ),
    Sheet(
        Both(
            "Students can say what a partition orders and what it does not, and choose a key for a given need.",
            "Os alunos sabem dizer o que uma partição ordena e o que não, e escolher uma chave para uma necessidade.",
        ),
        50,
        Both(
            "`./pedidos up`. The first experiment runs on it; the second one simulates 500 histories in a"
            " database of its own. 50 minutes.",
            "`./pedidos up`. O primeiro experimento roda nela; o segundo simula 500 históricos em um banco"
            " próprio. 50 minutos.",
        ),
        (
            WrongAnswer(
                Both("Kafka keeps the order.", "O Kafka mantém a ordem."),
                Both("Of what, exactly?", "De quê, exatamente?"),
            ),
            WrongAnswer(
                Both("Sort by the time stamp.", "Ordenar pelo timestamp."),
                Both(
                    "Whose clock, and how do you know that nothing older is still on its way?",
                    "O relógio de quem, e como saber que não vem mais nada anterior?",
                ),
            ),
        ),
        (
            Both("Says that order is kept per partition.", "Diz que a ordem é mantida por partição."),
            Both("Reads the counts of the experiment correctly.", "Lê corretamente as contagens do experimento."),
            Both(
                "Argues for or against another key, with its consequences.",
                "Argumenta a favor ou contra outra chave, com as consequências.",
            ),
        ),
    ),
    further=(unsafe_cards.CARDS["log-order"],),
)
