"""The look of reports: the front end's own colours, with fallbacks that suit light and dark."""

from __future__ import annotations

import re
from typing import Final

# Twice `.wfr`: notebooks set tables flush right with a rule that would win over one.
_RULES = """
.wfr {
  --wfr-text: var(--jp-ui-font-color1, var(--vscode-editor-foreground, inherit));
  --wfr-faint: var(--jp-ui-font-color2, var(--vscode-descriptionForeground, inherit));
  --wfr-line: var(--jp-border-color2, rgba(128, 128, 128, .4));
  --wfr-code: var(--jp-code-font-family, ui-monospace, monospace);
  --wfr-good: var(--jp-success-color1, #3fa046);
  --wfr-bad: var(--jp-error-color1, #e5484d);
  --wfr-warn: var(--jp-warn-color1, #d97706);
  --wfr-busy: var(--jp-brand-color1, #3b82f6);
  color: var(--wfr-text);
  font-family: var(--jp-ui-font-family, system-ui, sans-serif);
  font-size: 13px; line-height: 1.5; max-width: 72em; padding: 2px 0;
}
.wfr p, .wfr ul { margin: 4px 0; }
.wfr ul { padding-left: 20px; }
.wfr-small { color: var(--wfr-faint); font-size: 12px; }
.wfr-state {
  border: 1px solid var(--wfr-line); border-radius: 10px; font-weight: 600; padding: 0 8px;
}
.wfr progress {
  appearance: none; background: var(--wfr-line); border: 0; border-radius: 3px; display: block;
  height: 6px; margin: 4px 0; max-width: 24em; overflow: hidden; width: 100%;
}
.wfr progress::-webkit-progress-bar { background: transparent; }
.wfr progress::-webkit-progress-value { background: var(--wfr-busy); }
.wfr progress::-moz-progress-bar { background: var(--wfr-busy); }
.wfr table { border-collapse: collapse; font-size: 13px; margin: 6px 0; width: auto; }
.wfr.wfr table th, .wfr.wfr table td {
  border: 0; border-bottom: 1px solid var(--wfr-line); color: inherit; max-width: 40em;
  overflow-wrap: break-word; padding: 2px 12px 2px 0; text-align: left; vertical-align: top;
}
.wfr.wfr table .n { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
.wfr.wfr table thead th { color: var(--wfr-faint); font-weight: 400; }
.wfr.wfr table tbody th { font-weight: 600; }
.wfr.wfr table tbody td:first-child { white-space: nowrap; }
.wfr-good b { color: var(--wfr-good); }
.wfr-bad b, .wfr-fail b { color: var(--wfr-bad); }
.wfr-warn b, .wfr-warning b { color: var(--wfr-warn); }
.wfr-busy b { color: var(--wfr-busy); }
.wfr-state.wfr-good { border-color: var(--wfr-good); }
.wfr-state.wfr-bad { border-color: var(--wfr-bad); }
.wfr-state.wfr-warn { border-color: var(--wfr-warn); }
.wfr-state.wfr-busy { border-color: var(--wfr-busy); }
.wfr td i { color: var(--wfr-faint); font-style: normal; }
.wfr-fail, .wfr-warning {
  background: color-mix(in srgb, var(--wfr-bad) 10%, transparent);
  border-left: 3px solid var(--wfr-bad); margin: 6px 0; padding: 4px 10px;
}
.wfr-fail > div + div { font-size: 12px; }
.wfr-warning {
  background: color-mix(in srgb, var(--wfr-warn) 10%, transparent); border-color: var(--wfr-warn);
}
.wfr-fix {
  border: 1px solid var(--wfr-line); border-radius: 4px; margin: 6px 0; padding: 6px 10px;
}
.wfr-fix summary { cursor: pointer; }
.wfr code, .wfr pre { background: none; color: inherit; font-family: var(--wfr-code); }
.wfr pre { font-size: 12px; margin: 6px 0; overflow-x: auto; padding: 0; }
.wfr ins, .wfr del { text-decoration: none; }
.wfr ins { background: color-mix(in srgb, var(--wfr-good) 22%, transparent); color: inherit; }
.wfr del { background: color-mix(in srgb, var(--wfr-bad) 22%, transparent); color: inherit; }
.wfr-again { border-left: 3px solid var(--wfr-warn); font-weight: 600; padding-left: 6px; }
.wfr-do { margin-top: 6px; }
.wfr-do code { border: 1px solid var(--wfr-line); border-radius: 3px; padding: 2px 6px; }
"""

_SMALL = re.sub(r"\s+", " ", _RULES).strip()
STYLE: Final = f"<style>{_SMALL}</style>"
"""The style element that every report carries: a report must look right on its own."""
