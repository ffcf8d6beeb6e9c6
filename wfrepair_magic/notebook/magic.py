"""The magics themselves: ``%%workflow`` and ``%workflow``, loaded into IPython and taken out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from traitlets import Bool, Int, TraitError, Unicode, validate

from ..errors import BadWorkflow
from ..settings import SETTINGS
from ..usage import BadUsage, HelpAsked
from .asking import CELL, HELP, overview
from .channel import Channel

if TYPE_CHECKING:
    from ..ir.offers import Offers
    from ..session import Run
    from .kernel import Kernel

MAGIC: Final = "workflow"
PRIORITY: Final = 1000
"""Above IPython's own matchers: what stands in our cells is not Python."""

FILES: Final = "IPCompleter.file_matcher"

RUN: Final = ("wfrepair_magic.session.run", "Run")

_Method = TypeVar("_Method", bound=Callable[..., Any])
# IPython annotates its decorator so that no method fits; this is what it does.
_as_magic = cast(Callable[[str], Callable[[_Method], _Method]], line_cell_magic)
# So with this one, whose decorator has no types.
_as_matcher = cast(
    Callable[[_Method], _Method],
    context_matcher(identifier="WorkflowMagics.offer", priority=PRIORITY),
)


def _engine() -> Any:
    """Import everything that runs, when it is first used: loading the extension must not wait."""
    from . import running

    return running


def _help(setting: str) -> str:
    known = SETTINGS[setting]
    values = f": {', '.join(known.choices)}" if known.choices else ""
    return f"{known.meaning}{values}; None leaves it to [tool.wfrepair] and what is built in"


@magics_class
class WorkflowMagics(Magics):
    """What IPython asks; `%config WorkflowMagics` shows and sets the defaults."""

    repair = Unicode(None, allow_none=True, help=_help("repair")).tag(config=True)
    store = Unicode(None, allow_none=True, help=_help("store")).tag(config=True)
    session = Unicode(None, allow_none=True, help=_help("session")).tag(config=True)
    on_failure = Unicode(None, allow_none=True, help=_help("on_failure")).tag(config=True)
    max_workers = Int(None, allow_none=True, help=_help("max_workers")).tag(config=True)
    quiet = Bool(None, allow_none=True, help=_help("quiet")).tag(config=True)
    strict = Bool(None, allow_none=True, help=_help("strict")).tag(config=True)
    widget = Bool(True, help="where our extension is not: show a run as a widget").tag(config=True)

    @validate(*SETTINGS)
    def _checked(self, proposal: Any) -> Any:
        """Refuse a value that cannot be, with the nearest one that can."""
        if proposal["value"] is None:
            return None
        try:
            return SETTINGS[proposal["trait"].name].checked(proposal["value"])
        except BadWorkflow as error:
            raise TraitError(f"WorkflowMagics.{error}") from None

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._shell = shell
        self._kernel: Kernel | None = None
        self.channel = Channel(shell, lambda: self.kernel)

    @no_var_expand
    @_as_magic(MAGIC)
    def workflow(self, line: str, cell: str | None = None) -> Any:
        """Run a workflow, look at runs, go on with them; `load` puts the usage here."""
        try:
            if cell is None:
                return _engine().run_line(self.kernel, line)
            return _engine().run_cell(self.kernel, line, cell)
        except BadUsage as error:
            raise UsageError(str(error)) from None
        except HelpAsked as help:
            print(help.text)
            return None

    @property
    def kernel(self) -> Kernel:
        """What this kernel knows of its workflows."""
        if self._kernel is None:
            self._kernel = cast("Kernel", _engine().Kernel(self._shell, self.configured))
            self._kernel.listeners.append(self.channel.follow)
        self._kernel.front.widgets = self.widget
        return self._kernel

    def leave(self) -> None:
        """Close the channel, and stop in order what runs in the background."""
        self.channel.close()
        for underway in self._kernel.underway if self._kernel is not None else ():
            underway.stop.set()

    def configured(self) -> dict[str, Any]:
        """Give the settings that this notebook's configuration makes."""
        said = {name: getattr(self, name) for name in SETTINGS}
        return {name: value for name, value in said.items() if value is not None}

    @_as_matcher
    def offer(self, context: CompletionContext) -> SimpleMatcherResult:
        """Complete in our cells and on our lines; elsewhere, say nothing."""
        if f"%{MAGIC}" not in context.full_text:
            return {"completions": []}
        from .complete import complete  # the language and the node types: not while loading

        lines = context.full_text.split("\n")[: context.cursor_line]
        offset = sum(len(line) + 1 for line in lines) + context.cursor_position
        found = complete(self._shell.user_ns, self._kernel, context.full_text, offset)
        return {"completions": []} if found is None else _matches(found)


def _matches(found: Offers) -> SimpleMatcherResult:
    """Put offers as IPython takes them, keeping its own Python names out of a workflow's text.

    IPython lets a matcher that has nothing keep out nobody, so that what is written already is
    offered for itself then; names of files still come beside it.
    """
    texts = found.texts or (found.fragment,)
    free = found.kind == "file" or (found.fragment and not found.texts)
    return {
        "completions": [SimpleCompletion(text, type=found.kind or "text") for text in texts],
        "matched_fragment": found.fragment,
        "ordered": True,
        "suppress": True,
        "do_not_suppress": {FILES} if free else set(),
    }


def ask_for_help(lines: list[str]) -> list[str]:
    """Turn a lone ``%%workflow --help`` into the line form: IPython refuses an empty cell magic."""
    if not lines or not lines[0].startswith(f"%%{MAGIC}") or "".join(lines[1:]).strip():
        return lines
    name, *rest = lines[0].split()
    return [f"%{MAGIC} help run\n"] if name == f"%%{MAGIC}" and HELP & {*rest} else lines


def show_run(run: Run, include: object = None, exclude: object = None) -> Mapping[str, str]:
    """Give IPython the report of a Run; an empty one leaves it to the Run's `repr`."""
    return cast(Mapping[str, str], _engine().run_bundle(run))


def load(shell: InteractiveShell) -> None:
    """Add the magics, completion, the hook for help and the report of a Run; twice is harmless.

    Raises UsageError for a configuration of WorkflowMagics that cannot be.
    """
    unload(shell)
    WorkflowMagics.workflow.__doc__ = f"{CELL.format_help()}\n{overview()}"
    magics = _configured(shell)
    shell.register_magics(magics)
    magics.channel.open()
    shell.Completer.custom_matchers.append(magics.offer)
    shell.input_transformers_cleanup.append(ask_for_help)
    if shell.display_formatter is not None:
        shell.display_formatter.mimebundle_formatter.for_type_by_name(*RUN, show_run)


def _configured(shell: InteractiveShell) -> WorkflowMagics:
    before = list(shell.configurables)
    try:
        return WorkflowMagics(shell)
    except TraitError as error:
        shell.configurables[:] = before  # where it stood already, half made
        raise UsageError(str(error)) from None


def unload(shell: InteractiveShell) -> None:
    """Take away what `load` added; harmless where nothing was added."""
    known = shell.magics_manager.registry.pop(WorkflowMagics.__name__, None)
    if known is None:
        return
    known.leave()
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop(MAGIC, None)
    shell.configurables[:] = [each for each in shell.configurables if each is not known]
    shell.Completer.custom_matchers[:] = [
        matcher for matcher in shell.Completer.custom_matchers if matcher != known.offer
    ]
    shell.input_transformers_cleanup[:] = [
        hook for hook in shell.input_transformers_cleanup if hook is not ask_for_help
    ]
    if shell.display_formatter is not None:
        shell.display_formatter.mimebundle_formatter.pop(".".join(RUN), None)
