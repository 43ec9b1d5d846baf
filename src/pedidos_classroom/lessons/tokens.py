"""Lesson 11: who are you, and what may you see?"""

from pedidos_classroom.experiments import measure_cards
from pedidos_classroom.lessons.claims import from_verdicts
from pedidos_classroom.lessons.lesson import Code, Lesson, Sheet, WrongAnswer
from pedidos_classroom.words import Both

ANSWER = Both("Answer: {status}.", "Resposta: {status}.")

SHOWS = from_verdicts(
    token_good=(
        Both("The right token is accepted", "O token certo é aceito"),
        ANSWER,
    ),
    token_alg_none=(
        Both("A token without a signature is refused", "Um token sem assinatura é recusado"),
        ANSWER,
    ),
    token_changed=(
        Both("A changed token is refused", "Um token alterado é recusado"),
        ANSWER,
    ),
    token_other_key=(
        Both("A token of another key is refused", "Um token de outra chave é recusado"),
        ANSWER,
    ),
    token_other_audience=(
        Both("A token for another service is refused", "Um token para outro serviço é recusado"),
        ANSWER,
    ),
    token_other_issuer=(
        Both("A token of another issuer is refused", "Um token de outro emissor é recusado"),
        ANSWER,
    ),
    token_expired=(
        Both("An expired token is refused", "Um token vencido é recusado"),
        ANSWER,
    ),
    token_other_type=(
        Both("A token of another type is refused", "Um token de outro tipo é recusado"),
        ANSWER,
    ),
    token_of_another=(
        Both("A stranger is told that there is no such order", "Um estranho ouve que esse pedido não existe"),
        ANSWER,
    ),
    token_reused=(
        Both("A stolen refresh token ends the whole family", "Um refresh token roubado encerra a família inteira"),
        ANSWER,
    ),
)

LESSON = Lesson(
    11,
    Both("Who are you, and what may you see?", "Quem é você, e o que pode ver?"),
    (
        Both(
            "A token is a statement that somebody signed: “this is customer 17, until 12:15”. The service that"
            " reads it asks no one: it checks the signature with a public key. That is why tokens scale, and why"
            " they are hard to take back.",
            "Um token é uma afirmação assinada: “este é o cliente 17, até 12:15”. O serviço que lê não pergunta"
            " a ninguém: confere a assinatura com uma chave pública. É por isso que tokens escalam, e é por isso"
            " que são difíceis de revogar.",
        ),
        Both(
            "The signature alone says little. Who issued it, for whom, until when, with which algorithm, of"
            " which type? Each check that is left out is an attack that has a name (RFC 8725).",
            "A assinatura sozinha diz pouco. Quem emitiu, para quem, até quando, com qual algoritmo, de que tipo? Cada"
            " verificação esquecida é um ataque com nome (RFC 8725).",
        ),
        Both(
            "And to be somebody is not yet to be allowed. Whose order is it? Here a stranger's order is answered"
            " as if it did not exist: a 403 would say that it does.",
            "E ser alguém ainda não é ter permissão. De quem é o pedido? Aqui o pedido de outra pessoa é"
            " respondido como se não existisse: um 403 diria que existe.",
        ),
    ),
    measure_cards.CARDS["tokens"],
    SHOWS,
    (
        Both(
            "Each token was refused, and each by another check. The one with the right signature for the wrong"
            " audience was refused although everything in it is true: it was issued for another service.",
            "Cada token foi recusado, e cada um por uma verificação diferente. O que tinha a assinatura certa"
            " para o público errado foi recusado mesmo sendo tudo verdade: foi emitido para outro serviço.",
        ),
        Both(
            "The refresh token was used twice, as a thief would, and that ended the whole family: neither the"
            " thief nor the customer stays signed in. The customer signs in again; the thief cannot.",
            "O refresh token foi usado duas vezes, como faria um ladrão, e isso encerrou a família inteira: nem"
            " o ladrão nem o cliente continuam conectados. O cliente entra de novo; o ladrão não consegue.",
        ),
    ),
    Both(
        "An account is disabled. Its access token is valid for ten more minutes. What are the ways to refuse"
        " it, and what does each cost?",
        "Uma conta é desativada. O access token dela vale por mais dez minutos. Quais são as formas de"
        " recusá-lo, e quanto custa cada uma?",
    ),
    Both(
        "Ask the database on each request (a read per request), shorten the life (more refreshing), or keep"
        " a list of what is revoked in each process and refresh it each second, as here: at most a second"
        " late, and nothing per request but a look into memory.",
        "Perguntar ao banco em cada requisição (uma leitura por requisição), encurtar a vida (mais"
        " renovações), ou manter em cada processo uma lista do que foi revogado, atualizada a cada segundo,"
        " como aqui: no máximo um segundo de atraso, e por requisição só uma consulta à memória.",
    ),
    (
        Code(
            "src/pedidos/security/tokens.py",
            "verify",
            Both("What is known is not checked twice.", "O que já é conhecido não é verificado de novo."),
        ),
        Code(
            "src/pedidos/security/tokens.py",
            "_check",
            Both(
                "The algorithm is fixed; issuer, audience and type must match.",
                "O algoritmo é fixo; emissor, público e tipo precisam bater.",
            ),
        ),
        Code(
            "src/pedidos/domain/access.py",
            "OrderScope",
            Both("Whose orders each role may see.", "Os pedidos de quem cada papel pode ver."),
        ),
    ),
    Sheet(
        Both(
            "Students can say which check refuses which forged token, and tell authentication from authorisation.",
            "Os alunos sabem dizer qual verificação recusa qual token forjado, e distinguir autenticação de"
            " autorização.",
        ),
        50,
        Both(
            "`./pedidos up`. The experiment takes seconds; leave time for the code. 50 minutes. Students may"
            " decode a token of their own with `cut -d. -f2 | base64 -d`.",
            "`./pedidos up`. O experimento leva segundos; deixe tempo para o código. 50 minutos. Os alunos podem"
            " decodificar um token próprio com `cut -d. -f2 | base64 -d`.",
        ),
        (
            WrongAnswer(
                Both("The payload is encrypted.", "O conteúdo é criptografado."),
                Both("Then how can you read it?", "Então como você consegue ler?"),
            ),
            WrongAnswer(
                Both("A stranger's order should give 403.", "O pedido de outra pessoa deveria dar 403."),
                Both(
                    "What does somebody learn who tries all order ids?",
                    "O que aprende alguém que tenta todos os ids de pedido?",
                ),
            ),
        ),
        (
            Both(
                "Explains signature, issuer, audience and expiry.", "Explica assinatura, emissor, público e validade."
            ),
            Both("Matches each refused token with its check.", "Associa cada token recusado à sua verificação."),
            Both(
                "Compares ways to take a token back, with their cost.",
                "Compara formas de revogar um token, com o custo de cada uma.",
            ),
        ),
    ),
)
