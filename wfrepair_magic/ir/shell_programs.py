"""Says which values of a shell program a command would run or evaluate.

They stand in program text, or in the words of a command that takes names; or they come there
through a variable: `n=${x}` alone is harmless, and with `$((n + 1))` after it bash runs what
stands in the value.  Only plain assignments and loops are followed: what a program does with its
variables otherwise is its author's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from .shell_options import INTERPRETERS, SSH, read_options
from .shell_redirects import Command
from .shell_scan import Scan
from .shell_words import HOLE, Word

_RUNS: Final = "stands in the words of `{}`, which may run them"
_NAMES: Final = "stands in the words of `{}`, which takes names and may run what is in them"
_TEXT: Final = "stands in the program text of `{}`"
_INPUT: Final = "in which `{}` takes its program from its input"
_DASH: Final = (
    "would be an option of `{0}` if it began with `-` (write `--` before the operands of `{0}`)"
)

_RUNNERS: Final = frozenset((
    "eval", "trap", "alias", "bind", "complete", "compgen", "fc", "watch", "runuser", "script",
    "expect", "tclsh", "julia", "deno", "bun", "Rscript", "osascript", "groovy", "elixir",
))  # fmt: skip
_REMOTE: Final = frozenset(("ssh", "slogin", "rsh"))
_WRAPPERS: Final = frozenset((
    "env", "sudo", "doas", "nohup", "nice", "ionice", "timeout", "stdbuf", "setsid", "exec",
    "command", "builtin", "xargs", "find", "strace", "ltrace", "chroot", "unshare", "nsenter",
    "docker", "podman", "kubectl", "busybox", "toybox", "flock", "sshpass", "chrt", "taskset",
    "unbuffer", "fakeroot", "poetry", "uv", "uvx", "pipx", "conda", "mamba", "micromamba", "npx",
    "hatch", "rye", "pdm", "direnv", "srun", "mpirun", "mpiexec", "time",
))  # fmt: skip
_RUN_VARIABLES: Final = frozenset((
    "PS0", "PS1", "PS2", "PS3", "PS4", "PROMPT_COMMAND", "ENV", "BASH_ENV",
))  # fmt: skip
_COMPARISONS: Final = frozenset(("-eq", "-ne", "-lt", "-le", "-gt", "-ge"))
_LOOPS: Final = frozenset(("for", "select"))
_STANDARD_INPUT: Final = re.compile(r"-|/dev/(?:stdin|fd/.*)|/proc/self/fd/.*")
_VERSION: Final = re.compile(r"(.*?[A-Za-z])-?[0-9.]+")
_PROGRAM_OPTION: Final = re.compile(r"-[A-Za-z]*[ceE]|--(?:eval|command|print|execute)(?:=.*)?")
_GLUED_PROGRAM: Final = re.compile(rf"-[A-Za-z]*[ceE].*{HOLE}.*|--.*{HOLE}.*", re.DOTALL)
_ASSIGNED: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\+?=")

Refusals: TypeAlias = Iterator[tuple[Word, str]]


class Unsafe(Exception):
    """A program in which no value may stand anywhere; the argument follows "a program …"."""


def refusals(scan: Scan) -> dict[int, str]:
    """Give the numbers of the values that may not stand where they do, with the closest reasons.

    Raises Unsafe where a command makes every value unsafe: it takes its program from its input,
    or makes variables whose assignments are evaluated.
    """
    programs = [found for command in scan.commands for found in _refusals(command.words)]
    flowing = _through_variables(scan, [word for word, _ in programs])
    return _by_value(flowing) | scan.refused | _by_value(programs)


def _by_value(found: Iterable[tuple[Word, str]]) -> dict[int, str]:
    return {hole: reason for word, reason in found for hole in word.holes}


def _through_variables(scan: Scan, programs: Iterable[Word]) -> Refusals:
    plain = [*scan.arithmetic, *(word.source for word in _naming(scan.commands))]
    dynamic = [word.source for word in programs if HOLE in word.text]
    for name, word in _assigned(scan.commands):
        by_name = re.compile(rf"\b{re.escape(name)}\b")
        by_dollar = re.compile(rf"\$\{{?{re.escape(name)}\b")
        if any(map(by_name.search, plain)) or any(map(by_dollar.search, dynamic)):
            yield word, f"is assigned to `{name}`, which the program evaluates"


def _assigned(commands: Iterable[Command]) -> Iterator[tuple[str, Word]]:
    """Give the names that are assigned something with a value in it, and the word that does it."""
    for command in commands:
        words = command.words
        loop = words[1].source if len(words) > 1 and words[0].source in _LOOPS else ""
        for word in words:
            assigned = _ASSIGNED.match(word.source)
            name = assigned[1] if assigned else loop
            if name and word.holes:
                yield name, word


def _naming(commands: Iterable[Command]) -> Iterator[Word]:
    """Give the words of commands that evaluate names without a dollar."""
    for command in commands:
        first = command.words[0].text if command.words else ""
        texts = {word.text for word in command.words}
        if first == "let" or (first == "[[" and texts & _COMPARISONS):
            yield from command.words


def _refusals(words: Sequence[Word]) -> Refusals:
    """Look at one command; `time -p` and assignments may stand before its name."""
    first = 0
    while first < len(words) and (words[first].assigns or words[first].text == "-p"):
        yield from _assignment(words[first])
        first += 1
    if first < len(words):
        yield from _command(_base(words[first]), words[first + 1 :])


def _assignment(word: Word) -> Refusals:
    assigned = _ASSIGNED.match(word.source)
    if assigned is None:
        yield word, "stands in an assignment to an item of an array, whose index is evaluated"
    elif assigned[1] in _RUN_VARIABLES:
        yield word, f"is assigned to `{assigned[1]}`, which the shell runs"


def _base(word: Word) -> str | None:
    """Give the name of the program that a word calls; None where only the run will tell."""
    base = word.text.rsplit("/", 1)[-1]
    if HOLE in base or (not base and HOLE in word.text):
        return None
    versioned = _VERSION.fullmatch(base)
    return versioned[1] if versioned and versioned[1] in INTERPRETERS else base


def _command(base: str | None, words: Sequence[Word]) -> Refusals:
    if base is None:
        yield from _wrapper("", words)
        yield from _unknown(words)
    elif base in _WRAPPERS:
        yield from _wrapper(base, words)
    else:
        yield from _named(base, words)


def _unknown(words: Sequence[Word]) -> Refusals:
    """A name that only the run tells: what follows an option for program text is refused."""
    reason = "follows an option that may take program text, after a name not known yet"
    after = False
    for word in words:
        if after or _GLUED_PROGRAM.fullmatch(word.text):
            yield word, reason
        after = after or _PROGRAM_OPTION.fullmatch(word.text) is not None


def _wrapper(base: str, words: Sequence[Word], fed: bool = False) -> Refusals:
    """A command that runs another one: the other is looked for among its words.

    `fed`: the words of the other come from an input (`xargs`).
    """
    options = [word.text for word in words if word.text.startswith("-")]
    if base == "env" and any(text.startswith(("-S", "--split-string")) for text in options):
        raise Unsafe("in which `env` splits words")
    if base in ("sudo", "doas") and {"-s", "-i", "--shell", "--login"} & set(options):
        raise Unsafe(_INPUT.format(base))
    if base == "flock" and "-c" in options:
        yield from _all(words, _RUNS.format(base))
    fed = fed or base == "xargs"
    for number, word in enumerate(words):
        inner = _base(word)
        if inner in _WRAPPERS:
            yield from _wrapper(inner, words[number + 1 :], fed)
            return
        if fed and inner in (_RUNNERS | _REMOTE | INTERPRETERS.keys()):
            raise Unsafe(f"in which `xargs` gives its input to `{inner}`")
        if inner is not None:
            yield from _named(inner, words[number + 1 :])


def _named(base: str, words: Sequence[Word]) -> Refusals:
    return _COMMANDS[base](base, words) if base in _COMMANDS else iter(())


def _from_input(base: str, words: Sequence[Word]) -> Refusals:
    raise Unsafe(_INPUT.format(base))


def _runner(base: str, words: Sequence[Word]) -> Refusals:
    return _all(words, _RUNS.format(base))


def _namer(base: str, words: Sequence[Word]) -> Refusals:
    return _all(words, _NAMES.format(base))


def _all(words: Iterable[Word], reason: str) -> Refusals:
    return ((word, reason) for word in words)


def _declaration(base: str, words: Sequence[Word]) -> Refusals:
    """Names with static spelling may be assigned to, unless their values would be evaluated."""
    for word in words:
        option = word.text if word.text[:1] in ("-", "+") else ""
        if "i" in option or (word.text.startswith(HOLE) and not word.holes):
            raise Unsafe(f"in which `{base}` makes variables whose assignments are evaluated")
        if "n" in option:
            yield from _all(words, _NAMES.format(base))
        if _ASSIGNED.match(word.source):
            yield from _assignment(word)
        else:
            yield word, _NAMES.format(base)


def _condition(base: str, words: Sequence[Word]) -> Refusals:
    evaluating = {"-v", "-R"} | (_COMPARISONS if base == "[[" else set())
    operator = next((word.text for word in words if word.text in evaluating), None)
    if operator:
        yield from _all(words, f"stands in a condition with `{operator}`, which evaluates it")
    for word, following in pairwise(words):
        if word.text.startswith(HOLE) and following.text.startswith(HOLE):
            yield following, "follows another value in a condition, and may be taken for a name"


def _printf(base: str, words: Sequence[Word]) -> Refusals:
    """With ``-v`` printf takes a name: said by a word, or by a value that comes first."""
    if words and words[0].text.startswith("-v"):
        yield from _all(words, _NAMES.format("printf -v"))
    elif words and words[0].holes and words[0].text.startswith(HOLE):
        yield from _all(words[1:], _NAMES.format("printf -v"))


def _source(base: str, words: Sequence[Word]) -> Refusals:
    if words and _STANDARD_INPUT.fullmatch(words[0].text):
        raise Unsafe(_INPUT.format(base))
    yield from _all(filter(_computed, words[:1]), _TEXT.format(base))


def _computed(word: Word) -> bool:
    """Whether a word is what commands in it print."""
    return not word.source or "(" in word.source


def _remote(base: str, words: Sequence[Word]) -> Refusals:
    """The words after the host are a program for the shell of the other side."""
    options = read_options(words, SSH)
    if options.unknown or not words[options.operand + 1 :]:
        raise Unsafe(_INPUT.format(base))
    host = words[options.operand]
    yield from _all(words[options.operand + 1 :], _TEXT.format(base))
    yield from _all(options.arguments, _TEXT.format(base))
    if host.text.startswith(HOLE) and not options.ended:
        yield host, _DASH.format(base)


def _interpreter(base: str, words: Sequence[Word]) -> Refusals:
    kind = INTERPRETERS[base]
    options = read_options(words, kind)
    operands = words[options.operand :]
    if options.unknown and not kind.first:
        raise Unsafe(f"in which `{base}` has an option that is not known here")
    if any(_STANDARD_INPUT.fullmatch(word.text) for word in options.programs):
        raise Unsafe(_INPUT.format(base))
    if options.unknown:
        yield from _all(words, f"follows an option of `{base}` that is not known here")
    if base == "sed" and not options.ended:  # its options may stand after its operands
        yield from _all((w for w in operands if w.text[:1] in ("-", HOLE)), _DASH.format(base))
    yield from _all(options.programs, _TEXT.format(base))
    if options.pending or (kind.first and not options.given):
        yield from _all(operands[:1], _TEXT.format(base))
    elif not options.given:
        yield from _script(base, operands, options.ended)


def _script(base: str, operands: Sequence[Word], ended: bool) -> Refusals:
    """The first operand is a script to run; without one the program comes from the input."""
    if not operands or _STANDARD_INPUT.fullmatch(operands[0].text):
        raise Unsafe(_INPUT.format(base))
    if operands[0].text.startswith(HOLE) and not ended:
        yield from _all(operands, _DASH.format(base))
    yield from _all(filter(_computed, operands[:1]), _TEXT.format(base))


_COMMANDS: Final[Mapping[str, Callable[[str, Sequence[Word]], Refusals]]] = {
    **dict.fromkeys(INTERPRETERS, _interpreter),
    **dict.fromkeys(_RUNNERS, _runner),
    **dict.fromkeys(_REMOTE, _remote),
    **dict.fromkeys(("let", "unset", "read", "readarray", "mapfile", "getopts"), _namer),
    **dict.fromkeys(("declare", "typeset", "local", "readonly", "export"), _declaration),
    **dict.fromkeys(("test", "[", "[["), _condition),
    **dict.fromkeys((".", "source"), _source),
    **dict.fromkeys((
        "parallel", "su", "at", "batch", "crontab", "ed", "ex", "zsh", "ksh", "mksh", "fish",
        "csh", "tcsh", "nu", "pwsh", "xonsh",
    ), _from_input),
    "printf": _printf,
}  # fmt: skip
"""What looks at the words of each command that runs text or takes names."""
