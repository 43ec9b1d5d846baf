"""Answers of the gateway that are not as agreed: none decides about money, and none holds text that cannot be kept."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.payment import Answer, Verdict
from pedidos.domain.texts import printable
from pedidos.payments.answers import MAX_REASON, Expected, understand

EXPECTED = Expected("charge:1", 990, {"captured": Verdict.CAPTURED, "declined": Verdict.DECLINED})
GOOD = {"key": "charge:1", "status": "captured", "reference": "ch_1", "reason": None, "amount_cents": 990}
JSON = "application/json"


def understood(body: bytes, status: int = 201, content_type: str = JSON) -> Answer:
    return understand(status, content_type, body, EXPECTED)


def body(**changes: object) -> bytes:
    return orjson.dumps(GOOD | changes)


def test_what_is_as_agreed_is_understood() -> None:
    assert understood(body()) == Answer(Verdict.CAPTURED, "ch_1")
    assert understood(body(currency="BRL", more=[1])) == Answer(Verdict.CAPTURED, "ch_1")
    declined = body(status="declined", reference=None, reason="insufficient_funds")
    assert understood(declined) == Answer(Verdict.DECLINED, reason="insufficient_funds")
    assert understood(body(status="declined", reference=None, amount_cents=None)).verdict is Verdict.DECLINED


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("a\x00b", "a�b"),
        ("two\nlines\u2028three", "two�lines�three"),
        ("\u202egnorw", "�gnorw"),
        ("não há saldo", "não há saldo"),
        ("x" * 100_000, "x" * MAX_REASON),
        ({"code": 5}, "the reason given is no text"),
        (7, "the reason given is no text"),
    ],
)
def test_a_reason_is_made_fit_to_be_kept_and_decides_nothing(reason: object, kept: str) -> None:
    assert understood(body(reason=reason)) == Answer(Verdict.CAPTURED, "ch_1", kept)


@pytest.mark.parametrize(
    "wrong",
    [
        body(key="charge:2"),
        body(key=None),
        body(status="CAPTURED"),
        body(status=["captured"]),
        body(status={"captured": 1}),
        body(status=None),
        body(status="paid\x00"),
        body(amount_cents=1),
        body(amount_cents=990.0),
        body(amount_cents="990"),
        body(amount_cents=True),
        body(amount_cents=None),
        body(amount_cents=-990),
        body(currency="USD"),
        body(currency=None),
        body(reference=None),
        body(reference=""),
        body(reference="ch\x00"),
        body(reference="ch\n"),
        body(reference="c" * 201),
        body(reference=5),
        body(status="declined", reference=["x"]),
        body().replace(b'"ch_1"', b'"\\ud800"'),
        body().replace(b"990", b"1e400"),
        body().replace(b"990", b"NaN"),
        body()[:-1] + b',"status":"declined"}',
        body()[:-1] + b',"st\\u0061tus":"declined"}',
        body()[:-1] + b',"amount_cents":990}',
        body()[:-1] + b',"more":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b"[" * 5000,
        b"",
        b"null",
        b"[]",
        b'"captured"',
        b"<html>captured</html>",
        b"\xef\xbb\xbf" + body(),
        body().decode().encode("utf-16"),
        b"\xff\xfe\x00",
    ],
)
def test_what_is_not_as_agreed_is_an_unknown_outcome(wrong: bytes) -> None:
    answer = understood(wrong)
    assert (answer.verdict, answer.reference, answer.asked, answer.reached) == (Verdict.UNKNOWN, None, True, True)
    assert answer.reason
    assert answer.reason.isprintable()


def test_a_name_that_is_also_a_value_is_not_there_twice() -> None:
    assert understood(body(reason="status")).verdict is Verdict.CAPTURED


@pytest.mark.parametrize("content_type", ["text/html", "text/plain", "application/octet-stream", ""])
def test_another_content_type_says_nothing(content_type: str) -> None:
    assert understood(body(), content_type=content_type).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("status", [100, 202, 204, 206, 302, 400, 404, 409, 422, 500, 503, 999])
def test_another_status_code_says_nothing(status: int) -> None:
    assert understood(body(title="why\x00" * 1000), status).verdict is Verdict.UNKNOWN


_members = st.dictionaries(
    st.sampled_from([*GOOD, "currency", "title"]),
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    ),
)


@given(st.binary() | _members.map(orjson.dumps) | _members.map(lambda said: orjson.dumps(GOOD | said)))
def test_nothing_raises_and_no_text_is_unfit(raw: bytes) -> None:
    answer = understood(raw)
    for text in (answer.reference, answer.reason):
        if text is not None:
            assert "\x00" not in text
            text.encode()  # raises for a lone surrogate
            assert len(text) <= MAX_REASON
    if answer.verdict is Verdict.CAPTURED:
        said = orjson.loads(raw)
        assert {name: said[name] for name in ("key", "status", "amount_cents")} == {
            name: GOOD[name] for name in ("key", "status", "amount_cents")
        }


@given(st.text(st.characters(codec=None)) | st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Zs"])))
def test_a_text_that_was_made_fit_can_be_kept(text: str) -> None:
    made = printable(text, 100)
    assert len(made) == min(len(text), 100)
    made.encode()
    assert not set(made) & {"\x00", "\n", "\r", "\x1b", "\u202e"}
