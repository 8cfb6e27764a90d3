"""Model strings: what each names, what is refused and how, and which key goes where."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.model_strings import key_variables, parse_model
from muspsy_sim.llm.models import find_key, open_model
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.llm.redaction import Secret
from muspsy_sim.records.errors import ModelSetupError


@pytest.mark.parametrize(
    ("text", "scheme", "model", "name"),
    [
        ("offline", "offline", "offline", "offline"),
        ("openai:gpt-4o-mini", "openai", "gpt-4o-mini", "openai:gpt-4o-mini"),
        ("openai:ft:gpt-4o:lab::x", "openai", "ft:gpt-4o:lab::x", "openai:ft:gpt-4o:lab::x"),
        ("hf:org/model", "hf", "org/model", "hf:org/model"),
        ("replay:results/demo", "replay", "results/demo", "replay:results/demo"),
        ("http://h:8000/v1#m", "http", "m", "http://h:8000/v1#m"),
        ("https://H.Example/v1/#org/m@2", "http", "org/m@2", "https://h.example/v1#org/m@2"),
        ("http://h/v1/chat/completions#m", "http", "m", "http://h/v1#m"),
        ("HTTP://h/v1#m", "http", "m", "http://h/v1#m"),
        ("http://bücher.example/v1#m", "http", "m", "http://bücher.example/v1#m"),
        ("http://[::1]:80/v1#m", "http", "m", "http://[::1]:80/v1#m"),
        ("http://u:p@h/v1?k=v#m", "http", "m", "http://h/v1#m"),
    ],
)
def test_a_model_string_is_taken_apart(text: str, scheme: str, model: str, name: str) -> None:
    spec = parse_model(text)
    assert (spec.scheme, spec.model, spec.name) == (scheme, model, name)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the model is empty"),
        ("ofline", "did you mean `offline`?"),
        ("Offline", "did you mean `offline`?"),
        ("openai", "did you mean `openai:MODEL`?"),
        ("opnai:gpt-4o", "did you mean `openai:MODEL`?"),
        ("htp://h/v1#m", "did you mean `http://HOST:PORT/v1#MODEL`?"),
        ("gpt-4o", "did you mean `openai:gpt-4o`?"),
        ("carrier-pigeon", "use one of these forms"),
        ("openai:", "write openai:MODEL"),
        ("http://h:8000/v1", "does not say which model"),
        ("http://h:8000/v1#", "does not say which model"),
        ("http://#m", "no address of a server"),
        ("http://h:port/v1#m", "no address of a server"),
        ("http://h:99999/v1#m", "no address of a server"),
        ("http://[::1/v1#m", "no address of a server"),
        ("http://h /v1#m", "no address of a server"),
        ("http://h..example/v1#m", "no address of a server"),
        (f"http://{'h' * 64}/v1#m", "no address of a server"),
        ("localhost:8000/v1#m", "did you mean `http://localhost:8000/v1#m`?"),
        ("http://h/v1#m?api_key=1", "put it before the `#`"),
    ],
)
def test_what_is_no_model_is_told_with_the_nearest(text: str, told: str) -> None:
    with pytest.raises(ModelSetupError) as caught:
        parse_model(text)
    assert told in str(caught.value)
    if not text.startswith(("http:", "openai:")):
        for known in ("offline", "openai:MODEL", "http://HOST", "hf:", "replay:RUN"):
            assert known in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "http://ada:hunter22@h/v1",
        "http://ada:hunter22@:80/v1#m",
        "http://ada:hunter22@h:x/v1#m",
        "htp://ada:hunter22@h/v1#m",
        "http://h/v1?api_key=hunter22",
        "http://h/v1#m?api_key=hunter22",
        "http://ada:hunter22@[/v1?k=hunter22#m",
        "http://ada:hunt/er22@h/v1",
    ],
)
def test_a_malformed_string_gives_no_secret_away(text: str) -> None:
    with pytest.raises(ModelSetupError) as caught:
        parse_model(text)
    for secret in ("hunter22", "ada", "er22"):
        assert secret not in str(caught.value)
        assert secret not in repr(caught.value)


@given(st.text(max_size=60))
def test_any_string_is_a_model_or_a_setup_error(text: str) -> None:
    for candidate in (text, f"http://{text}", f"http://u:secret-word@{text}#m"):
        try:
            shown = parse_model(candidate).name
        except ModelSetupError as error:
            shown = str(error)
        assert "\n" not in shown
        assert "secret-word" not in shown


def test_a_secret_is_not_printed_and_not_stored() -> None:
    secret = Secret("hunter22")
    assert "hunter22" not in f"{secret} {secret!r} {[secret]}"
    assert "hunter22" not in repr(parse_model("http://a:hunter22@h/v1?k=hunter22#m"))
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_the_most_particular_key_is_taken() -> None:
    spec = parse_model("http://gpu-7.lab:8000/v1#m")
    names = key_variables(spec.base_url)
    assert names == ("MUSPSY_API_KEY_GPU_7_LAB_8000", "MUSPSY_API_KEY_GPU_7_LAB", "MUSPSY_API_KEY")
    for k, _ in enumerate(names):
        environ = {name: f"key-{j}" for j, name in enumerate(names) if j >= k}
        assert find_key(spec, environ) == Secret(f"key-{k}")
    assert find_key(spec, {}) is None
    assert find_key(spec, {"OPENAI_API_KEY": "not-for-this-server"}) is None


def test_openai_without_a_key_is_refused_before_any_call() -> None:
    for environ in ({}, {"OPENAI_API_KEY": " "}, {"MUSPSY_API_KEY": "k"}):
        with pytest.raises(ModelSetupError, match="OPENAI_API_KEY is not set"):
            open_model("openai:gpt-4o", Endpoints(), environ=environ)


def test_a_key_that_no_header_can_hold_is_refused_unseen() -> None:
    for key in ("two\nlines-5", "ключ-5", "with space-5"):
        with pytest.raises(ModelSetupError, match="characters that a key can't have") as caught:
            open_model("openai:gpt-4o", Endpoints(), environ={"OPENAI_API_KEY": key})
        assert "-5" not in str(caught.value)


def test_a_malformed_openai_address_is_told_without_its_secret() -> None:
    environ = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "ftp://ada:hunter22@h"}
    with pytest.raises(ModelSetupError, match="no address of a server") as caught:
        open_model("openai:gpt-4o", Endpoints(), environ=environ)
    assert "hunter22" not in str(caught.value)


def test_roles_on_one_server_share_its_endpoint() -> None:
    endpoints = Endpoints()
    for text in ("http://h:1/v1#a", "http://h:1/v1#b", "http://h:1/v1/#a"):
        open_model(text, endpoints, environ={})
    assert len(endpoints._open) == 1
    open_model("http://h:2/v1#a", endpoints, environ={})
    open_model("http://u@h:1/v1#a", endpoints, environ={})
    assert len(endpoints._open) == 3


def test_schemes_that_are_opened_elsewhere_say_so() -> None:
    assert isinstance(open_model("offline", Endpoints()), OfflineModel)
    with pytest.raises(ModelSetupError, match="muspsy replay"):
        open_model("replay:demo", Endpoints())


def test_a_local_checkpoint_without_its_packages_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("muspsy_sim.llm.local.loading.find_spec", lambda _: None)
    with pytest.raises(ModelSetupError, match=r"needs torch, transformers, xgrammar.*\[local\]"):
        open_model("hf:org/model", Endpoints())
