"""What the supervisor says to people, as sentences.

It says them in English, because it does not know who will read its answer. A command recognises them, and says them in
the language of its reader.
"""

from pedidos.sentence import Recogniser, Sentence

ENDED_BY = Sentence("ended by {signal}")
EXITED = Sentence("exited with code {code}")
TOO_SLOW = Sentence("did not finish within {seconds} s")
STARTS_AGAIN = Sentence("{reason}; starting again in {seconds} s")
OF_AN_EARLIER_RUN = Sentence("of an earlier run, ended")
NOT_MENDED = Sentence("what a crash left could not be put right: {reason}")
KAFKA_MAKES_AGAIN = Sentence("{file} was damaged; Kafka makes it again")
REPLACED_BY_COPY = Sentence("{file} was damaged, and is replaced by its copy")
OF_ANOTHER_PARTITION = Sentence("{file} was damaged, and is that of another partition now")
HINTS_SET_ASIDE = Sentence("its data cannot be read and is now in {folder}; it held only hints, which are given again")
KAFKA_REMEDY = Sentence(
    "If its files are damaged, put a copy of {folder} back, or move it away: the next start makes an empty one "
    "(docs/operations.md, Back-up, says what follows)."
)
POSTGRES_REMEDY = Sentence(
    "If its files are damaged, put a copy of {folder} back (docs/operations.md, Back-up); without one, "
    "`./pedidos reset` removes all orders, and `./pedidos up` starts over."
)
NOT_SCALED = Sentence("{name} cannot be scaled. These can: {names}.")
SCALED_WITHIN = Sentence("{name} can have {least} to {most} instances, not {count}.")
NO_PROCESS = Sentence("There is no process {name}. There are: {names}.")
RUNS_ALREADY = Sentence("A supervisor already runs for {folder}. If it does not answer, `pedidos down` ends it.")
PORT_TAKEN = Sentence("Port {port} ({server}) is taken by {holder}.")
OTHER_PORTS = Sentence("Stop it, or choose other ports: PEDIDOS_PORT_BASE=9400 ./pedidos up")

_recognised = Recogniser(
    STARTS_AGAIN,
    ENDED_BY,
    EXITED,
    TOO_SLOW,
    OF_AN_EARLIER_RUN,
    NOT_MENDED,
    KAFKA_MAKES_AGAIN,
    REPLACED_BY_COPY,
    OF_ANOTHER_PARTITION,
    HINTS_SET_ASIDE,
    KAFKA_REMEDY,
    POSTGRES_REMEDY,
    NOT_SCALED,
    SCALED_WITHIN,
    NO_PROCESS,
    RUNS_ALREADY,
    PORT_TAKEN,
    OTHER_PORTS,
)


def recognised(words: str) -> Sentence:
    """The sentences in what the supervisor said, line by line; what is not a sentence of ours stays as it is."""
    return Sentence.lines(_sentence(line) for line in words.split("\n"))


def _sentence(line: str) -> str:
    found = _recognised(line)
    if found is None:
        name, _, reason = line.partition(" ")  # of a process, and what is the matter with it
        known = _recognised(reason)
        return line if known is None else Sentence("{name} {reason}", name=name, reason=known)
    if "reason" in found.values:
        return found.filled(**{**found.values, "reason": _sentence(found.values["reason"])})
    return found
