"""Keys: made once, kept, rotated without a moment at which a token is refused, and repaired after an interruption."""

import json
import os
import shutil
import stat
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jwt
import pytest

from pedidos.security import keys as keys_module
from pedidos.security.keys import BadKeys, derived_secret, read_key_set, read_signing_key
from pedidos.security.rotation import (
    COPY_SECONDS,
    PREVIOUS_SECONDS,
    State,
    TooEarly,
    discard,
    ensure_keys,
    published_keys,
    refresh_secret,
    rotate,
    signing_since,
)
from pedidos.security.tokens import InvalidToken, TokenSigner, TokenVerifier

FILES = {"signing.pem": 0o600, "next.pem": 0o600, "refresh.key": 0o600, "jwks.json": 0o644}


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    ensure_keys(tmp_path)
    return tmp_path


def contents(keys: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in keys.iterdir()}


def token(keys: Path) -> str:
    return TokenSigner(keys / "signing.pem", 600).sign(uuid.uuid4(), "customer", None)


def states(keys: Path) -> list[State]:
    return [key.state for key in published_keys(keys)]


def kid_of(keys: Path, state: State) -> str:
    (found,) = (key.kid for key in published_keys(keys) if key.state is state)
    return found


def test_keys_are_made_once_and_kept(keys: Path) -> None:
    before = contents(keys)
    ensure_keys(keys)
    assert contents(keys) == before
    assert {file.name: stat.S_IMODE(file.stat().st_mode) for file in keys.iterdir()} == FILES
    assert b'"d"' not in before["jwks.json"]
    assert states(keys) == [State.NEXT, State.CURRENT]


def test_many_processes_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ensure_keys(tmp_path), range(8)))
    assert TokenVerifier(tmp_path / "jwks.json").verify(token(tmp_path)).role == "customer"
    assert set(contents(tmp_path)) == set(FILES)


def test_a_rotation_makes_the_next_key_the_current_one(keys: Path) -> None:
    following, current = kid_of(keys, State.NEXT), kid_of(keys, State.CURRENT)
    rotate(keys, at_once=True)
    assert kid_of(keys, State.CURRENT) == following
    assert kid_of(keys, State.PREVIOUS) == current
    assert {file.name: stat.S_IMODE(file.stat().st_mode) for file in keys.iterdir()} == FILES


def test_tokens_of_each_key_verify_after_two_rotations_in_processes_that_were_there_before(keys: Path) -> None:
    signer, verifier = TokenSigner(keys / "signing.pem", 600), TokenVerifier(keys / "jwks.json")
    signed = [signer.sign(uuid.uuid4(), "customer", None)]
    for _ in range(2):
        rotate(keys, at_once=True)
        signed.append(signer.sign(uuid.uuid4(), "customer", None))
    assert len({read_kid(each) for each in signed}) == 3
    for each in signed:
        assert verifier.verify(each).role == "customer"
    assert states(keys) == [State.NEXT, State.CURRENT, State.PREVIOUS, State.PREVIOUS]


def read_kid(signed: str) -> str:
    kid: str = jwt.get_unverified_header(signed)["kid"]
    return kid


def test_a_key_that_clients_may_not_know_yet_does_not_sign(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(keys)
    with pytest.raises(TooEarly, match=r"Run it again in (60|61) minutes, or with --now"):
        rotate(keys)
    assert contents(keys) == before
    later = time.time() + COPY_SECONDS + 1
    monkeypatch.setattr("time.time", lambda: later)
    rotate(keys)
    with pytest.raises(TooEarly):
        rotate(keys)


def test_a_previous_key_goes_when_its_tokens_have_expired(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, verifier = token(keys), TokenVerifier(keys / "jwks.json")
    rotate(keys, at_once=True)
    later = time.time() + PREVIOUS_SECONDS + 1
    monkeypatch.setattr("time.time", lambda: later)
    with pytest.raises(InvalidToken, match="not issued here"):  # by its end, even before it leaves the set
        verifier.verify(old)
    rotate(keys)
    assert states(keys) == [State.NEXT, State.CURRENT, State.PREVIOUS]


@pytest.mark.parametrize("replaced", ["jwks.json", "signing.pem", "next.pem"])
def test_a_rotation_that_is_interrupted_refuses_no_token_and_can_be_repeated(
    keys: Path, monkeypatch: pytest.MonkeyPatch, replaced: str
) -> None:
    """It ends after this file was replaced, as if the machine had failed."""
    verifier = TokenVerifier(keys / "jwks.json")
    signed = [token(keys)]

    def write(path: Path, content: bytes, *, mode: int) -> None:
        keys_module.write(path, content, mode=mode)
        if path.name == replaced:
            raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("pedidos.security.rotation.write", write)
        with pytest.raises(KeyboardInterrupt):
            rotate(keys, at_once=True)
    signed.append(token(keys))
    for repair in (ensure_keys, lambda folder: rotate(folder, at_once=True)):
        repair(keys)
        signed.append(token(keys))
        for each in signed:
            assert verifier.verify(each).role == "customer"
        assert states(keys).count(State.CURRENT) == states(keys).count(State.NEXT) == 1


def test_keys_that_may_be_known_are_discarded_and_so_are_tokens_that_were_checked(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotate(keys, at_once=True)
    verifier, before = TokenVerifier(keys / "jwks.json"), set(read_key_set(keys / "jwks.json").keys)
    old = token(keys)
    verifier.verify(old)
    secret = refresh_secret(keys)
    discard(keys)
    assert not before & set(read_key_set(keys / "jwks.json").keys)
    assert refresh_secret(keys) == secret
    later = time.time() + 1
    monkeypatch.setattr("time.time", lambda: later)
    with pytest.raises(InvalidToken, match="not issued here"):
        verifier.verify(old)
    assert verifier.verify(token(keys)).role == "customer"


def old_folder(keys: Path) -> None:
    """As the version before left it."""
    for name in ("next.pem", "refresh.key"):
        (keys / name).unlink()
    document = json.loads((keys / "jwks.json").read_bytes())
    only = {name: value for name, value in document["keys"][0].items() if name not in {"iat", "nbf"}}
    (keys / "jwks.json").write_text(json.dumps({"keys": [only]}))


def test_a_folder_of_the_version_before_goes_on_and_its_sessions_too(keys: Path) -> None:
    old_folder(keys)
    signed, secret = token(keys), derived_secret(read_signing_key(keys / "signing.pem"), "refresh tokens")
    assert refresh_secret(keys) == secret
    for step in (ensure_keys, lambda folder: rotate(folder, at_once=True)):
        step(keys)
        assert refresh_secret(keys) == secret
        assert TokenVerifier(keys / "jwks.json").verify(signed).role == "customer"
    old_folder_again = keys / "copy"
    shutil.copytree(keys, old_folder_again)
    rotate(old_folder_again, at_once=True)
    assert refresh_secret(old_folder_again) == secret


@pytest.mark.parametrize("name", ["next.pem", "refresh.key", "jwks.json"])
@pytest.mark.parametrize("damage", [b"", b"\x00" * 100, None])
def test_what_signs_nothing_is_made_again_when_it_is_damaged(keys: Path, name: str, damage: bytes | None) -> None:
    signed = token(keys)
    if damage is None:
        (keys / name).unlink()
    else:
        (keys / name).write_bytes(damage)
    ensure_keys(keys)
    assert len(refresh_secret(keys)) == 32
    assert states(keys) == [State.NEXT, State.CURRENT]
    assert TokenVerifier(keys / "jwks.json").verify(signed).role == "customer"
    rotate(keys, at_once=True)


@pytest.mark.parametrize("use", [ensure_keys, lambda keys: rotate(keys, at_once=True), published_keys])
def test_a_private_key_that_others_can_read_is_refused(keys: Path, use: Callable[[Path], object]) -> None:
    (keys / "signing.pem").chmod(0o644)
    with pytest.raises(BadKeys, match=r"has mode 0644\. Run `chown [0-9]+ .*/signing\.pem` and `chmod 600 "):
        use(keys)


@pytest.mark.parametrize("name", ["next.pem", "refresh.key"])
def test_the_other_secrets_are_replaced_when_others_can_read_them(keys: Path, name: str) -> None:
    (keys / name).chmod(0o644)
    before = contents(keys)[name]
    ensure_keys(keys)
    assert contents(keys)[name] != before
    assert stat.S_IMODE((keys / name).stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_a_private_key_of_another_user_is_refused(keys: Path) -> None:
    os.chown(keys / "signing.pem", 10002, -1)
    with pytest.raises(BadKeys, match="it belongs to user 10002"):
        ensure_keys(keys)


def moment_of(keys: Path, days: int) -> float:
    """Makes the key set say that the current key has signed for these days; when that began."""
    document = json.loads((keys / "jwks.json").read_bytes())
    document["keys"][0]["nbf"] -= days * 86400
    (keys / "jwks.json").write_text(json.dumps(document))
    moment: float = document["keys"][0]["nbf"]
    return moment


def test_how_long_a_key_has_signed_does_not_depend_on_the_times_of_files(keys: Path, tmp_path: Path) -> None:
    since = moment_of(keys, days=400)
    restored = tmp_path / "restored"
    shutil.copytree(keys, restored, copy_function=shutil.copy)  # all files have the time of the copy
    ensure_keys(restored)
    assert signing_since(restored) == since
    (current,) = (key for key in published_keys(restored) if key.state is State.CURRENT)
    assert current.signs_since == since


def test_the_next_key_signs_from_the_rotation_on_although_it_is_older(keys: Path) -> None:
    moment_of(keys, days=400)
    before = int(time.time())
    rotate(keys, at_once=True)
    assert before <= signing_since(keys) <= time.time()
    ensure_keys(keys)
    assert before <= signing_since(keys) <= time.time()
    assert sum("nbf" in key for key in json.loads((keys / "jwks.json").read_bytes())["keys"]) == 2  # not the next one


def test_without_it_in_the_key_set_the_time_of_the_file_counts(keys: Path) -> None:
    old_folder(keys)
    moment = time.time() - 1000
    os.utime(keys / "signing.pem", (moment, moment))
    assert signing_since(keys) == pytest.approx(moment)
    ensure_keys(keys)
    os.utime(keys / "signing.pem")
    assert signing_since(keys) == int(moment)


def test_keys_that_cannot_be_read_have_signed_forever(keys: Path) -> None:
    (keys / "signing.pem").chmod(0o644)
    assert signing_since(keys) == 0
    assert signing_since(keys / "missing") == 0
