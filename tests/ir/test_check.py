"""The static check: every mistake with its code, its place, and the nearest valid name."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfrepair_magic.ir.check import MOST_ERRORS, check
from wfrepair_magic.ir.language import LATER_TYPES, SECTIONS
from wfrepair_magic.ir.reader import define
from wfrepair_magic.ir.spec import NodeSpec, Param, catalogue
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.problem import CODES, Problem

TYPES = {
    "value": NodeSpec("value", effect="pure", open=True),
    "get": NodeSpec(
        "get",
        {
            "url": Param("url", ("string",), required=True, aliases=("uri", "address")),
            "method": Param("method", ("string",), default="GET", enum=("GET", "POST")),
            "path": Param("path", ("string",), default=None, accepts=("file_path",)),
            "limit": Param("limit", ("integer",), default=10, minimum=1, maximum=100),
            "wait": Param("wait", ("number",), default=1, unit="s"),
            "tags": Param("tags", ("array",), default=None),
            "extra": Param("extra"),
        },
        outputs={"response": "any", "status_code": "integer"},
        effect="read",
        actions=("approve", "reject"),
    ),
    "run": NodeSpec(
        "run",
        {"command": Param("command", ("string",), required=True, program=True)},
        outputs={"stdout": "string"},
        actions=(),
    ),
    "open": NodeSpec("open", {"x": Param("x"), "text": Param("text", ("string",))}),
}


def problems(text: str) -> list[Problem]:
    """Check a text against the types of these tests."""
    return Workflow.parse(text).problems(TYPES)


def node(**fields: Any) -> dict[str, Any]:
    """Make a node of the type `open`."""
    return {"id": "n", "type": "open", **fields}


def there(text: str, problem: Problem) -> str:
    """Give the beginning of what stands at a problem's line and column."""
    assert problem.line is not None and problem.column is not None
    return text.split("\n")[problem.line - 1][problem.column - 1 :][:14]


def in_nodes(*nodes: str) -> str:
    """Write a workflow with these nodes, in flow style, the first on line 2."""
    return "nodes:\n" + "".join(f"- {{{one}}}\n" for one in nodes)


A = "id: a, type: get, params: {url: x}"

CASES = {
    "unknown top key": (
        "sesion: open\n" + in_nodes(A),
        ("LNG01", "sesion", "sesion: open", "did you mean `session`?"),
    ),
    "unknown node key": (
        in_nodes("id: a, type: open, tiemout: 3"),
        ("LNG01", "nodes[0].tiemout", "tiemout: 3}", "did you mean `timeout`?"),
    ),
    "alias of a node key": (
        in_nodes(A, "id: b, type: open, depends_on: a"),
        ("LNG01", "nodes[1].depends_on", "depends_on: a}", "did you mean `after`?"),
    ),
    "key in the wrong place twice": (
        in_nodes("id: a, type: open, name: b"),
        ("LNG01", "nodes[0].name", "name: b}", "`id` is there already"),
    ),
    "param beside params": (
        in_nodes("id: a, type: get, url: x"),
        ("PRM11", "nodes[0].url", "url: x}", "move it: `params: {url: …}`"),
    ),
    "key of an edge": (
        in_nodes(A, "id: b, type: open") + "edges:\n- {from_node: a, to: b}\n",
        ("GRF05", "edges[0].from_node", "from_node: a, ", "did you mean `from`?"),
    ),
    "not supported yet": (
        in_nodes("id: a, type: open, fallback: {type: get}"),
        ("LNG03", "nodes[0].fallback", "fallback: {typ", ""),
    ),
    "type not supported yet": (
        in_nodes("id: a, type: llm"),
        ("LNG03", "nodes[0].type", "llm}", ""),
    ),
    "check not supported yet": (
        in_nodes("id: a, type: open, verify: {python: x.py}"),
        ("LNG03", "nodes[0].verify.python", "python: x.py}}", ""),
    ),
    "two checks in one": (
        in_nodes("id: a, type: open, verify: {exists: x, command: y}"),
        ("LNG02", "nodes[0].verify", "{exists: x, co", ""),
    ),
    "no check": (
        in_nodes("id: a, type: open, verify: {}"), ("LNG05", "nodes[0].verify", "{}}", ""),
    ),
    "empty check": (
        in_nodes('id: a, type: open, verify: {exists: " "}'),
        ("LNG02", "nodes[0].verify.exists", '" "}}', ""),
    ),
    "field that a check misspells": (
        in_nodes(A, 'id: b, type: open, verify: {command: "test -e ${aa.x}"}'),
        ("TPL01", "nodes[1].verify.command", 'aa.x}"}}', "did you mean `a`?"),
    ),
    "value in the program text of a check": (
        in_nodes(A, 'id: b, type: open, verify: {command: "eval ${a.response}"}'),
        ("TPL21", "nodes[1].verify.command", '${a.response}"', ""),
    ),
    "missing type": (
        in_nodes("id: a"),
        ("LNG05", "nodes[0]", "{id: a}", "The node type: built in, or a function with @node."),
    ),
    "no nodes": ("nodes: []\n", ("LNG05", "nodes", "[]", "")),
    "nodes of another kind": (
        "nodes: {a: {type: get}}\n", ("LNG02", "nodes", "{a: {type: get", ""),
    ),
    "a node of another kind": ("nodes:\n- get\n", ("LNG02", "nodes[0]", "get", "")),
    "text that is a number": (
        "name: 3\n" + in_nodes(A),
        ("LNG02", "name", "3", 'put it in quotes: `name: "3"`'),
    ),
    "template outside of params": (
        in_nodes(A, 'id: b, type: open, after: a, timeout: "${a.response}"'),
        ("LNG02", "nodes[1].timeout", '"${a.response}',
         "templates stand in `params`, `reads`, `verify` and the `source` of outputs only"),
    ),
    "wrong word": (
        in_nodes("id: a, type: open, effect: Write"),
        ("PRM06", "nodes[0].effect", "Write}", "did you mean `write`?"),
    ),
    "another type system": (
        "inputs: {c: {type: str}}\n" + in_nodes('id: a, type: open, params: {x: "${c}"}'),
        ("PRM06", "inputs.c.type", "str}}", "did you mean `string`?"),
    ),
    "input in short form": (
        "inputs: {c: general}\n" + in_nodes("id: a, type: open"),
        ("LNG02", "inputs.c", "general}", "write `c: {default: general}`"),
    ),
    "output in short form": (
        in_nodes(A) + "outputs: {r: a.response}\n",
        ("LNG02", "outputs.r", "a.response}", 'write `r: {source: "a.response"}`'),
    ),
    "out of range": (
        in_nodes("id: a, type: open, retry: {attempts: 0}"),
        ("PRM09", "nodes[0].retry.attempts", "0}}", ""),
    ),
    "code that no failure has": (
        in_nodes("id: a, type: open, retry: {on: [timeout]}"),
        ("LNG02", "nodes[0].retry.on[0]", "timeout]}}", "codes are written like `ENV06`"),
    ),
    "bad id": (
        in_nodes("id: 1st, type: open"),
        ("LNG04", "nodes[0].id", "1st, type: ope",
         "use letters, digits, `_` and `-`, beginning with a letter or `_`"),
    ),
    "reserved id": (
        in_nodes("id: __a, type: open"), ("LNG04", "nodes[0].id", "__a, type: ope", ""),
    ),
    "id that a template reads otherwise": (
        in_nodes("id: env, type: open"), ("LNG04", "nodes[0].id", "env, type: ope", ""),
    ),
    "duplicate id": (
        in_nodes(A, "id: a, type: open"),
        ("GRF03", "nodes[1].id", "a, type: open}", "give one of the two another id"),
    ),
    "input named like a node": (
        "inputs: {a: {}}\n" + in_nodes(A) + "outputs: {r: {source: a}}\n",
        ("LNG04", "inputs.a", "a: {}}", ""),
    ),
    "input with a bad name": (
        "inputs: {a b: {}}\n" + in_nodes(A),
        ("LNG04", "inputs.a b", "a b: {}}",
         "use letters, digits, `_` and `-`, beginning with a letter or `_`"),
    ),
    "default that does not fit": (
        "inputs: {n: {type: integer, default: ten}}\n"
        + in_nodes('id: a, type: open, params: {x: "${n}"}'),
        ("PRM07", "inputs.n.default", "ten}}", ""),
    ),
    "two inputs from stdin": (
        "inputs: {m: {stdin: true}, n: {stdin: true}}\n"
        + in_nodes('id: a, type: open, params: {x: "${n}${m}"}'),
        ("PRM10", "inputs.n.stdin", "true}}", ""),
    ),
    "unknown type": (
        in_nodes("id: a, type: gte"),
        ("GRF01", "nodes[0].type", "gte}", "did you mean `get`?"),
    ),
    "unknown start": (
        "start_node: b\n" + in_nodes(A),
        ("GRF04", "start_node", "b", "there are `a`"),
    ),
    "unknown predecessor": (
        in_nodes("id: fetch, type: open", "id: b, type: open, after: [fecth]"),
        ("GRF04", "nodes[1].after[0]", "fecth]}", "did you mean `fetch`?"),
    ),
    "unknown single predecessor": (
        in_nodes("id: fetch, type: open", "id: b, type: open, after: fecth"),
        ("GRF04", "nodes[1].after", "fecth}", "did you mean `fetch`?"),
    ),
    "unknown end of an edge": (
        in_nodes("id: fetch, type: open") + "edges:\n- {from: fetch, to: snd}\n",
        ("GRF04", "edges[0].to", "snd}", "there are `fetch`"),
    ),
    "action that is never taken": (
        in_nodes(A, "id: b, type: open") + "edges:\n- {from: a, to: b, action: aprove}\n",
        ("GRF06", "edges[0].action", "aprove}", "did you mean `approve`?"),
    ),
    "node that waits for itself": (
        in_nodes("id: a, type: open, after: a"), ("GRF07", "nodes[0].after", "a}", ""),
    ),
    "edge back to the node": (
        in_nodes(A) + "edges:\n- {from: a, to: a}\n", ("GRF07", "edges[0]", "{from: a, to: ", ""),
    ),
    "cache of an effect": (
        in_nodes("id: a, type: run, params: {command: ls}, cache: 1h"),
        ("PRM10", "nodes[0].cache", "1h}",
         "take `cache` out, or say `effect: read` if it changes nothing"),
    ),
    "alias of a param": (
        in_nodes("id: a, type: get, params: {uri: x}"),
        ("PRM04", "nodes[0].params.uri", "uri: x}}", "did you mean `url`?"),
    ),
    "misspelt param": (
        in_nodes("id: a, type: get, params: {url: x, mehtod: GET}"),
        ("PRM04", "nodes[0].params.mehtod", "mehtod: GET}}", "did you mean `method`?"),
    ),
    "misspelt param that is given too": (
        in_nodes("id: a, type: get, params: {url: x, uri: x}"),
        ("PRM04", "nodes[0].params.uri", "uri: x}}", "`url` is given already"),
    ),
    "unknown param": (
        in_nodes("id: a, type: get, params: {url: x, colour: red}"),
        ("PRM05", "nodes[0].params.colour", "colour: red}}",
         "it has `url`, `method`, `path`, `file_path`, `limit`, `wait`, `tags`, `extra`"),
    ),
    "key of the node among the params": (
        in_nodes("id: a, type: get, params: {url: x, timeout: 3}"),
        ("PRM05", "nodes[0].params.timeout", "timeout: 3}}",
         "`timeout` is a key of the node: write it one level up, beside `params`"),
    ),
    "key of the node that looks like a param": (
        in_nodes("id: a, type: run, params: {command: x, retry: {attempts: 2}}"),
        ("PRM05", "nodes[0].params.retry", "retry: {attemp",
         "`retry` is a key of the node: write it one level up, beside `params`"),
    ),
    "unknown type that comes later": (
        in_nodes("id: a, type: wiat"),
        ("GRF01", "nodes[0].type", "wiat}", "did you mean `wait`? It is not supported yet"),
    ),
    "missing param": (
        in_nodes("id: a, type: get"), ("PRM02", "nodes[0].params", "{id: a, type: ", ""),
    ),
    "param in two spellings": (
        in_nodes("id: a, type: get, params: {url: x, path: a, file_path: b}"),
        ("PRM10", "nodes[0].params.file_path", "file_path: b}}", "take one of them out"),
    ),
    "param outside its enumeration": (
        in_nodes("id: a, type: get, params: {url: x, method: get}"),
        ("PRM06", "nodes[0].params.method", "get}}", "did you mean `GET`?"),
    ),
    "param of another type": (
        in_nodes('id: a, type: get, params: {url: x, limit: "10"}'),
        ("PRM07", "nodes[0].params.limit", '"10"}}', "write 10"),
    ),
    "param with a unit": (
        in_nodes("id: a, type: get, params: {url: x, wait: 30s}"),
        ("PRM08", "nodes[0].params.wait", "30s}}", "write 30"),
    ),
    "param out of range": (
        in_nodes("id: a, type: get, params: {url: x, limit: 5000}"),
        ("PRM09", "nodes[0].params.limit", "5000}}", ""),
    ),
    "text with a template for a number": (
        in_nodes(A, 'id: b, type: get, params: {url: x, limit: "1${a.status_code}"}'),
        ("PRM07", "nodes[1].params.limit", '"1${a.status_c', ""),
    ),
    "mapping with a template for a list": (
        in_nodes(A, 'id: b, type: get, params: {url: x, tags: {t: "${a.response}"}}'),
        ("PRM07", "nodes[1].params.tags", '{t: "${a.respo', ""),
    ),
    "template that cannot be read": (
        in_nodes('id: a, type: open, params: {x: "say ${a"}'),
        ("TPL00", "nodes[0].params.x", '"}}',
         "close it with `}`, or to write `${` itself, double the dollar: `$${`"),
    ),
    "template of another dialect": (
        in_nodes(A, 'id: b, type: open, params: {x: "${{a.response}}"}'),
        ("TPL17", "nodes[1].params.x", '{a.response}}"',
         "a template has one brace on each side: `${name}`; `$${{` is `${{` as text"),
    ),
    "unknown head": (
        in_nodes(A.replace("id: a", "id: fetch"),
                 'id: b, type: open, params: {x: ["say ${fecth.response}"]}'),
        ("TPL01", "nodes[1].params.x[0]", "fecth.response", "did you mean `fetch`?"),
    ),
    "undeclared variable": (
        in_nodes('id: b, type: open, params: {x: "${env.HOME}"}'),
        ("TPL01", "nodes[0].params.x", 'HOME}"}}', "declare it under `inputs`: `{env: HOME}`"),
    ),
    "nearly declared variable": (
        "inputs: {t: {env: GITHUB_TOKEN}}\n"
        + in_nodes('id: b, type: open, params: {x: "${env.GITHUB_TOKN} ${t}"}'),
        ("TPL01", "nodes[0].params.x", "GITHUB_TOKN} $", "did you mean `GITHUB_TOKEN`?"),
    ),
    "environment without a name": (
        in_nodes('id: b, type: open, params: {x: "${env}"}'),
        ("TPL01", "nodes[0].params.x", 'env}"}}', ""),
    ),
    "field in another case": (
        in_nodes(A, 'id: b, type: open, params: {x: "${a.statusCode}"}'),
        ("TPL02", "nodes[1].params.x", 'statusCode}"}}', "did you mean `status_code`?"),
    ),
    "misspelt field": (
        in_nodes(A, 'id: b, type: open, params: {x: "${a.respnose.x}"}'),
        ("TPL03", "nodes[1].params.x", 'respnose.x}"}}', "did you mean `response`?"),
    ),
    "field that is not there": (
        in_nodes(A, 'id: b, type: open, params: {x: "${a.body}"}'),
        ("TPL05", "nodes[1].params.x", 'body}"}}', ""),
    ),
    "index on the outputs": (
        in_nodes(A, 'id: b, type: open, params: {x: "${a[0]}"}'),
        ("TPL10", "nodes[1].params.x", '[0]}"}}', ""),
    ),
    "index from the end": (
        in_nodes(A, 'id: b, type: open, params: {x: "${a.response[-1]}"}'),
        ("TPL12", "nodes[1].params.x", '[-1]}"}}', ""),
    ),
    "key in brackets": (
        in_nodes(A, "id: b, type: open, params: {x: '${a.response[\"k\"]}'}"),
        ("TPL12", "nodes[1].params.x", '["k"]}\'}}', "write `a.response.k`"),
    ),
    "reference to the node itself": (
        in_nodes('id: a, type: open, params: {x: "${a.x}"}'),
        ("TPL19", "nodes[0].params.x", 'a.x}"}}', "name another node or an input"),
    ),
    "variable of the shell": (
        in_nodes('id: a, type: run, params: {command: "ls ${HOME}"}'),
        ("TPL20", "nodes[0].params.command", 'HOME}"}}',
         "for the shell's own variable write `$${HOME}`"),
    ),
    "place where a shell takes no value": (
        in_nodes(A, 'id: b, type: run, params: {command: "echo $((${a.response}))"}'),
        ("TPL21", "nodes[1].params.command", "${a.response})", ""),
    ),
    "head of an output": (
        in_nodes(A.replace("id: a", "id: fetch")) + "outputs: {r: {source: fecth.response}}\n",
        ("GRF11", "outputs.r.source", "fecth.response", "did you mean `fetch`?"),
    ),
    "field of an output": (
        in_nodes(A) + 'outputs: {r: {source: "say ${a.respnose}"}}\n',
        ("GRF11", "outputs.r.source", 'respnose}"}}', "did you mean `response`?"),
    ),
    "output that cannot be read": (
        in_nodes(A) + "outputs: {r: {source: a response}}\n",
        ("GRF11", "outputs.r.source", " response}}",
         "to write `${` itself, double the dollar: `$${`"),
    ),
    "output without a template": (
        in_nodes(A) + 'outputs: {r: {source: "$${a}"}}\n',
        ("GRF11", "outputs.r.source", '"$${a}"}}', "write a template, such as `${node.field}`"),
    ),
    "empty output": (
        in_nodes(A) + 'outputs: {r: {source: " "}}\n', ("LNG02", "outputs.r.source", '" "}}', ""),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_one_mistake_is_one_error_at_its_place(
    text: str, expected: tuple[str, str, str, str]
) -> None:
    """Each kind of mistake gives exactly one error: code, path, what stands there, hint."""
    found = problems(text)
    assert [(one.code, one.path, there(text, one), one.hint) for one in found] == [expected]
    assert found[0].severity == "error"
    assert found[0].code in CODES
    assert json.dumps(dataclasses.asdict(found[0])), "events carry problems as JSON"


WARNINGS = {
    "unused input": (
        "inputs: {c: {}}\n" + in_nodes("id: a, type: open"), ("GRF10", "inputs.c", "c: {}}"),
    ),
    "node that start_node leaves out": (
        "start_node: a\n" + in_nodes(A, "id: b, type: open"),
        ("GRF08", "nodes[1]", "{id: b, type: "),
    ),
    "unknown head with a way out": (
        in_nodes('id: a, type: open, params: {x: "${nobody.x ?? 1}"}'),
        ("TPL01", "nodes[0].params.x", "nobody.x ?? 1}"),
    ),
    "unknown field with a way out": (
        in_nodes(A, 'id: b, type: open, params: {x: "${a.body ?? null}"}'),
        ("TPL05", "nodes[1].params.x", 'body ?? null}"'),
    ),
    "number behind a dot": (
        in_nodes(A, 'id: b, type: open, params: {x: "${a.response.0.id}"}'),
        ("TPL12", "nodes[1].params.x", '0.id}"}}'),
    ),
    "raw text in a program": (
        in_nodes(A, 'id: b, type: run, params: {command: "echo ${a.response | raw}"}'),
        ("TPL21", "nodes[1].params.command", "${a.response |"),
    ),
    "another version of the interchange form": (
        'ir_version: "9"\n' + in_nodes(A), ("LNG02", "ir_version", '"9"'),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), WARNINGS.values(), ids=WARNINGS.keys())
def test_what_may_be_meant_is_a_warning(text: str, expected: tuple[str, str, str]) -> None:
    """What does not keep a workflow from running is told without stopping it."""
    found = problems(text)
    assert [(one.code, one.path, there(text, one)) for one in found] == [expected]
    assert found[0].severity == "warning"


SOUND = {
    "way through an unknown structure": in_nodes(
        A, 'id: b, type: open, params: {x: "${a.response.deep[0].er} ${a} ${n.any}"}',
        "id: n, type: open",
    ),
    "values that templates will give": in_nodes(
        A, 'id: b, type: get, params: {url: "h/${a.response}", limit: "${a.response}",'
        ' tags: ["${a.response}"], method: "${a.response}", path: null}',
    ),
    "an escape": in_nodes('id: a, type: run, params: {command: "echo $${HOME} $HOME"}'),
    "a value in every place of a shell": in_nodes(
        A, "id: b, type: run, params: {command: 'echo ${a.response} \"${a.response}\"'}"
    ),
    "ways out of doubt": in_nodes(
        A, 'id: b, type: open, idempotent: true, verify: {http: "http://x/${a.response}"}',
        'id: c, type: open, idempotent: 24h, verify: {command: "grep -q ${a.response} log"}',
    ),
    "shorthands": in_nodes(A, "id: b, type: open, after: a, retry: 3, timeout: 30s, cache: false"),
    "cache of what only reads": in_nodes("id: a, type: get, params: {url: x}, cache: 1h"),
    "cache of what is said to read": in_nodes(
        "id: a, type: run, params: {command: ls}, effect: read, cache: true"
    ),
    "declared variable": "inputs: {t: {env: T}}\n"
    + in_nodes('id: a, type: open, params: {x: "${env.T}"}'),
    "an input without a body": "inputs:\n  t:\n"
    + in_nodes('id: a, type: open, params: {x: "${t}"}'),
    "actions of their own": in_nodes(A, "id: b, type: open", "id: c, type: open")
    + "edges:\n- {from: a, to: b, action: approve}\n- {from: a, to: c, action: error}\n"
    + "- {from: c, to: b, action: whatever}\n",
    "what a failed node reports": in_nodes(
        A, 'id: b, type: open, params: {x: "${a.error.message} ${a.stderr}"}'
    ) + "edges:\n- {from: a, to: b, action: error}\n",
    "outputs with and without braces": in_nodes(A)
    + 'outputs: {p: {source: a.response}, q: {source: "${a}"}, r: {source: "is ${a.response}"}}\n',
    "containers of which nothing is written yet": in_nodes("id: a, type: open, params: , after: ")
    + "edges:\ninputs:\noutputs:\ndefaults:\n",
    "open params": in_nodes('id: a, type: value, params: {anything: 1, at: {all: "${b.x}"}}',
                            "id: b, type: open"),
    "shell value before its node": in_nodes(
        'id: b, type: run, params: {command: "echo ${HOME}"}', "id: HOME, type: open"
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", SOUND.values(), ids=SOUND.keys())
def test_what_is_right_is_not_complained_about(text: str) -> None:
    """Correct workflows have no problems, however unusual."""
    assert problems(text) == []


def test_problems_come_in_the_order_of_the_text() -> None:
    """Whatever part of the check found them, problems are sorted by line and column."""
    text = (
        "inputs: {c: {type: str}}\n"
        + in_nodes('id: a, type: gte, tmeout: 3, after: [q], params: {x: "${r.x} ${c} ${s}"}')
        + "edges:\n- {from: a, to: z}\noutputs: {o: {source: y}}\n"
    )
    places = [(one.line, one.column) for one in problems(text)]
    assert len(places) == 8
    assert places == sorted(places)


def test_every_mistake_of_a_text_is_told_at_once() -> None:
    """One pass finds all: nothing hides behind the first error."""
    text = in_nodes(
        'id: a, type: run, tmeout: 1, params: {comand: "x"}',
        'id: b, type: get, params: {url: "${a.stdot} ${zz}", limit: x}, after: a2',
        "id: b, type: gett",
    )
    codes = sorted(one.code for one in problems(text))
    assert codes == ["GRF01", "GRF03", "GRF04", "LNG01", "PRM04", "PRM07", "TPL01", "TPL03"]


def test_a_misspelt_or_misplaced_param_is_not_missing_too() -> None:
    """What one edit mends is one problem: the name that is meant does not count as missing."""
    for given_ in ("params: {uri: x}", "url: x", "params: {Url: x}"):
        assert [one.code for one in problems(in_nodes(f"id: a, type: get, {given_}"))] in (
            ["PRM04"],
            ["PRM11"],
        )


@pytest.mark.parametrize(
    ("links", "cycle"),
    [
        (["a: ${b.x}", "b: ${c.x}", "c: ${a.x}"], ("a", "b", "c")),
        (["a: ${b.x}", "b: ${a.x ?? 1}"], ("a", "b")),
        (["a: ${b.x}", "b: after a", "c: ${d.x}", "d: ${e.x}", "e: ${c.x}"], ("a", "b")),
        (["a: edge b", "b: ${a.x}"], ("a", "b")),
    ],
)
def test_the_smallest_cycle_is_shown(links: list[str], cycle: tuple[str, ...]) -> None:
    """Templates, `after` and edges close a circle alike; the message names each link."""
    nodes, edges = [], []
    for id, how in (link.split(": ", 1) for link in links):
        extra = f', params: {{x: "{how}"}}' if how[0] == "$" else ""
        extra += f", after: [{how[6:]}]" if how.startswith("after") else ""
        edges += [f"- {{from: {how[5:]}, to: {id}}}\n"] if how.startswith("edge") else []
        nodes.append(f"id: {id}, type: open{extra}")
    text = in_nodes(*nodes) + ("edges:\n" + "".join(edges) if edges else "")
    (problem,) = (one for one in problems(text) if one.severity == "error")
    assert (problem.code, problem.facts["cycle"]) == ("GRF07", cycle)
    for id, other in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
        assert f"`{id}` waits for `{other}`" in problem.message


def test_a_long_cycle_is_shown_in_part() -> None:
    """A circle of very many nodes is found at once, and its message stays readable."""
    count = 3_000
    nodes = [
        {"id": f"n{at}", "type": "open", "params": {"x": f"${{n{(at + 1) % count}.x}}"}}
        for at in range(count)
    ]
    (problem,) = Workflow.build(nodes).problems(TYPES)
    assert problem.code == "GRF07"
    assert problem.message.endswith("and so on over 2992 more")


@pytest.mark.parametrize("name", sorted(LATER_TYPES - catalogue.keys()))
def test_types_that_are_not_built_yet_are_told_so(name: str) -> None:
    """A type of the language that does not exist yet is no unknown type."""
    (problem,) = Workflow.parse(in_nodes(f"id: a, type: {name}")).problems()
    assert (problem.code, problem.message) == (
        "LNG03",
        f"node `a`: the type `{name}` is not supported yet",
    )


@pytest.mark.parametrize(
    ("type", "params", "name"),
    [
        ("shell", 'command: x, ok_codes: ["1"]', "ok_codes"),
        ("shell", "command: x, ok_codes: []", "ok_codes"),
        ("http", 'url: ""', "url"),
        ("http", "url: ftp://x.example", "url"),
        ("http", "url: http://x, ok_status: abc", "ok_status"),
        ("http", "url: http://x, ok_status: [200, 2x]", "ok_status"),
        ("read-file", "path: x, encoding: utf-99", "encoding"),
        ("write-file", "path: x, content: y, encoding: base64", "encoding"),
    ],
)
def test_what_the_run_would_refuse_is_told_before_it(type: str, params: str, name: str) -> None:
    """A literal value that its node type objects to is an error at its place."""
    (problem,) = Workflow.parse(in_nodes(f"id: a, type: {type}, params: {{{params}}}")).problems()
    assert (problem.code, problem.path) == ("PRM07", f"nodes[0].params.{name}")
    assert f"param `{name}` " in problem.message


@pytest.mark.parametrize(
    ("type", "params"),
    [
        ("shell", 'command: x, ok_codes: ["${i}"]'),
        ("shell", "command: x, ok_codes: 1"),
        ("http", 'url: "${i}/x", ok_status: ["${i}", 404, 5xx]'),
        ("http", "url: HTTPS://x.example, ok_status: 200"),
        ("read-file", 'path: x, encoding: "${i}-8"'),
        ("read-file", "path: x, encoding: binary"),
    ],
)
def test_what_the_run_may_take_is_left_to_it(type: str, params: str) -> None:
    """With a template in it a value is not judged, nor is one that the node type takes."""
    given_ = 'inputs: {i: {}}\noutputs: {o: {source: "${i}"}}\n'
    text = given_ + in_nodes(f"id: a, type: {type}, params: {{{params}}}")
    assert Workflow.parse(text).problems() == []


def test_a_batch_that_is_not_supported_is_one_problem() -> None:
    """The variables of a batch are not unknown heads as well."""
    text = in_nodes(
        'id: a, type: open, batch: {items: [1], as: it}, params: {x: "${it} ${__index__}"}'
    )
    assert [one.code for one in problems(text)] == ["LNG03"]


@pytest.mark.parametrize(
    ("text", "code", "facts"),
    [
        (
            in_nodes("id: a, type: gte"),
            "GRF01", {"written": "gte", "types": ("get", "open", "run", "value")},
        ),
        (
            in_nodes("id: a, type: run, params: {comand: x}"),
            "PRM04",
            {"written": "comand", "params": ("command",), "type": "run", "meant": "command"},
        ),
        (
            in_nodes("id: a, type: run, params: {command: x, zzz: x}"),
            "PRM05", {"written": "zzz", "params": ("command",), "type": "run"},
        ),
        (
            in_nodes("id: a, type: run, command: x"),
            "PRM11", {"written": "command", "params": ("command",), "type": "run"},
        ),
        (
            in_nodes("id: a, type: open") + "edges: [{source: a, to: a}]\n",
            "GRF05",
            {"written": "source", "meant": "from", "keys": ("from", "to", "action")},
        ),
        (
            in_nodes("id: a, type: open", "id: b, type: open, after: c"),
            "GRF04", {"written": "c", "ids": ("a", "b")},
        ),
    ],
)  # fmt: skip
def test_problems_carry_the_facts_that_rules_need(
    text: str, code: str, facts: dict[str, Any]
) -> None:
    """What is written, and what could stand there, travels with the problem."""
    (problem,) = problems(text)
    assert (problem.code, dict(problem.facts)) == (code, facts)


def test_only_heads_that_make_no_circle_are_offered() -> None:
    """The facts of an unknown head list inputs and nodes, but none that waits for this one."""
    text = "inputs: {i: {}}\n" + in_nodes(
        'id: first, type: open, params: {x: "${i}"}',
        'id: here, type: open, params: {x: "${frst.x} ${first.x}"}',
        'id: later, type: open, params: {x: "${here.x}"}',
        "id: aside, type: open",
    )
    (problem,) = problems(text)
    assert problem.facts["heads"] == ("first", "aside", "i")
    assert problem.facts["span"] == (2, 6)


def test_the_places_of_an_output_count_in_what_is_written() -> None:
    """Spans of a source without braces count in the author's text, not in the template's."""
    (problem,) = problems(in_nodes(A) + "outputs: {r: {source: a.respnose}}\n")
    assert problem.facts["span"] == (2, 10)
    assert problem.facts["unresolved"].segment_span == (2, 10)
    assert problem.facts["as"] == "TPL03"


def test_a_line_inside_a_long_program_is_named() -> None:
    """In a block of many lines a template's problem has its own line and column."""
    text = "nodes:\n- id: a\n  type: run\n  params:\n    command: |\n      one\n      two ${x.y}\n"
    (problem,) = problems(text)
    assert (problem.code, problem.line, problem.column) == ("TPL01", 7, 13)


def test_a_workflow_of_python_has_paths_and_no_lines() -> None:
    """Without a text the problems still say where, by path."""
    (problem,) = Workflow.build([{"id": "a", "type": "gte"}]).problems(TYPES)
    assert (problem.path, problem.line, problem.column) == ("nodes[0].type", None, None)
    assert problem.describe() == (
        "nodes[0].type: GRF01 node `a`: there is no node type `gte` – did you mean `get`?"
    )


def test_a_secret_default_is_not_shown() -> None:
    """The value of a secret stands in no message and no fact; a secret is text."""
    text = "inputs: {t: {type: integer, secret: true, default: hunter2}}\n" + in_nodes(
        'id: a, type: open, params: {x: "${t}"}'
    )
    found = problems(text)
    assert sorted(problem.code for problem in found) == ["LNG02", "PRM07"]
    assert "hunter2" not in repr(found) + repr([dict(problem.facts) for problem in found])


def test_the_check_stops_after_very_many_errors() -> None:
    """A text that is wrong everywhere gives a bounded list, which says that it is cut."""
    text = in_nodes(f'id: a, type: open, params: {{x: "{"${zz}" * 5000}"}}')
    found = problems(text)
    assert len(found) == MOST_ERRORS + 1
    assert found[-1].code == "SRC06"
    assert f"{MOST_ERRORS:,}" in found[-1].message


# --- nothing breaks the check -------------------------------------------------------------------

KEYS = sorted({key for section in SECTIONS.values() for key in section.keys} | {"a", "x", "url"})
TEXTS = st.sampled_from(
    ["a", "b", "get", "run", "value", "shell", "http", "${a.x}", "${b ?? a.y[0] | int}",
     "$((${a}))",
     "${a", "30s", "write", "string", "echo ${a.x} `${b}`", "", "env", "${env.X}", "${{a}}"]
)  # fmt: skip
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.text(max_size=5)
    | st.just(10**500)
)  # fmt: skip
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), inner, max_size=6)
    ),
    max_leaves=25,
)
NODES = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from("abc") | SCALARS, "type": TEXTS | SCALARS},
        optional={key: TREES for key in SECTIONS["node"].keys if key not in ("id", "type")},
    )
    | TREES,
    max_size=4,
)
EDGES = st.lists(
    st.dictionaries(st.sampled_from(["from", "to", "action", "source"]), TEXTS | TREES) | TREES,
    max_size=4,
)
WORKFLOWS = st.fixed_dictionaries(
    {"nodes": NODES},
    optional={
        "edges": EDGES,
        **{key: TREES for key in SECTIONS["workflow"].keys if key not in ("nodes", "edges")},
    },
)


@settings(max_examples=120)
@given(TREES | WORKFLOWS)
def test_the_check_never_raises(tree: Any) -> None:
    """Whatever a tree holds, the check gives a list of problems with known codes."""
    for types in (TYPES, catalogue):
        for problem in check(define(tree), tree, types):
            assert problem.code in CODES
            assert problem.severity in ("error", "warning")
            assert problem.message
