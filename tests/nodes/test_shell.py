"""The node type `shell`, with real shells."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfrepair_magic.ir.shell import Program
from wfrepair_magic.nodes import shell as shell_module
from wfrepair_magic.nodes.base import (
    AnswerUnreadable,
    BadParam,
    Cancelled,
    Context,
    ExitCode,
    TimedOut,
)
from wfrepair_magic.nodes.groups import GROUPS
from wfrepair_magic.nodes.invoke import invoke
from wfrepair_magic.nodes.shell import SHELL
from wfrepair_magic.settings import Limits

SLOW = 60
"""Seconds that a command would take; every test that starts one ends it long before."""


def _run(ctx: Context, command: Any, **params: Any) -> dict[str, Any]:
    return dict(invoke(SHELL, {"command": command, **params}, ctx).outputs)


def _gone(pid: int) -> bool:
    """Wait until a process is gone, or a zombie that waits for somebody else's parent."""
    for _ in range(500):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


@pytest.fixture(autouse=True)
def _others() -> Iterator[None]:
    """Remember the processes that this one keeps, such as a fork server and the reaper."""
    GROUPS.starting(0)
    GROUPS.ended(0)
    _kept.update(_all_children())
    yield
    _kept.clear()


_kept: set[int] = set()


def _children() -> set[int]:
    """Give the processes that a test of this file has left behind."""
    return _all_children() - _kept


def _all_children() -> set[int]:
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread has ended
            found.update(map(int, (task / "children").read_text().split()))
    return found


def _wait_for(file: Path) -> str:
    """Give what a command wrote into a file as soon as it is there."""
    for _ in range(1000):
        if file.exists() and file.read_text().strip():
            return file.read_text()
        time.sleep(0.01)
    raise AssertionError(f"{file.name} was never written")


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lower the output limit to 100 kB."""
    monkeypatch.setattr(shell_module, "LIMITS", Limits(output_bytes=100_000))


def test_outputs_are_what_the_command_said(ctx: Context) -> None:
    """stdout and stderr come apart and without the newlines at their ends."""
    outputs = _run(ctx, "echo out; echo; echo err >&2")
    assert outputs == {"stdout": "out", "stderr": "err", "exit_code": 0}


def test_newlines_stay_where_they_are_wanted(ctx: Context) -> None:
    """With strip_newline false the outputs are exact, and inner newlines always are."""
    assert _run(ctx, "printf 'a\n\nb\r\n'")["stdout"] == "a\n\nb"
    assert _run(ctx, "printf 'a\r\n\n'", strip_newline=False)["stdout"] == "a\r\n\n"


def test_a_program_finds_its_values_in_the_environment(ctx: Context) -> None:
    """What a Program carries reaches the command as variables, above all others."""
    nasty = "$(touch x) `id` ' \" ; \n* é"
    outputs = _run(ctx, Program('printf %s "$V1"', {"V1": nasty}), env={"V1": "other"})
    assert outputs["stdout"] == nasty


@settings(max_examples=30)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200))
def test_text_comes_through_as_it_went_in(ctx: Context, text: str) -> None:
    """Any text survives the way through stdin and stdout, and through a variable."""
    sent = _run(ctx, "cat", stdin=text, strip_newline=False)["stdout"]
    carried = Program('printf %s "$V"', {"V": text})
    assert (sent, _run(ctx, carried, strip_newline=False)["stdout"]) == (text, text)


@pytest.mark.parametrize(
    ("stdin", "read"),
    [(None, ""), ("a b", "a b"), (b"\x41", "A"), ({"é": [1, None]}, '{"é": [1, null]}'), (3, "3")],
)
def test_stdin_is_text_or_data(ctx: Context, stdin: Any, read: str) -> None:
    """Text goes as it is, data as JSON, and without stdin the command reads an end at once."""
    assert _run(ctx, "cat", stdin=stdin)["stdout"] == read


def test_large_input_and_output_do_not_block_each_other(ctx: Context) -> None:
    """Input and outputs far beyond a pipe's size move while the command runs."""
    text = "x" * 3_000_000
    outputs = _run(ctx, "cat; head -c 1000000 /dev/zero | tr '\\0' y >&2", stdin=text)
    assert (outputs["stdout"], outputs["stderr"]) == (text, "y" * 1_000_000)


def test_input_that_nobody_reads_is_no_failure(ctx: Context) -> None:
    """A command that ends before it has read all of its input ends well."""
    assert _run(ctx, "echo done", stdin="x" * 1_000_000)["stdout"] == "done"


def test_bytes_that_are_no_text_are_kept_visible(ctx: Context) -> None:
    """Output that is not UTF-8 becomes text that can be stored and tells the bytes."""
    stdout = _run(ctx, r"printf 'a\377b\303\251'")["stdout"]
    assert stdout == "a\\xffbé"
    stdout.encode("utf-8")


def test_an_exit_code_is_a_failure_with_its_last_words(ctx: Context) -> None:
    """The message shows the end of stderr; all of the outputs are reported."""
    with pytest.raises(ExitCode) as caught:
        _run(ctx, "echo some; for i in 1 2 3 4 5 6 7; do echo line $i >&2; done; exit 3")
    assert caught.value.code == 3
    assert caught.value.message == (
        "the command ended with exit code 3: line 3\nline 4\nline 5\nline 6\nline 7"
    )
    assert caught.value.reported == {
        "stdout": "some",
        "stderr": "\n".join(f"line {i}" for i in range(1, 8)),
        "exit_code": 3,
    }


def test_a_silent_failure_shows_what_there_is(ctx: Context) -> None:
    """Without stderr the end of stdout is shown, and without both only the code."""
    for command, message in [
        ("echo words; exit 1", "the command ended with exit code 1: words"),
        ("exit 1", "the command ended with exit code 1"),
    ]:
        with pytest.raises(ExitCode) as caught:
            _run(ctx, command)
        assert caught.value.message == message


@pytest.mark.parametrize("codes", [[0, 3], (3,), 3])
def test_ok_codes_are_no_failure(ctx: Context, codes: Any) -> None:
    """A code in ok_codes ends the node well, and is told."""
    assert _run(ctx, "exit 3", ok_codes=codes)["exit_code"] == 3


def test_zero_is_a_failure_where_it_is_not_listed(ctx: Context) -> None:
    """`ok_codes` is the whole list: a 0 that it does not name fails."""
    with pytest.raises(ExitCode):
        _run(ctx, "true", ok_codes=[1])


def test_a_missing_command_is_exit_code_127(ctx: Context) -> None:
    """A command that does not exist keeps the shell's own code, from which the cause is told."""
    with pytest.raises(ExitCode) as caught:
        _run(ctx, "no-such-command-anywhere")
    assert caught.value.code == 127


def test_death_by_a_signal_is_a_negative_code(ctx: Context) -> None:
    """A command that a signal ended is told from one that gave a code."""
    with pytest.raises(ExitCode, match="was ended by SIGKILL") as caught:
        _run(ctx, "kill -9 $$")
    assert caught.value.code == -9


def test_secrets_stay_behind_and_a_failure_says_so(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable that looks like a secret is missing; the failure names it if it may matter."""
    monkeypatch.setenv("PROBE_TOKEN", "s3cret")
    assert _run(ctx, "echo [$PROBE_TOKEN]")["stdout"] == "[]"
    assert _run(ctx, "echo [$PROBE_TOKEN]", env=["PROBE_TOKEN"])["stdout"] == "[s3cret]"
    with pytest.raises(ExitCode, match=r"`PROBE_TOKEN`; declare it in `env`") as caught:
        _run(ctx, 'test -n "$PROBE_TOKEN"')
    assert "s3cret" not in caught.value.message


def test_it_runs_in_the_workflows_folder(ctx: Context, project: Path) -> None:
    """The folder is the workflow's own, or the one that `cwd` names from there."""
    (project / "sub").mkdir()
    assert _run(ctx, "pwd -P")["stdout"] == str(project.resolve())
    assert _run(ctx, "pwd -P", cwd="sub")["stdout"] == str((project / "sub").resolve())


def test_another_shell_can_be_asked_for(ctx: Context) -> None:
    """With `shell: bash` the command may use what only bash has."""
    assert _run(ctx, "a=(1 2); echo ${a[1]}", shell="bash")["stdout"] == "2"


@pytest.mark.parametrize(
    ("params", "param", "words"),
    [
        ({"command": "  "}, "command", "command line"),
        ({"command": ["ls"]}, "command", "command line"),
        ({"command": "a\0b"}, "command", "NUL.*stdin"),
        ({"command": "ls", "shell": "python"}, "shell", "one of sh, bash"),
        ({"command": "ls", "cwd": "nowhere"}, "cwd", "no folder"),
        ({"command": "ls", "cwd": "a\0"}, "cwd", "is a folder"),
        ({"command": "ls", "stdin": {1, 2}}, "stdin", "neither text nor bytes nor JSON"),
        ({"command": "ls", "ok_codes": ["0"]}, "ok_codes", "exit codes"),
        ({"command": "ls", "ok_codes": [True]}, "ok_codes", "exit codes"),
        ({"command": "ls", "ok_codes": []}, "ok_codes", "exit codes"),
        ({"command": Program("ls", {"V": "x" * 3_000_000})}, "command", "too large.*stdin"),
    ],
)
def test_params_that_cannot_be_are_refused(
    ctx: Context, params: dict[str, Any], param: str, words: str
) -> None:
    """What cannot be started is refused by the param's name, and nothing has happened."""
    with pytest.raises(BadParam, match=words) as caught:
        invoke(SHELL, params, ctx)
    assert caught.value.param == param


def test_a_shell_that_is_not_installed_is_named(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the shell itself is missing the message says so."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BadParam, match="no `zsh` on this machine"):
        _run(ctx, "ls", shell="zsh")


def test_a_command_over_its_time_is_ended_with_all_its_children(
    ctx: Context, project: Path
) -> None:
    """After the time limit the whole group is gone, and what was said by then is reported."""
    command = f"sleep {SLOW} & echo $! > child; echo $$ > leader; echo begun; sleep {SLOW}"
    with pytest.raises(TimedOut) as caught:
        _run(replace(ctx, timeout=1.0), command)
    assert caught.value.seconds == 1.0
    assert caught.value.reported["stdout"] == "begun"
    assert all(_gone(int((project / name).read_text())) for name in ("child", "leader"))
    assert not _children()


def _run_cancelled(ctx: Context, command: str, begun: Path) -> None:
    """Run a command and cancel the run as soon as the file `begun` is written."""

    def cancel() -> None:
        _wait_for(begun)
        ctx.cancelled.set()

    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(Cancelled):
        _run(ctx, command)
    thread.join()


def test_a_cancelled_command_is_ended(ctx: Context, project: Path) -> None:
    """Once the run is cancelled the command's group is ended, without an outcome."""
    leader = project / "leader"
    _run_cancelled(ctx, f"echo $$ > leader; sleep {SLOW}", leader)
    assert _gone(int(leader.read_text()))
    assert not _children()


def test_a_command_that_ignores_term_is_killed(ctx: Context, project: Path) -> None:
    """A group that does not react to TERM is ended by KILL."""
    leader = project / "leader"
    _run_cancelled(ctx, f"trap '' TERM; echo $$ > leader; sleep {SLOW}; sleep {SLOW}", leader)
    assert _gone(int(leader.read_text()))


def test_a_command_may_clean_up_on_term(ctx: Context, project: Path) -> None:
    """Between TERM and KILL a command has time to put things in order."""
    command = f"trap 'echo tidy > tidied; exit 0' TERM; echo x > begun; sleep {SLOW} & wait"
    _run_cancelled(ctx, command, project / "begun")
    assert (project / "tidied").read_text() == "tidy\n"


def test_endless_output_is_ended_as_a_lost_outcome(ctx: Context, small_limits: None) -> None:
    """Over the output limit the command is killed: the code says that its outcome is unknown."""
    with pytest.raises(ExitCode, match=r"more than 0.1 MB of output") as caught:
        _run(ctx, "while :; do echo 0123456789; done")
    assert caught.value.code == -signal.SIGKILL
    assert len(caught.value.reported["stdout"]) < 400_000
    assert not _children()


def test_a_command_that_had_ended_with_too_much_output_is_done(
    ctx: Context, small_limits: None
) -> None:
    """If the command itself ended well its effect is known; only the output is of no use."""
    command = "(sleep 0.3; head -c 150000 /dev/zero) & exit 0"
    with pytest.raises(AnswerUnreadable, match="ended well"):
        _run(ctx, command)


def test_what_runs_on_in_the_background_does_not_hold_the_node(ctx: Context, project: Path) -> None:
    """A command is over when it is over itself; what it left behind lives on."""
    outputs = _run(ctx, f"sleep {SLOW} & echo $! > child; echo done")
    child = int((project / "child").read_text())
    try:
        assert outputs["stdout"] == "done"
        os.kill(child, 0)
    finally:
        os.kill(child, signal.SIGKILL)


def test_a_command_that_closes_its_outputs_is_waited_for(ctx: Context, project: Path) -> None:
    """Closed outputs are no end: the node waits for the command's own."""
    _run(ctx, "exec >&- 2>&-; sleep 0.3; echo late > late")
    assert (project / "late").read_text() == "late\n"


def test_no_terminal_and_no_group_is_shared(ctx: Context) -> None:
    """A command is the leader of its own session, so that it can be ended as a whole."""
    script = f"{sys.executable} -c 'import os; print(os.getsid(0), os.getpgid(0))'; echo $$"
    numbers = _run(ctx, script)["stdout"].split()
    assert len(set(numbers)) == 1
    assert int(numbers[0]) != os.getsid(0)


def test_no_descriptor_is_left_open(ctx: Context) -> None:
    """However a command ends, its pipes are closed again."""
    before = _pipes()
    _run(ctx, "cat", stdin="x")
    for command in ("exit 1", f"sleep {SLOW}"):
        with pytest.raises((ExitCode, TimedOut)):
            _run(replace(ctx, timeout=0.2), command, stdin="x")
    assert _pipes() - before == set()


def _pipes() -> set[str]:
    """Give the pipes that this process holds; of other files threads may open and close some."""
    found: set[str] = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.add(os.readlink(descriptor))
    return {target for target in found if target.startswith("pipe:")}
