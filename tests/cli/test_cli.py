"""The command line: exit codes, one JSON document, text for people, and slips that are named."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from processes import environment

from wfrepair_magic.cli import main

GOOD = """\
inputs: {word: {type: string, default: hello}}
nodes:
  - {id: send, type: shell, params: {command: "echo send >> log; echo ${word}"}}
outputs: {said: {source: "${send.stdout}"}}
"""
BROKEN = """\
nodes:
  - {id: fetch, type: value, params: {user_name: ann}}
  - {id: show, type: value, params: {name: "${fetch.userName}"}}
outputs: {name: {source: "${show.name}"}}
"""


@dataclass
class Project:
    """A folder in which the program is called (`say`), or started as a process (`start`)."""

    folder: Path
    patch: pytest.MonkeyPatch
    printed: pytest.CaptureFixture[str]

    def write(self, name: str, text: str) -> Path:
        """Put a file there."""
        path = self.folder / name
        path.write_text(text)
        return path

    def start(self, *words: str, options: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        """Start the program in a process of its own; `options` are those of Python."""
        environ = environment(self.folder, PYTHONIOENCODING="utf-8")
        return subprocess.Popen(
            [sys.executable, *options, "-m", "wfrepair_magic", *words],
            cwd=self.folder, env=environ, text=True, encoding="utf-8",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def say(self, *words: str, stdin: str | None = None) -> tuple[int, str, str]:
        """Run the program to its end: exit code, standard output, standard error."""
        piped = io.TextIOWrapper(io.BytesIO((stdin or "").encode()), "utf-8")
        self.patch.setattr(sys, "stdin", piped)
        self.printed.readouterr()
        code = main(words)
        out, err = self.printed.readouterr()
        return code, out, err

    def json(self, *words: str, **keywords: Any) -> tuple[int, dict[str, Any]]:
        """Run with ``--json``: exit code and document."""
        code, out, _ = self.say(*words, "--json", **keywords)
        return code, json.loads(out)

    def log(self) -> list[str]:
        """Give the effects that happened."""
        return (self.folder / "log").read_text().split()


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Project]:
    """Give an empty project as the current folder; what a call imports from it is forgotten."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield Project(tmp_path, monkeypatch, capsys)
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None)).startswith(str(tmp_path)):
            del sys.modules[name]


def test_success_is_0_with_a_report(project: Project) -> None:
    """The report is on standard output, the progress on standard error."""
    project.write("wf.yaml", GOOD)
    code, out, err = project.say("run", "wf.yaml")
    assert code == 0
    assert out.startswith("wf · ✓ SUCCESS · 1 of 1 node done")
    assert "✓ send done" in err
    assert "✓ send done" not in out
    assert (project.folder / ".wfrepair").is_dir()


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colours_are_for_a_terminal(project: Project, no_color: str, coloured: bool) -> None:
    """At a terminal signs have colours unless NO_COLOR is set; a file never gets any."""
    project.write("wf.yaml", GOOD)
    person, program = os.openpty()
    environ = environment(project.folder, NO_COLOR=no_color, TERM="xterm")
    command = [sys.executable, "-m", "wfrepair_magic", "run", "wf.yaml"]
    with (project.folder / "err").open("wb") as err:
        done = subprocess.run(command, cwd=project.folder, env=environ, stdout=program, stderr=err)
    os.close(program)
    seen = os.read(person, 65536).decode()
    os.close(person)
    assert done.returncode == 0
    assert ("\x1b[32m✓ SUCCESS\x1b[0m" in seen) == coloured
    assert "✓ SUCCESS" in seen
    assert "\x1b" not in (project.folder / "err").read_text()


def test_failure_is_1_with_cause_and_fix(project: Project) -> None:
    """A failed run shows the place, the nearest name and the diff."""
    project.write("wf.yaml", BROKEN)
    code, out, _ = project.say("run", "wf.yaml")
    assert code == 1
    assert "✗ FAILED" in out
    assert "at line 3, column" in out
    assert '+  - {id: show, type: value, params: {name: "${fetch.user_name}"}}' in out


def test_json_is_one_document(project: Project) -> None:
    """`--json` prints one document with the names that a Run has, failed or not."""
    project.write("wf.yaml", BROKEN)
    code, document = project.json("run", "wf.yaml")
    assert code == 1
    assert document["state"] == "FAILED"
    assert document["name"] == "wf"
    assert {id: node["state"] for id, node in document["nodes"].items()} == {
        "fetch": "done", "show": "failed",
    }  # fmt: skip
    assert [failure["code"] for failure in document["failures"]] == ["TPL02"]
    assert document["fixes"][0]["level"] == "SAFE"
    assert document["repaired_text"] == BROKEN


def test_a_policy_may_repair(project: Project) -> None:
    """With `--repair safe` the run succeeds; the file stays, the repaired text is told."""
    path = project.write("wf.yaml", BROKEN)
    code, document = project.json("run", "wf.yaml", "--repair", "safe")
    assert (code, document["state"], document["outputs"]) == (0, "SUCCESS", {"name": "ann"})
    assert document["repaired_text"] == BROKEN.replace("userName", "user_name")
    assert [fix["code"] for fix in document["applied"]] == ["TPL02"]
    assert path.read_text() == BROKEN


def test_degraded_is_2(project: Project) -> None:
    """A run whose failure was allowed exits 2."""
    project.write(
        "wf.yaml", "nodes: [{id: a, type: shell, optional: true, params: {command: 'exit 3'}}]"
    )
    code, document = project.json("run", "wf.yaml")
    assert (code, document["state"]) == (2, "DEGRADED")


def test_inputs_are_given_and_coerced(project: Project) -> None:
    """`--input` may be repeated, and a value may hold equal signs."""
    project.write("wf.yaml", GOOD)
    code, document = project.json("run", "wf.yaml", "--input", "word=a=b")
    assert (code, document["outputs"]) == (0, {"said": "a=b"})


def test_each_success_ends_its_session(project: Project) -> None:
    """The command line begins a new session after a success; `--session open` keeps one."""
    project.write("wf.yaml", GOOD)
    for _ in range(2):
        assert project.say("run", "wf.yaml")[0] == 0
    assert project.log() == ["send", "send"]
    for _ in range(2):
        assert project.say("run", "wf.yaml", "--session", "open")[0] == 0
    assert project.log() == ["send", "send"]


def test_what_the_workflow_says_of_its_session_holds(project: Project) -> None:
    """`session: open` in the text wins over the command line's default."""
    project.write("wf.yaml", f"session: open\n{GOOD}")
    for _ in range(2):
        assert project.say("run", "wf.yaml")[0] == 0
    assert project.log() == ["send"]


def test_sending_again_needs_consent(project: Project) -> None:
    """`--rerun` of a node with an effect is refused without `--yes`, and nothing runs."""
    project.write("wf.yaml", GOOD)
    project.say("run", "wf.yaml", "--session", "open")
    code, out, err = project.say("run", "wf.yaml", "--session", "open", "--rerun", "send")
    assert (code, out) == (64, "")
    assert "add --yes" in err
    assert project.log() == ["send"]
    project.say("run", "wf.yaml", "--session", "open", "--rerun", "send", "--yes")
    assert project.log() == ["send", "send"]


def test_a_workflow_may_come_from_standard_input(project: Project) -> None:
    """`-` reads the workflow itself; its folder is the current one."""
    code, document = project.json("run", "-", "--name", "piped", stdin=GOOD)
    assert (code, document["name"]) == (0, "piped")
    assert project.log() == ["send"]


def test_an_input_takes_what_is_piped(project: Project) -> None:
    """An input that says `stdin: true` gets standard input."""
    project.write("wf.yaml", GOOD.replace("default: hello", "stdin: true"))
    code, document = project.json("run", "wf.yaml", stdin="from the pipe")
    assert (code, document["outputs"]) == (0, {"said": "from the pipe"})
    text = (project.folder / "wf.yaml").read_text()
    code, _, err = project.say("run", "-", stdin=text)
    assert code == 64
    assert "standard input holds the workflow" in err


def test_node_functions_come_from_a_file(project: Project) -> None:
    """`--nodes` imports a file with @node functions, and what stands beside it."""
    project.write("words.py", "SUFFIX = '!'\n")
    project.write(
        "mine.py",
        "from wfrepair_magic import node\n"
        "from words import SUFFIX\n"
        "@node(effect='pure')\n"
        "def shout(text: str) -> str:\n"
        "    return text.upper() + SUFFIX\n",
    )
    text = "nodes: [{id: a, type: shout, params: {text: hey}}]\noutputs: {x: {source: a.result}}"
    project.write("wf.yaml", text)
    assert project.say("check", "wf.yaml")[0] == 1
    assert project.say("check", "wf.yaml", "--nodes", "mine.py")[0] == 0
    code, document = project.json("run", "wf.yaml", "--nodes", "mine.py")
    assert (code, document["outputs"]) == (0, {"x": "HEY!"})
    project.write("bad.py", "1 / 0\n")
    code, _, err = project.say("run", "wf.yaml", "--nodes", "bad.py")
    assert code == 64
    assert "bad.py: ZeroDivisionError" in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "wf.yaml", "--inptu", "a=b"], "no option --inptu; did you mean --input?"),
        (["rum", "wf.yaml"], "no command 'rum'; did you mean run?"),
        (["run"], "FILE"),
        (["run", "nowhere.yaml"], "nowhere.yaml cannot be read: No such file"),
        (["check", "nowhere.yaml"], "nowhere.yaml cannot be read: No such file"),
        (["run", "wf.yaml", "--input", "word"], "'word' is not of the form name=value"),
        (["run", "wf.yaml", "--repair", "saef"], "did you mean 'safe'?"),
        (["run", "wf.yaml", "--workers", "0"], "'0' is not a number of workers"),
        (["run", "wf.yaml", "--rerun", "sned", "--yes"], "did you mean 'send'?"),
        (["run", "wf.yaml", "--nodes", "x.py"], "there is no file x.py"),
        (["run", "empty.yaml"], "empty.yaml"),
        (["resolve", "wf.yaml", "send", "sent"], "wf"),
        (["resolve", "wf.yaml", "send", "maybe"], "there are sent, not-sent"),
    ],
)
def test_a_slip_is_64_and_named(project: Project, words: list[str], told: str) -> None:
    """Bad usage and files without a workflow exit 64 with a sentence and no traceback."""
    project.write("wf.yaml", GOOD)
    project.write("empty.yaml", "")
    code, out, err = project.say(*words)
    assert (code, out) == (64, "")
    assert err.startswith("wfrepair: ")
    assert told in err or words[1] == "empty.yaml"
    assert "Traceback" not in err


def test_no_workflow_is_told_as_json_too(project: Project) -> None:
    """With `--json` standard output holds one document even where there was nothing to run."""
    project.write("wf.yaml", "nodes: [{id: a\n")
    code, document = project.json("run", "wf.yaml")
    assert code == 64
    assert document["error"]["type"] == "BadWorkflow"
    assert document["problems"][0]["line"] == 1


def test_check_tells_problems(project: Project) -> None:
    """A check exits 0 where nothing is wrong and 1 with places and hints where something is."""
    project.write("wf.yaml", GOOD)
    assert project.say("check", "wf.yaml")[:2] == (0, "✓ nothing is wrong\n")
    assert project.json("check", "wf.yaml") == (0, {"version": 1, "ok": True, "problems": []})
    project.write("bad.yaml", GOOD.replace("type: shell", "type: shel"))
    code, out, _ = project.say("check", "bad.yaml")
    assert code == 1
    assert "✗ line 3, column 22 (nodes[0].type): GRF01" in out
    assert "did you mean `shell`?" in out
    code, document = project.json("check", "bad.yaml")
    assert (code, document["ok"]) == (1, False)
    assert (document["problems"][0]["code"], document["problems"][0]["line"]) == ("GRF01", 3)
    project.write("torn.yaml", "nodes: [{id: a\n")
    code, document = project.json("check", "torn.yaml")
    assert (code, document["ok"]) == (1, False)
    assert not (project.folder / ".wfrepair").exists()


def test_an_interrupt_is_130_and_resumable(project: Project) -> None:
    """Ctrl-C ends the run in order; the same command goes on, and nothing is sent twice."""
    text = (
        "nodes:\n"
        "  - {id: first, type: shell, params: {command: 'echo first >> log'}}\n"
        "  - {id: slow, type: shell, effect: read, after: [first],"
        " params: {command: 'test -e gate || sleep 60'}}\n"
    )
    project.write("wf.yaml", text)
    process = project.start("run", "wf.yaml", "--json")
    assert process.stderr is not None
    while "slow running" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert json.loads(out)["state"] == "CANCELLED"
    project.write("gate", "")
    code, document = project.json("run", "wf.yaml")
    assert (code, document["nodes"]["first"]["state"]) == (0, "reused")
    assert project.log() == ["first"]


def test_an_interrupt_while_loading_is_quiet(project: Project) -> None:
    """Ctrl-C before the program has loaded its parts ends it with 130 and no word."""
    project.write("wf.yaml", GOOD)
    process = project.start("run", "wf.yaml", options=("-X", "importtime"))
    assert process.stderr is not None
    while "wfrepair_magic.errors" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert all(line.startswith("import time:") for line in err.splitlines())
    assert not (project.folder / "log").exists()


def test_a_lost_effect_waits_for_an_answer(project: Project) -> None:
    """After a kill the run exits 3 with the command to answer; answered, it goes on."""
    text = "nodes: [{id: send, type: shell, params: {command: 'echo send >> log; sleep 60'}}]"
    project.write("wf.yaml", text)
    process = project.start("run", "wf.yaml")
    assert process.stderr is not None
    while "send running" not in process.stderr.readline():
        pass
    process.kill()
    process.communicate(timeout=60)
    code, out, _ = project.say("run", "wf.yaml")
    assert code == 3
    assert "wfrepair resolve wf send sent|not-sent" in out
    assert project.say("resolve", "wf.yaml", "send", "sent")[0] == 0
    code, document = project.json("run", "wf.yaml")
    assert (code, document["nodes"]["send"]["state"]) == (0, "reused")


LOST = """\
nodes:
  - {id: send, type: shell, timeout: 0.2, params: {command: "echo send >> log; sleep 60"}}
  - {id: post, type: shell, timeout: 0.2, params: {command: "echo post >> log; sleep 61"}}
  - {id: use, type: value, params: {x: "${send.stdout}"}}
outputs: {x: {source: "${use.x}"}}
"""


def test_effects_are_listed_and_answered_for(project: Project) -> None:
    """The ledger as a table and as JSON, in each state; a word on what is not asked is refused."""
    assert "there is no store" in project.say("effects")[2]
    project.write("wf.yaml", LOST)
    assert project.say("run", "wf.yaml")[0] == 3
    out = project.say("effects")[1]
    assert sorted(line.split()[0] for line in out.splitlines()[1:]) == ["post", "send"]
    assert out.count("in doubt") == 2
    code, _, err = project.say("resolve", "wf.yaml", "snd", "sent")
    assert (code, "did you mean `send`?" in err) == (64, True)
    assert "say whether send was" in project.say("resolve", "wf.yaml", "send")[2]
    told = project.say("resolve", "wf.yaml", "send", "sent")[1]
    assert "what needs its value waits" in told
    code, out, _ = project.say("run", "wf.yaml")
    assert (code, "wfrepair resolve wf send --value …" in out) == (3, True)
    assert project.say("resolve", "wf.yaml", "send", "--value", '{"stdout": 7}')[0] == 0
    assert project.say("resolve", "wf", "post", "sent")[0] == 0
    code, _, err = project.say("resolve", "wf.yaml", "post", "sent")
    assert (code, "nothing is in doubt here" in err) == (64, True)
    assert project.json("run", "wf.yaml")[1]["outputs"] == {"x": 7}
    code, document = project.json("effects", "wf.yaml")
    seen = {
        each["slot"]: (each["words"], each["resolution"]["sent"]) for each in document["effects"]
    }
    assert seen == {"send": ("was sent", True), "post": ("was sent, its result is not kept", True)}
    assert sorted(project.log()) == ["post", "send"]
    project.write("of.yaml", LOST)
    assert project.say("run", "of.yaml")[0] == 3
    assert len(project.json("effects", "wf")[1]["effects"]) == 2
    assert "of: send" in project.say("effects", "--all")[1]
    assert "did you mean 'wf'?" in project.say("effects", "wff")[2]


def test_ways_out_of_doubt_are_foreseen(project: Project) -> None:
    """The plan says which effect in doubt is sent once more, and which is looked at first."""
    project.write("wf.yaml", LOST)
    project.say("run", "wf.yaml")
    text = LOST.replace("id: send,", "id: send, idempotent: 1h,")
    text = text.replace("id: post,", "id: post, verify: {exists: log},")
    project.write("wf.yaml", text)
    out = project.say("run", "wf.yaml", "--dry-run")[1]
    assert "look first " in out
    assert "; it is idempotent, so it is" in out
    assert "; its `verify` tells, or" in out
    _, document = project.json("run", "wf.yaml", "--dry-run")
    assert document["verdicts"] == {"send": "would resend", "post": "would verify", "use": "runs"}


def test_help_is_generated(project: Project) -> None:
    """Every command tells what it takes; without a command the list is shown."""
    code, out, _ = project.say()
    assert code == 0
    assert "wfrepair resolve" in out
    for command in ("run", "check", "resolve"):
        code, out, _ = project.say(command, "--help")
        assert code == 0
        assert out.startswith(f"usage: wfrepair {command}")


def test_a_reader_that_goes_away_is_no_crash(project: Project) -> None:
    """`wfrepair … | head` ends without a traceback."""
    project.write("wf.yaml", GOOD)
    process = project.start("run", "wf.yaml", "--json")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    told = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 141
    assert "Traceback" not in told
    assert "Exception ignored" not in told


def test_the_schema_is_printed_with_the_types_of_a_file(project: Project) -> None:
    """`schema` prints the language as one JSON document, with the functions of `--nodes`."""
    code = "from wfrepair_magic import node\n\n@node\ndef greet(name: str, n: int = 1): ...\n"
    project.write("own.py", code)
    status, out, _ = project.say("schema", "--nodes", "own.py")
    params = json.loads(out)["$defs"]["params of greet"]
    assert (status, set(params["properties"])) == (0, {"name", "n"})
    assert params["allOf"] == [{"required": ["name"]}]


def test_a_dry_run_executes_nothing(project: Project) -> None:
    """`--dry-run` says what would be run, reused and sent again; no store and no effect comes."""
    project.write("wf.yaml", GOOD)
    code, out, err = project.say("run", "wf.yaml", "--dry-run", "--session", "open")
    assert (code, err) == (0, "")
    assert out.startswith("wf: would send 1; nothing was executed")
    assert sorted(path.name for path in project.folder.iterdir()) == ["wf.yaml"]
    project.say("run", "wf.yaml", "--session", "open")
    assert "would reuse 1" in project.say("run", "wf.yaml", "--dry-run", "--session", "open")[1]
    code, document = project.json("run", "wf.yaml", "--dry-run", "--fresh")
    assert (code, document["ok"], document["verdicts"]) == (0, True, {"send": "would send"})
    changed = ("--input", "word=other", "--session", "open", "--dry-run")
    _, document = project.json("run", "wf.yaml", *changed)
    assert document["verdicts"] == {"send": "would send again"}
    assert document["changed"] == {"send": ["command"]}
    assert project.log() == ["send"]


def test_a_dry_run_that_would_fail_exits_1(project: Project) -> None:
    """What a check finds, and what does not resolve, is told with its place."""
    project.write("wf.yaml", BROKEN.replace("type: value", "type: vale", 1))
    code, out, _ = project.say("run", "wf.yaml", "--dry-run")
    assert code == 1
    assert "nothing would run" in out
    assert "did you mean `value`?" in out


def test_the_project_settles_what_no_option_says(project: Project) -> None:
    """`[tool.wfrepair]` beside the file is read; options win, slips are told on standard error."""
    project.write("wf.yaml", BROKEN)
    project.write("pyproject.toml", '[tool.wfrepair]\nrepair = "off"\nquiet = true\nrepiar = 1\n')
    code, document = project.json("run", "wf.yaml")
    assert (code, document["fixes"]) == (1, [])
    code, _, err = project.say("run", "wf.yaml", "--repair", "safe")
    assert code == 0
    (line,) = err.splitlines()
    assert line.endswith("has no key repiar; did you mean 'repair'?")
    assert len(project.say("run", "wf.yaml", "--no-quiet", "--fresh")[2].splitlines()) > 1
    project.write("pyproject.toml", '[tool.wfrepair]\nrepair = "saef"\n')
    code, _, err = project.say("run", "wf.yaml")
    assert code == 64
    assert "repair cannot be 'saef'; did you mean 'safe'?" in err


def test_cache_says_what_is_kept_and_purges_what_is_old(project: Project) -> None:
    """The terminal shows the same as the notebook, and names what is missing."""
    code, _, said = project.say("cache")
    assert (code, "there is no store" in said) == (64, True)
    project.write("good.yaml", GOOD)
    project.say("run", "good.yaml")
    code, told, _ = project.say("cache")
    assert code == 0
    assert "receipts" in told
    code, told, _ = project.say("cache", "--purge", "--older-than", "30d", "--dry-run")
    assert (code, "would go" in told) == (0, True)
    code, _, said = project.say("cache", "--purge")
    assert (code, "--older-than 30d" in said) == (64, True)
