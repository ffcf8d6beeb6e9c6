"""Effects that fail, hang, are interrupted, or whose outcome is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from fakes import EffectLog

from wfrepair_magic import Run, node, run
from wfrepair_magic.nodes.base import AnswerUnreadable
from wfrepair_magic.session import preview


def states(done: Run) -> dict[str, str]:
    """Give each node's state."""
    return {id: ran.state for id, ran in done.nodes.items()}


@pytest.fixture
def log(tmp_path: Path) -> EffectLog:
    """Give the log of what really happened."""
    return EffectLog(tmp_path / "effects.log")


TIMES_OUT = """\
nodes:
  - {id: slow, type: shell, timeout: 0.3, params: {command: "echo begun >> LOG; sleep 30"}}
  - {id: after, type: shell, after: [slow], params: {command: "echo after >> LOG"}}
"""


def test_an_effect_that_timed_out_is_in_doubt_and_not_repeated(store: Path, log: EffectLog) -> None:
    """The run waits for a person; their word is taken, and nothing is sent twice."""
    text = TIMES_OUT.replace("LOG", str(log.path))
    first = run(text, name="w", store=store)
    assert (first.state, states(first)) == ("WAITING", {"slow": "in_doubt", "after": "skipped"})
    assert "resolve slow: it was sent, or it was not" in first.nodes["slow"].question
    again = run(text, name="w", store=store)
    assert (again.state, log.counts()) == ("WAITING", {"begun": 1})
    first.resolve("slow", "sent")
    done = run(text, name="w", store=store)
    assert (done.state, states(done)) == ("SUCCESS", {"slow": "reused", "after": "done"})
    assert log.counts() == {"begun": 1, "after": 1}


def test_what_was_not_sent_runs_again(store: Path, log: EffectLog) -> None:
    """`not-sent` frees the effect: the next run does it."""
    command = f"test -e {log.path} || {{ echo x >> {log.path}; sleep 30; }}"
    text = f'nodes: [{{id: slow, type: shell, timeout: 0.3, params: {{command: "{command}"}}}}]'
    first = run(text, name="w", store=store)
    first.resolve("slow", "not-sent")
    assert run(text, name="w", store=store).state == "SUCCESS"


def test_a_person_can_be_asked_during_the_run(store: Path, log: EffectLog) -> None:
    """`ask` decides about an effect in doubt without another run."""
    text = TIMES_OUT.replace("LOG", str(log.path))
    run(text, name="w", store=store)
    asked: list[str] = []

    def ask(node: str, question: str) -> str:
        asked.append(node)
        return "sent"

    assert run(text, name="w", store=store, ask=ask).state == "SUCCESS"
    assert (asked, log.counts()) == (["slow"], {"begun": 1, "after": 1})


def test_an_edited_node_in_doubt_asks_before_it_sends_the_edited_effect(
    store: Path, log: EffectLog
) -> None:
    """An edit gives a new effect; what the node did before it is asked about first."""
    text = TIMES_OUT.replace("LOG", str(log.path))
    run(text, name="w", store=store)
    edited = text.replace("sleep 30", "true")
    asks = run(edited, name="w", store=store)
    assert (asks.state, states(asks)["slow"], log.counts()) == ("WAITING", "in_doubt", {"begun": 1})
    asks.resolve("slow", "not-sent")
    assert run(edited, name="w", store=store).state == "SUCCESS"
    assert log.counts() == {"begun": 2, "after": 1}


def test_a_function_that_outlives_its_time_says_its_own_end(store: Path, log: EffectLog) -> None:
    """Its claim stays open while its thread runs; when it ends, its result counts."""
    go_on = threading.Event()

    @node(timeout=0.2)
    def slow() -> int:
        go_on.wait(30)
        log.append("slow")
        return 5

    text = "nodes: [{id: s, type: slow}]"
    assert run(text, name="w", store=store).state == "WAITING"
    still = run(text, name="w", store=store)
    assert "still running" in still.nodes["s"].question
    go_on.set()
    for _ in range(100):
        done = run(text, name="w", store=store)
        if done.state == "SUCCESS":
            break
        time.sleep(0.05)
    assert (done.nodes["s"].outputs, log.counts()) == ({"result": 5}, {"slow": 1})


def test_two_threads_of_one_process_take_turns(store: Path, log: EffectLog) -> None:
    """Two runs of one session in one process execute every effect once."""
    text = (
        f"nodes: [{{id: s, type: shell, params: {{command: 'echo s >> {log.path}; sleep 0.5'}}}}]"
    )
    threads = [threading.Thread(target=lambda: run(text, name="w", store=store)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.counts() == {"s": 1}


def test_a_fresh_session_over_doubt_asks_first(store: Path, log: EffectLog) -> None:
    """`fresh` leaves no doubt behind unseen, unless `yes` says so."""
    text = TIMES_OUT.replace("LOG", str(log.path))
    run(text, name="w", store=store)
    asks = run(text, name="w", store=store, fresh=True)
    assert (asks.state, states(asks)["slow"], log.counts()) == ("WAITING", "in_doubt", {"begun": 1})
    agreed = run(text, name="w", store=store, fresh=True, yes=True)
    assert agreed.session != asks.session


def test_a_reported_failure_is_not_repeated_by_itself(store: Path, log: EffectLog) -> None:
    """An automatic attempt leaves a reported failure alone; a person's run is the consent."""
    text = f"""\
nodes:
  - {{id: v, type: value, params: {{body: {{user_name: x}}}}}}
  - {{id: bad, type: shell, params: {{command: "echo bad >> {log.path}; exit 9"}}}}
  - {{id: use, type: value, params: {{t: "${{v.body.userName}}"}}}}
"""
    first = run(text, name="w", store=store, repair="safe")
    assert (first.state, [fix.code for fix in first.applied]) == ("FAILED", ["TPL02"])
    assert log.counts() == {"bad": 1}
    assert first.nodes["bad"].attempts == 1
    run(first.repaired_text, name="w", store=store)
    assert log.counts() == {"bad": 2}


def test_a_renamed_node_does_not_send_again(store: Path, log: EffectLog) -> None:
    """A receipt follows the node that was renamed; the same twice on purpose is sent twice."""
    text = f"nodes: [{{id: one, type: shell, params: {{command: 'echo m >> {log.path}'}}}}]"
    run(text, name="w", store=store)
    renamed = run(text.replace("one", "uno"), name="w", store=store)
    assert (states(renamed), log.counts()) == ({"uno": "reused"}, {"m": 1})
    both = f"""\
nodes:
  - {{id: uno, type: shell, params: {{command: 'echo m >> {log.path}'}}}}
  - {{id: due, type: shell, params: {{command: 'echo m >> {log.path}'}}}}
"""
    assert states(run(both, name="w", store=store)) == {"uno": "reused", "due": "done"}
    assert log.counts() == {"m": 2}


def test_rerun_of_a_renamed_node_sends_once_more(store: Path, log: EffectLog) -> None:
    """`rerun` counts for the node under its new name, too."""
    text = f"nodes: [{{id: one, type: shell, params: {{command: 'echo m >> {log.path}'}}}}]"
    run(text, name="w", store=store)
    done = run(text.replace("one", "uno"), name="w", store=store, rerun=["uno"])
    assert (states(done), log.counts()) == ({"uno": "done"}, {"m": 2})


def test_rerun_of_an_effect_in_doubt_asks_first(store: Path, log: EffectLog) -> None:
    """`rerun` sends again what was sent; of what is in doubt that is to be said first."""
    text = TIMES_OUT.replace("LOG", str(log.path))
    run(text, name="w", store=store)
    again = run(text, name="w", store=store, rerun=["slow"])
    assert (again.state, log.counts()) == ("WAITING", {"begun": 1})


def test_an_answer_that_cannot_be_used_stays_a_failure(store: Path) -> None:
    """The effect happened and is not repeated; unchanged it fails again instead of going green."""
    hits: list[str] = []

    class Half(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hits.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b'{"a":')

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Half)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    text = f"""\
nodes:
  - {{id: a, type: http, params: {{url: "http://127.0.0.1:{server.server_port}/", body: x}}}}
  - {{id: b, type: value, params: {{x: "${{a.response}}"}}}}
"""
    try:
        ends = [run(text, name="w", store=store) for _ in range(2)]
    finally:
        server.shutdown()
        server.server_close()
    assert [(done.state, done.failures[0].code) for done in ends] == [("FAILED", "ENV16")] * 2
    assert len(hits) == 1


def test_an_unusable_answer_is_that_of_the_renamed_node(store: Path) -> None:
    """A failure that is kept is told, and foreseen, under the name that the node has now."""

    @node
    def half() -> None:
        raise AnswerUnreadable("what is that?")

    run("nodes: [{id: a, type: half}]", name="w", store=store)
    renamed = "nodes: [{id: b, type: half}]"
    assert [f.node for f in preview(renamed, name="w", store=store).failures] == ["b"]
    assert [f.node for f in run(renamed, name="w", store=store).failures] == ["b"]


@pytest.mark.parametrize("effect", ["pure", "write"])
def test_a_result_that_contains_itself_fails_its_node_only(store: Path, effect: Any) -> None:
    """A value without an end breaks neither the run nor the receipt of its effect."""

    @node(effect=effect)
    def endless() -> Any:
        rows: list[Any] = []
        rows.append(rows)
        return rows

    text = "nodes: [{id: e, type: endless}]"
    for _ in range(2):
        done = run(text, name="w", store=store)
        assert (done.state, done.failures[0].code) == ("FAILED", "ENV16")


@pytest.mark.parametrize("effect", ["pure", "write"])
def test_an_exception_without_words_is_a_failure_like_others(store: Path, effect: Any) -> None:
    """An exception whose text raises is named; one with a book in it is cut."""

    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no")

    @node(effect=effect)
    def mute() -> None:
        raise Mute

    @node(effect=effect)
    def book() -> None:
        raise ValueError("x" * 1_000_000)

    done = run("nodes: [{id: m, type: mute}, {id: b, type: book}]", name="w", store=store)
    assert (done.state, [f.error_type for f in done.failures]) == ("FAILED", ["Mute", "ValueError"])
    assert len(repr(done.failures)) < 20_000


def test_what_the_code_itself_changes_is_no_part_of_its_key(store: Path) -> None:
    """A list of calls, a counter: the node that fills it is still the same node."""
    calls: list[str] = []
    counts = {"n": 0}

    @node
    def send(text: str) -> str:
        calls.append(text)
        counts["n"] += 1
        return text

    text = "nodes: [{id: s, type: send, params: {text: hi}}]"
    told: list[str] = []
    sinks = [lambda event: told.append(event.text) if hasattr(event, "text") else None]
    for _ in range(3):
        run(text, name="w", store=store, sinks=sinks)
    assert (calls, counts) == (["hi"], {"n": 1})
    assert any("calls" in line and "by its type alone" in line for line in told)


def test_per_run_sessions_end_with_success(store: Path, log: EffectLog) -> None:
    """`per-run` begins anew after a success, and goes on after a failure."""
    text = f"""\
nodes:
  - {{id: send, type: shell, params: {{command: 'echo m >> {log.path}'}}}}
  - id: gate
    type: shell
    after: [send]
    effect: read
    params: {{command: 'test -e {log.path}.ok'}}
"""
    assert run(text, name="w", store=store, session="per-run").state == "FAILED"
    Path(f"{log.path}.ok").touch()
    assert run(text, name="w", store=store, session="per-run").state == "SUCCESS"
    assert log.counts() == {"m": 1}
    run(text, name="w", store=store, session="per-run")
    assert log.counts() == {"m": 2}


def test_an_effect_whose_param_cannot_be_keyed_is_refused(store: Path, log: EffectLog) -> None:
    """What cannot be told apart could be sent twice unnoticed; a pure node runs unreused."""

    @node(effect="pure")
    def handle() -> Any:
        return {"lock": threading.Lock()}

    @node
    def send(lock: Any) -> None:
        log.append("send")

    @node(effect="pure")
    def look(lock: Any) -> str:
        return "seen"

    text = """\
nodes:
  - {id: h, type: handle}
  - {id: s, type: send, params: {lock: "${h.lock}"}}
  - {id: l, type: look, params: {lock: "${h.lock}"}}
"""
    done = run(text, name="w", store=store)
    assert [(f.node, f.code) for f in done.failures] == [("s", "KEY01")]
    assert (done.nodes["l"].outputs, log.counts()) == ({"result": "seen"}, {})


def test_an_effect_with_a_result_that_has_no_codec_never_runs_again(
    store: Path, log: EffectLog
) -> None:
    """Its receipt is kept: done in another process if nobody needs the value, else WAITING."""
    script = textwrap.dedent(
        f"""
        import sys, threading
        from pathlib import Path
        sys.path.insert(0, {str(Path(__file__).parents[1])!r})
        from fakes import EffectLog
        from wfrepair_magic import node, run

        @node
        def send():
            EffectLog(Path({str(log.path)!r})).append("send")
            return {{"handle": threading.Lock(), "n": 1}}

        @node(effect="pure")
        def use(n: int):
            return n + 1

        use_it = ", {{id: u, type: use, params: {{n: '${{s.n}}'}}}}"
        nodes = "{{id: s, type: send}}" + (use_it if sys.argv[1] == "use" else "")
        done = run(f"nodes: [{{nodes}}]", name="w", store={str(store)!r})
        print(done.state, done.nodes["s"].state)
        """
    )

    def process(mode: str) -> str:
        command = [sys.executable, "-c", script, mode]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    assert process("use") == "SUCCESS done"
    assert process("alone") == "SUCCESS reused"
    assert process("use") == "WAITING waiting"
    assert log.counts() == {"send": 1}


def test_an_interrupt_leaves_a_run_that_can_be_resumed(store: Path, log: EffectLog) -> None:
    """SIGINT ends the run in order: what completed stays, nothing new starts, groups end."""
    text = f"""\
nodes:
  - {{id: first, type: shell, params: {{command: "echo first >> {log.path}"}}}}
  - id: wait
    type: shell
    effect: read
    after: [first]
    params: {{command: "echo $$ > {log.path}.pid; sleep 60"}}
  - {{id: last, type: shell, after: [wait], params: {{command: "echo last >> {log.path}"}}}}
"""
    pid = Path(f"{log.path}.pid")

    def interrupt() -> None:
        while not (pid.exists() and pid.read_text().strip()):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    done = run(text, name="w", store=store)
    assert (done.state, states(done)) == (
        "CANCELLED", {"first": "done", "wait": "cancelled", "last": "skipped"},
    )  # fmt: skip
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
    done = run(text.replace("sleep 60", "true"), name="w", store=store)
    assert (done.state, log.counts()) == ("SUCCESS", {"first": 1, "last": 1})


def test_a_second_process_waits_and_takes_the_results(store: Path, log: EffectLog) -> None:
    """Two processes on one session: the later one waits for the owner, and nothing runs twice."""
    command = f"echo s >> {log.path}; sleep 1; echo out"
    text = f"nodes: [{{id: s, type: shell, params: {{command: '{command}'}}}}]"
    code = (
        "import sys; from wfrepair_magic import run; "
        f"print(run(sys.argv[1], name='w', store={str(store)!r}).nodes['s'].outputs['stdout'])"
    )
    command = [sys.executable, "-c", code, text]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=60)[0].strip() for process in processes] == ["out", "out"]
    assert log.counts() == {"s": 1}


def test_a_secret_is_a_reference_everywhere_but_in_its_node(store: Path, log: EffectLog) -> None:
    """The value reaches the command; store, outputs, events and failures hold its name."""
    secret = "hunter2-0451"
    text = f"""\
inputs: {{token: {{type: string, secret: true}}}}
nodes:
  - {{id: use, type: shell, params: {{command: "printf %s ${{token}} | tee {log.path}"}}}}
  - {{id: bad, type: shell, params: {{command: "echo ${{use.stdout}} >&2; exit 1"}}}}
"""
    seen: list[str] = []
    done = run(
        text, {"token": secret}, name="w", store=store, sinks=[lambda e: seen.append(repr(e))]
    )
    assert log.path.read_text() == secret
    assert done.nodes["use"].outputs["stdout"] == "«secret:token»"
    assert secret not in repr(done.failures) and secret not in "".join(seen)
    kept = b"".join(path.read_bytes() for path in store.rglob("*") if path.is_file())
    assert secret.encode() not in kept
    assert run(text, {"token": secret}, name="w", store=store).nodes["use"].state == "reused"


def test_a_node_cannot_run_its_own_workflow(store: Path) -> None:
    """A workflow that would wait for itself is refused inside the node, with a sentence."""

    @node(effect="read")
    def inner() -> str:
        return run("nodes: [{id: a, type: inner}]", name="w", store=store).state

    done = run("nodes: [{id: a, type: inner}]", name="w", store=store)
    assert "cannot run that workflow itself" in done.failures[0].message


def test_a_broken_sink_breaks_nothing(store: Path) -> None:
    """The others get every event, and one notice that a sink misses them."""
    seen: list[str] = []

    def broken(event: object) -> None:
        raise RuntimeError("full")

    done = run(
        "nodes: [{id: a, type: value, params: {x: 1}}]", name="w", store=store,
        sinks=[broken, lambda event: seen.append(type(event).__name__)],
    )  # fmt: skip
    assert done.state == "SUCCESS"
    assert seen.count("Notice") == 1 and seen[-1] == "RunFinished"


def test_a_secret_reaches_raw_program_text_and_no_message(store: Path, log: EffectLog) -> None:
    """A secret spliced with `raw` runs; one of the wrong type is named, not shown."""
    text = f"""\
inputs: {{word: {{type: string, secret: true}}}}
nodes:
  - {{id: raw, type: shell, params: {{command: "${{word | raw}} > {log.path}"}}}}
  - {{id: bad, type: http, params: {{url: "http://127.0.0.1:9/", timeout: "${{word}}"}}}}
"""
    done = run(text, {"word": "echo hidden-word"}, name="w", store=store)
    assert log.path.read_text().strip() == "hidden-word"
    assert [failure.node for failure in done.failures] == ["bad"]
    assert "hidden-word" not in repr(done.failures)
