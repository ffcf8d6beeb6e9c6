"""What real shells make of compiled programs: every value arrives byte for byte, none is run."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfrepair_magic.ir.shell import Program, compile
from wfrepair_magic.settings import LIMITS

SHELLS = [name for name in ("sh", "bash") if shutil.which(name)]
BASH = [name for name in SHELLS if name == "bash"]
TRAP = "pwned"
CHUNK = 12
"""So many values are tried in one run of a shell."""

VALUES = [
    "", " ", "plain", "two words", " lead and trail ", "tab\tand\nnew\n\nlines\n", "\n", "*", "?",
    "[a-z]*", "~", "~root", "$HOME", "${HOME}", "$(touch pwned)", "`touch pwned`", "$((1+1))",
    "; touch pwned", "&& touch pwned", "| touch pwned", "& touch pwned &", "\ntouch pwned\n",
    "'", "''", "'; touch pwned; '", '"', '"; touch pwned; "', "it's \"both\"", "'\"'\"'",
    "\\", "\\\\", "\\n", "ends in \\", "\\$x", "\\'", "a\\\nb", "#", "# comment", "!", "!!", "-n",
    "-e", "--", "-c", "%s%d%%", "E", "\nE\ntouch pwned\n", "E\n", "EOF", ")", "$(", "))", ");;",
    "}", "{a,b}", "{1..3}", "a=b", "a[$(touch pwned)]", "x[0]", "[[", "]]",
    "() { :; }; touch pwned",
    "é ü 漢 😀", "ā ă Ć あ", "\x01\x02\x7f", "\x1b[31m", "\r", "a\r\nb", "\u2028\u00a0",
    "\udcff\udc81",
    "WFV_1", "$WFV_1", "${WFV_1}", "eval touch pwned", "<(touch pwned)", ">pwned", "<<E", "true",
    "0",
    "%", "@", "^", "a;b", "*/*", ".", "..", "/dev/null", "'$(touch pwned)'", '"$(touch pwned)"',
    "\"'`touch pwned`'\"", "0x10", "08", "1e3", "a" * 20_000,
]  # fmt: skip

PLACES: Mapping[str, str] = {
    "bare": "printf '%s.' ${x}",
    "bare beside text": "printf '%s.' ''${x}\"\"",
    "double": "printf '%s.' \"${x}\"",
    "double beside quotes": "printf '%s.' \"\"'${x}'\"\"",
    "single": "printf '%s.' '${x}'",
    "bare in a substitution": "printf '%s' \"$(printf '%s.' ${x})\"",
    "double in a substitution": "printf '%s' \"$(printf '%s.' \"${x}\")\"",
    "single in a substitution": "printf '%s' \"$(printf '%s.' '${x}')\"",
    "in two substitutions": "printf %s \"$(printf '%s' \"$(printf '%s.' ${x})\")\"",
    "heredoc": "cat <<E\n${x}.\nE",
    "heredoc without tabs": "cat <<-E\n\t${x}.\n\tE\n",
    "substitution in a heredoc": "cat <<E\n$(printf '%s.' '${x}')\nE",
    "heredoc in a substitution": "printf '%s\n' \"$(cat <<E\n${x}.\nE\n)\"",
    "assignment": "v=${x}; printf '%s.' \"$v\"",
    "exported": 'V=${x} sh -c \'printf "%s." "$V"\'',
    "loop": "for v in ${x}; do printf '%s.' \"$v\"; done",
    "case": "case ${x} in ${x}) printf '%s.' ${x};; *) printf no;; esac",
    "condition": "if [ ${x} = '${x}' ]; then printf '%s.' ${x}; fi",
    "function": "f() { printf '%s.' \"$1\" ${y}; }; f ${x}",
    "argument of a program": 'sh -c \'printf "%s." "$1"\' _ ${x}',
    "positional": "set -- ${x}; printf '%s.' \"$@\"",
    "piped": "printf '%s.' ${x} | cat",
    "group": "{ printf '%s.' \"${x}\"; } | (cat)",
}
"""Programs that print the value and a dot; heredocs end their line."""

BASH_PLACES: Mapping[str, str] = {
    "here string": "cat <<< ${x}.",
    "double brackets": "if [[ ${x} == ${x} ]]; then printf '%s.' \"${x}\"; fi",
    "array": "a=(${x}); printf '%s.' \"$${a[@]}\"",
    "process substitution": "cat <(printf '%s.' ${x})",
}


def run(shell: str, program: Program, folder: Path) -> bytes:
    """Run a program in a shell of its own and give what it printed."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **program.values}
    done = subprocess.run(
        [shell, "-c", program.text],
        env=environment, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=20,
        check=False,
    )  # fmt: skip
    assert not (folder / TRAP).exists(), program
    return done.stdout


def compiled(command: str, value: str) -> Program:
    """Compile a command that must be accepted."""
    return compiled_all([command], [value])


def compiled_all(commands: Sequence[str], values: Sequence[str]) -> Program:
    """Compile commands, each with its own value for `x`, into one program."""
    scope = {f"v{number}": value for number, value in enumerate(values)}
    lines = [command.replace("${x}", f"${{v{n}}}") for n, command in enumerate(commands)]
    found = compile("\n".join(lines), {**scope, "y": ""})
    assert isinstance(found.value, Program), found
    return found.value


def expected(place: str, value: str) -> bytes:
    """Give what a program of a place must print."""
    text = f"{value}.." if place == "function" else f"{value}."
    end = "\n" if "heredoc" in place or place == "here string" else ""
    return (text + end).encode("utf-8", "surrogateescape")


def everywhere() -> Iterator[tuple[str, str, str]]:
    """Give each place with its command and each shell that knows it."""
    for shell in SHELLS:
        yield from ((shell, place, command) for place, command in PLACES.items())
    for shell in BASH:
        yield from ((shell, place, command) for place, command in BASH_PLACES.items())


@pytest.mark.parametrize(("shell", "place", "command"), list(everywhere()))
def test_every_value_arrives_byte_for_byte(
    shell: str, place: str, command: str, tmp_path: Path
) -> None:
    """In each place, in each shell, each value is printed as it is and nothing else happens."""
    (tmp_path / "a-file").touch()
    for first in range(0, len(VALUES), CHUNK):
        values = VALUES[first : first + CHUNK]
        program = compiled_all([command] * len(values), values)
        wanted = b"".join(expected(place, value) for value in values)
        assert run(shell, program, tmp_path) == wanted


def test_enough_is_tried() -> None:
    """Two hundred combinations of values and places are the least; these are over two thousand."""
    assert len(VALUES) * len(PLACES) > 2000


@pytest.mark.parametrize("shell", SHELLS)
def test_a_value_at_the_limit_arrives(shell: str, tmp_path: Path) -> None:
    """A value as large as the limit allows fits into the environment."""
    value = "é" * (LIMITS.shell_value_bytes // 2)
    assert run(shell, compiled("printf '%s.' ${x}", value), tmp_path) == f"{value}.".encode()


@pytest.mark.parametrize("shell", SHELLS)
def test_a_file_name_from_a_value_is_one_file(shell: str, tmp_path: Path) -> None:
    """Redirections take the value as one name."""
    name = "a $(touch pwned) 'b' *"
    run(shell, compiled("printf hi > ${x}; cat < '${x}' > \"${x}.copy\"", name), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {name, f"{name}.copy"}


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shells_own_text_stays_the_shells(shell: str, tmp_path: Path) -> None:
    """`$1`, `$(…)`, `$${x}` and globs work beside values."""
    (tmp_path / "one.txt").touch()
    command = "a=5; set -- p; printf '%s ' $1 $(printf q) $${a} \"$a\" *.txt '${x}' $((a + 1))"
    assert run(shell, compiled(command, "*"), tmp_path) == b"p q 5 5 one.txt * 6 "


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
NASTY = st.lists(
    st.sampled_from(["'", '"', "`", "$", "(", ")", "\\", "\n", " ", "*", ";", "&", "|", "<", ">",
                     "{", "}", "#", "!", "~", "E", "touch pwned", "$(touch pwned)", "\t", "\x7f"]),
    max_size=12,
).map("".join)  # fmt: skip


@given(st.lists(NASTY | TEXT, min_size=len(PLACES), max_size=len(PLACES)))
@settings(max_examples=25)
def test_any_text_arrives(tmp_path: Path, texts: list[str]) -> None:
    """Any text without NUL arrives whole, in all places of one program after the other."""
    program = compiled_all(list(PLACES.values()), texts)
    wanted = b"".join(expected(place, text) for place, text in zip(PLACES, texts, strict=True))
    for shell in SHELLS:
        assert run(shell, program, tmp_path) == wanted


PIECES = st.sampled_from(
    ["${x}", "${x}", "${x}", "a", "'b ${x}'", '"c ${x}"', "\\ ", "$z", '"$(printf %s ${x})"', "''",
     '"it\'s ${x}"', "'say \"${x}\"'", "\\'", "#", "=", "-", "'\n'", "$$", '"\\"${x}\\\\"']
)  # fmt: skip
WORDS = st.lists(PIECES, min_size=1, max_size=3).map("".join)
SIMPLE = st.lists(WORDS, min_size=1, max_size=3).map(
    lambda words: "printf '<%s>' " + " ".join(words)
)
COMMANDS = st.recursive(
    st.one_of(
        SIMPLE,
        WORDS.map(lambda word: f"v={word}; printf '<%s>' \"$v\""),
        st.tuples(WORDS, SIMPLE).map(lambda pair: f"cat <<E; {pair[1]}\n{pair[0]}\nE\n"),
        WORDS.map(lambda word: f"cat <<'E'\n$(touch pwned) '\nE\nprintf '<%s>' {word}"),
        SIMPLE.map(lambda command: f"{command} # it's ("),
        st.tuples(
            st.sampled_from(["eval", "sh -c", "bash -c", "trap", "echo $((", "`"]), WORDS
        ).map(" ".join),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("\n".join),
        st.tuples(WORDS, inner).map(lambda p: f"if [ {p[0]} = {p[0]} ]; then {p[1]}\nfi"),
        st.tuples(WORDS, inner).map(lambda p: f"case {p[0]} in (b|{p[0]}) {p[1]}\n;; esac"),
        st.tuples(WORDS, inner).map(lambda p: f"for i in {p[0]} b; do {p[1]}\ndone"),
        inner.map(lambda command: f"({command}\n) | cat"),
        inner.map(lambda command: f"{{ {command}\n}}"),
        inner.map(lambda command: f"printf '[%s]' \"$({command}\n)\""),
    ),
    max_leaves=4,
)
MARKED = "<<M 1 * $y \\' \" `x` ~ >>"


@given(COMMANDS, st.sampled_from(["$(touch pwned)", "`touch pwned`", "'; touch pwned; '",
                                  '"; touch pwned; "', "\nE\ntouch pwned\n", "a[$(touch pwned)]",
                                  ");touch pwned;(", "touch pwned"]))  # fmt: skip
@settings(max_examples=60)
def test_a_program_of_any_shape_is_refused_or_keeps_values_whole(
    tmp_path: Path, command: str, bad: str
) -> None:
    """However quotes, substitutions, heredocs and commands nest, a value is never run or split."""
    for value in (bad, MARKED):
        found = compile(command, {"x": value})
        if not isinstance(found.value, Program):
            return
        for shell in SHELLS:
            pieces = run(shell, found.value, tmp_path).split(b"<<M")[1:]
            assert all(piece.startswith(MARKED[3:].encode()) for piece in pieces), command
