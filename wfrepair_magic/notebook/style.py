"""The look of reports: the front end's own colours, else ours for light and for dark."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from ..monitor.changes import is_head

KINDS: Final[Mapping[str, str]] = {
    "done": "good", "reused": "good", "SUCCESS": "good",
    "failed": "bad", "FAILED": "bad",
    "running": "busy", "RUNNING": "busy",
    "waiting": "warn", "in_doubt": "warn", "WAITING": "warn", "DEGRADED": "warn",
    "cancelled": "warn", "CANCELLED": "warn",
}  # fmt: skip
"""The colour of a state; icon and word say the same without it."""

# `--k` is the colour of a kind. Sizes are 13 px, and 12 px for what is small or code. Twice `.wfr`
# in a rule: notebooks set tables, code and lists with rules that would win over one. The graph is
# hidden until this style shows it: where a front end takes style and pictures away from a report
# (JupyterLab does from one that it does not trust), its labels would be left as a heap of words.
_RULES = """
.wfr {
  --o0: #fff; --o1: #1f2328; --o2: #59636e; --o3: #d1d9e0;
  --og: #1a7f37; --ob: #cf222e; --ow: #9a6700; --or: #0969da;
  --paper: var(--jp-layout-color0, var(--vscode-editor-background, var(--o0)));
  --text: var(--jp-ui-font-color1, var(--vscode-editor-foreground, var(--o1)));
  --faint: var(--jp-ui-font-color2, var(--vscode-descriptionForeground, var(--o2)));
  --line: var(--jp-border-color2, var(--vscode-widget-border, var(--o3)));
  --good: var(--jp-success-color1, var(--vscode-testing-iconPassed, var(--og)));
  --bad: var(--jp-error-color1, var(--vscode-errorForeground, var(--ob)));
  --warn: var(--jp-warn-color1, var(--vscode-editorWarning-foreground, var(--ow)));
  --busy: var(--jp-brand-color1, var(--vscode-focusBorder, var(--or)));
  --mono: 12px/1.5 var(--jp-code-font-family, ui-monospace, monospace);
  background: var(--paper); color: var(--text); max-width: 72em; padding: 4px 6px;
  font: 13px/1.5 var(--jp-ui-font-family, system-ui, sans-serif);
}
@media (prefers-color-scheme: dark) { .wfr {
  --o0: #0d1117; --o1: #e6edf3; --o2: #9198a1; --o3: #3d444d;
  --og: #3fb950; --ob: #f85149; --ow: #d29922; --or: #58a6ff;
} }
.wfr-good { --k: var(--good); } .wfr-bad { --k: var(--bad); }
.wfr-warn { --k: var(--warn); } .wfr-busy { --k: var(--busy); }
.wfr-calm, .wfr-rest { --k: initial; }
.wfr b { color: var(--k, inherit); font-weight: 600; }
.wfr.wfr p, .wfr.wfr ul, .wfr.wfr dl { margin: 4px 0; padding: 0; }
.wfr-small { color: var(--faint); font-size: 12px; }
.wfr-state {
  border: 1px solid var(--k, var(--line)); border-radius: 10px; font-weight: 600;
  margin-right: 4px; padding: 0 8px; white-space: nowrap;
}
.wfr progress {
  appearance: none; background: var(--line); border: 0; border-radius: 3px; display: block;
  height: 6px; margin: 6px 0; max-width: 26em; overflow: hidden; width: 100%;
}
.wfr progress::-webkit-progress-bar { background: none; }
.wfr progress::-webkit-progress-value { background: var(--busy); }
.wfr progress::-moz-progress-bar { background: var(--busy); }
.wfr-graph { display: block !important; margin: 8px 0; }
.wfr-wide { overflow-x: auto; }
.wfr svg { display: block; height: auto; max-width: 100%; }
.wfr svg text { fill: var(--text); font: var(--mono); }
.wfr tspan { fill: var(--k, var(--faint)); }
.wfr rect { fill: var(--paper); stroke: var(--k, var(--line)); }
.wfr .wfr-bad rect { fill: color-mix(in srgb, var(--bad) 12%, var(--paper)); }
.wfr .wfr-rest rect { stroke-dasharray: 3 3; }
.wfr path { fill: none; stroke: var(--faint); stroke-opacity: .7; }
.wfr path.h { fill: var(--faint); stroke: none; }
.wfr table {
  border-collapse: collapse; color: var(--text); font-size: 13px; margin: 4px 0; width: auto;
}
.wfr.wfr.wfr tr { background: none; }
.wfr.wfr table th, .wfr.wfr table td {
  background: none; border: 0; border-bottom: 1px solid var(--line); color: inherit;
  max-width: 36em; overflow-wrap: break-word; padding: 2px 14px 2px 0; text-align: left;
  vertical-align: top; white-space: normal;
}
.wfr.wfr table .n { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
.wfr.wfr table thead th { color: var(--faint); font-size: 12px; font-weight: 400; }
.wfr.wfr tbody th { font-weight: 600; }
.wfr.wfr td:first-child { white-space: nowrap; }
.wfr.wfr td:last-child { min-width: 11em; }
.wfr i { color: var(--faint); font-style: normal; }
.wfr-box { border-left: 3px solid var(--k, var(--line)); margin: 8px 0; padding: 2px 10px; }
.wfr-box { background: color-mix(in srgb, var(--k, transparent) 5%, transparent); }
.wfr-red { color: color-mix(in srgb, var(--bad) 72%, var(--text)); }
.wfr.wfr dl { display: flex; flex-wrap: wrap; font-size: 12px; gap: 0 20px; }
.wfr.wfr dt, .wfr.wfr dd {
  display: inline; float: none; margin: 0; overflow-wrap: anywhere; padding: 0;
}
.wfr.wfr dt { color: var(--faint); font-weight: 400; }
"""

# What stands in a report that offers something: cards, changes, commands, and what unfolds.
_MORE_RULES = """
.wfr.wfr ul { padding-left: 18px; }
.wfr.wfr li { margin: 0; }
.wfr-fix { border: 1px solid var(--line); border-radius: 4px; margin: 8px 0; padding: 6px 10px; }
.wfr summary { cursor: pointer; }
.wfr.wfr code, .wfr.wfr pre {
  background: none; border: 0; color: inherit; font: var(--mono); padding: 0;
}
.wfr.wfr pre { margin: 6px 0; overflow-wrap: anywhere; white-space: pre-wrap; }
.wfr ins, .wfr del { display: block; text-decoration: none; }
.wfr ins { background: color-mix(in srgb, var(--good) 18%, transparent); color: inherit; }
.wfr del { background: color-mix(in srgb, var(--bad) 18%, transparent); color: inherit; }
.wfr.wfr .wfr-do code { border: 1px solid var(--line); border-radius: 3px; padding: 1px 6px; }
"""
_OFFERS = ("<details", "<code", "<pre", "<ul")


def _small(rules: str) -> str:
    return re.sub(r" ?([{}:;,>]) ?", r"\1", re.sub(r"\s+", " ", rules)).replace(";}", "}").strip()


SHORT_STYLE: Final = f"<style>{_small(_RULES)}</style>"
STYLE: Final = f"<style>{_small(_RULES + _MORE_RULES)}</style>"
"""The style element that every report carries: a report must look right on its own.

The short one serves an update of a run under way that offers nothing, as most do.
"""


def kind(state: str) -> str:
    """Give the class of a state's colour; states that mean nothing yet, or no more, are calm."""
    return f"wfr-{KINDS.get(state, 'rest' if state == 'skipped' else 'calm')}"


def page(*parts: str, short: bool = False) -> str:
    """Give parts of HTML the frame and the look that every report has; `short`: no rule unused."""
    inside = "".join(parts)
    bare = short and not any(sign in inside for sign in _OFFERS)
    style = SHORT_STYLE if bare else STYLE
    return f'<div class="wfr">{style}{inside}</div>'


def marked(diff: Sequence[str]) -> str:
    """Mark the lines of a diff by element; their signs say the same without it."""
    heads = {at + side for at in range(len(diff)) for side in (0, 1) if is_head(diff[at : at + 3])}
    tags = {"+": "ins", "-": "del", "@": "i"}
    found = (("" if at in heads else tags.get(line[:1]), line) for at, line in enumerate(diff))
    lines = "".join(
        f"<{tag}>{escape(line)}\n</{tag}>" if tag else f"{escape(line)}\n" for tag, line in found
    )
    return f"<pre>{lines}</pre>" if lines else ""
