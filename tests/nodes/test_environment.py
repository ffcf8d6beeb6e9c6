"""Which variables a command gets."""

from __future__ import annotations

from typing import Any

import pytest

from wfrepair_magic.nodes.base import BadParam
from wfrepair_magic.nodes.environment import (
    Environment,
    environment_for,
    handed_over,
    looks_secret,
    relevant,
)

SECRET = (
    "GITHUB_TOKEN", "JPY_API_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "OPENAI_API_KEY",
    "APIKEY", "STORAGE_ACCOUNTKEY", "DB_PASSWORD", "PGPASSWORD", "MYSQL_PWD", "SMTP_PASS",
    "SSH_PASSPHRASE", "GOOGLE_APPLICATION_CREDENTIALS", "github_token", "GH_PAT", "NPM_AUTH",
    "TOKEN", "KEY", "SIGNING_KEYS", "SESSION_COOKIE",
)  # fmt: skip
PLAIN = (
    "PATH", "HOME", "PWD", "OLDPWD", "LANG", "SSH_AUTH_SOCK", "XAUTHORITY", "KEYBOARD", "MONKEY",
    "TOKENIZERS_PARALLELISM", "COMPASS", "PATTERN", "PYTHONPATH", "KEYMAP", "VIRTUAL_ENV", "PASSES",
)  # fmt: skip


@pytest.mark.parametrize("name", SECRET)
def test_names_of_secrets_are_known(name: str) -> None:
    """A variable named as secrets are named is taken for one."""
    assert looks_secret(name)


@pytest.mark.parametrize("name", PLAIN)
def test_names_of_plain_variables_are_left_alone(name: str) -> None:
    """A variable that commands need, or that only resembles a secret's name, is none."""
    assert not looks_secret(name)


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        ("postgres://me:hunter2@db/x", True),
        ("https://example.org/a:b@c", False),
        ("https://me@example.org", False),
        ("https://example.org:8080/", False),
    ],
)
def test_a_password_in_a_url_is_a_secret(value: str, secret: bool) -> None:
    """A variable whose value is a URL with a password counts as a secret, whatever its name."""
    assert looks_secret("DATABASE", value) is secret


KERNEL = {"PATH": "/bin", "GH_TOKEN": "t0", "AWS_KEY": "k0"}


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (None, Environment({"PATH": "/bin"}, ("AWS_KEY", "GH_TOKEN"))),
        ({"A": "x", "N": 3}, Environment({"PATH": "/bin", "A": "x", "N": "3"},
                                         ("AWS_KEY", "GH_TOKEN"))),
        ({"GH_TOKEN": "mine"}, Environment({"PATH": "/bin", "GH_TOKEN": "mine"}, ("AWS_KEY",))),
        ({"GH_TOKEN": None}, Environment({"PATH": "/bin", "GH_TOKEN": "t0"}, ("AWS_KEY",))),
        (["GH_TOKEN", "PATH"], Environment({"PATH": "/bin", "GH_TOKEN": "t0"}, ("AWS_KEY",))),
    ],
)  # fmt: skip
def test_only_declared_secrets_are_handed_over(declared: Any, expected: Environment) -> None:
    """What looks like a secret is kept back unless `env` declares it, with a value or without."""
    assert environment_for(declared, KERNEL) == expected


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ("GH_TOKEN", "list of names"),
        ({"A B": "x"}, "'A B' cannot name"),
        ({"A=B": "x"}, "cannot name"),
        ([3], "3 cannot name"),
        ({"A": True}, "put it in quotes"),
        ({"A": ["x"]}, "`A` is list"),
        ({"A": "x\0y"}, "NUL"),
        (["NOT_SET"], "`NOT_SET`, which is not set"),
    ],
)
def test_an_env_that_cannot_be_is_refused(declared: Any, words: str) -> None:
    """A name or value that no environment can hold is refused before anything starts."""
    with pytest.raises(BadParam, match=words) as caught:
        environment_for(declared, KERNEL)
    assert caught.value.param == "env"


@pytest.mark.parametrize(
    ("command", "stderr", "names"),
    [
        ("gh issue list", "", ("GH_TOKEN",)),
        ("curl -H $AWS_KEY x", "", ("AWS_KEY",)),
        ("./deploy", "error: set GH_TOKEN first", ("GH_TOKEN",)),
        ("ls", "no such file", ()),
    ],
)
def test_a_failure_names_what_it_may_have_missed(
    command: str, stderr: str, names: tuple[str, ...]
) -> None:
    """A kept-back variable is told if the command, its program or its message points to it."""
    assert relevant(("AWS_KEY", "GH_TOKEN"), command, stderr) == names


def test_a_kernels_wish_for_colours_is_kept_from_commands() -> None:
    """A kernel forces colours on what it starts; captured output is data and stays plain."""
    kernel = {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "TERM": "xterm-color"}
    assert environment_for(None, kernel) == Environment({"TERM": "xterm-color"})
    assert environment_for({"FORCE_COLOR": "1"}, kernel).variables["FORCE_COLOR"] == "1"


def test_what_is_handed_over_belongs_to_the_key_unless_it_is_secret() -> None:
    """A variable that `env` hands over is keyed by value, a secret one by its name alone."""
    kernel = {"MODE": "fast", "API_TOKEN": "t0ps3cret", "OTHER": "x"}
    assert handed_over(["MODE", "API_TOKEN"], kernel) == {"MODE": "fast"}
    assert handed_over({"MODE": "slow"}, kernel) == {}
