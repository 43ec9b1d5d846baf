"""What is wrong with a value, in our own words, from the errors that pydantic reports."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import ErrorDetails

from pedidos.sentence import Sentence

Values = Mapping[str, Any]
"""The values of an error, such as its limit."""

FORMS: dict[str, Sentence] = {}
"""By regular expression, what a text must look like. Modules that declare a pattern add to it."""


def form(pattern: str, sentence: Sentence) -> str:
    """The pattern. An error about it says the sentence, because people do not read regular expressions."""
    FORMS[pattern] = sentence
    return pattern


def why(error: ErrorDetails) -> Sentence:
    """What is wrong with the value, or what to send instead."""
    found = _SENTENCES.get(error["type"], _NOT_VALID)
    values = error.get("ctx", {})
    if isinstance(found, Sentence):
        return found.filled(**values) if "{" in found.template else found
    return found(values)


_NOT_VALID = Sentence("Is not valid. /openapi.json says what is expected.")


def _of_pattern(values: Values) -> Sentence:
    pattern = values["pattern"]
    return FORMS.get(pattern) or Sentence("Must match the regular expression {pattern}", pattern=pattern)


def _own(values: Values) -> Sentence:
    """The sentence of a check of ours, which raised ValueError or PydanticCustomError with it."""
    said = values["reason"] if "reason" in values else values["error"].args[0]
    return said if isinstance(said, Sentence) else _NOT_VALID


def _too_short(values: Values) -> Sentence:
    if values["min_length"] == 1:
        return Sentence("Must not be empty.")
    return Sentence("Must have at least {min_length} characters.", min_length=values["min_length"])


def _one_of(values: Values) -> Sentence:
    # pydantic writes: 'a', 'b' or 'c'
    return Sentence("Must be one of: {names}", names=values["expected"].replace("' or '", "', '"))


_WHOLE_NUMBER = Sentence("Must be a whole number.")
_OBJECT = Sentence("Must be an object.")
_UUID = Sentence("Must be a UUID.")
_TRUTH = Sentence("Must be true or false.")
TEXT = Sentence("Must be a text.")
TIME = Sentence("Must be a time as in RFC 3339, such as 2026-01-31T09:00:00Z.")

_SENTENCES: Mapping[str, Sentence | Callable[[Values], Sentence]] = {
    "missing": Sentence("Is missing."),
    "extra_forbidden": Sentence("Is not expected here. Leave it out."),
    "string_type": TEXT,
    "string_unicode": Sentence("Has characters that Unicode does not allow."),
    "string_too_short": _too_short,
    "string_too_long": Sentence("Must have at most {max_length} characters."),
    "string_pattern_mismatch": _of_pattern,
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "int_parsing_size": Sentence("The number is too large."),
    "greater_than_equal": Sentence("Must be at least {ge}."),
    "greater_than": Sentence("Must be more than {gt}."),
    "less_than_equal": Sentence("Must be at most {le}."),
    "less_than": Sentence("Must be less than {lt}."),
    "uuid_type": _UUID,
    "uuid_parsing": _UUID,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "list_type": Sentence("Must be a list."),
    "too_short": Sentence("Must have at least {min_length} entries."),
    "too_long": Sentence("Must have at most {max_length} entries."),
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "enum": _one_of,
    "literal_error": _one_of,
    "datetime_type": TIME,
    "datetime_parsing": TIME,
    "datetime_from_date_parsing": TIME,
    "datetime_object_invalid": TIME,
    "timezone_aware": Sentence("Must say its time zone: end it with Z, or with an offset such as -03:00."),
    "value_error": _own,
    "password": _own,
}

KNOWN = frozenset(_SENTENCES)
"""The types of errors that have a sentence of their own."""
