"""The rule for heads of templates: names of nodes and inputs."""

from __future__ import annotations

from ..fix import Level
from .base import Abstain, Answer, Case, Example, Rule
from .matching import listing, meant, near
from .steps import Step, candidate, own_miss


def head(case: Case) -> Answer:
    """TPL01: an unknown head becomes the node or input that it stands for.

    Only what may come before the node counts: no other can be what its author meant.
    """
    miss = own_miss(case)
    if miss is None:
        return Abstain(case.problem.message)
    if miss.ref.startswith("env."):
        return Abstain(
            f"the environment variable `{miss.head}` is declared by no input"
            f"{near(miss.head, miss.known)}; declare it under `inputs`"
        )
    reader = case.problem.node or "the output"
    found = meant(miss.head, miss.known, f"nodes and inputs that {reader} may read")
    if found is None:
        return Abstain(
            f"no node or input can be taken for `{miss.head}`{near(miss.head, miss.known)}"
            f"; {reader} may read {listing(miss.known)}"
        )
    start, end = miss.segment_span
    step = Step(start, end, found.name, Level.ASK, found.confidence, found.fact)
    why = f"No node or input is called `{miss.head}`, and `{found.name}` is the one it stands for."
    return candidate(case, [step], why)


def _send(template: str) -> str:
    return f"""\
nodes:
  - id: fetch
    type: value
  - id: send
    type: value
    params:
      to: 'the team'
      text: "Hello ${{fetch.email}}, {template}!"  # as they like it
"""


_GIVEN = {"fetch": {"email": "ada@example.org"}}

RULES = (
    Rule(
        "TPL01",
        head,
        examples=(
            Example(
                before=_send("${fecth.email}"),
                after=_send("${fetch.email}"),
                outputs=_GIVEN,
                level="ASK",
                says="`fetch` is at distance 1 from `fecth`",
            ),
            Example(
                before=_send("${Fetch.email}"),
                after=_send("${fetch.email}"),
                outputs=_GIVEN,
                level="ASK",
                says="equals `Fetch` after folding case and separators",
            ),
            Example(
                before="inputs: {channel: {}}\n" + _send("${chanel}"),
                after="inputs: {channel: {}}\n" + _send("${channel}"),
                outputs=_GIVEN,
                inputs={"channel": "general"},
                level="ASK",
                says="`channel` is at distance 1 from `chanel`",
            ),
            Example(
                before=_send("${analyse.email}"),
                after=None,
                outputs=_GIVEN,
                says="no node or input can be taken for `analyse`",
            ),
            Example(  # a variable that nobody declares is a matter for a person
                before="inputs: {token: {env: CHAT_TOKEN}}\n" + _send("${env.CHAT_TOKN} ${token}"),
                after=None,
                outputs=_GIVEN,
                inputs={"token": "t"},
                says="`CHAT_TOKN` is declared by no input; the nearest is `CHAT_TOKEN`",
            ),
            Example(  # `send` is near, and is the very node that reads
                before=_send("${sendd.text}"),
                after=None,
                outputs=_GIVEN,
                says="send may read `fetch`",
            ),
        ),
    ),
)
