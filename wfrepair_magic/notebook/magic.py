"""The magics themselves: ``%%workflow`` and ``%workflow``, loaded into IPython and taken out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from traitlets import Unicode

from ..usage import BadUsage, HelpAsked
from .asking import HELP, cell_usage, overview

if TYPE_CHECKING:
    from ..session import Run
    from .kernel import Kernel

MAGIC: Final = "workflow"
RUN: Final = ("wfrepair_magic.session.run", "Run")

_Method = TypeVar("_Method", bound=Callable[..., Any])
# IPython annotates its decorator so that no method fits; this is what it does.
_as_magic = cast(Callable[[str], Callable[[_Method], _Method]], line_cell_magic)


def _engine() -> Any:
    """Import everything that runs, when it is first used: loading the extension must not wait."""
    from . import running

    return running


@magics_class
class WorkflowMagics(Magics):
    """What IPython asks; `%config WorkflowMagics` shows and sets the defaults."""

    repair = Unicode(
        "suggest", help="off, explain, suggest, safe or auto: what holds without --repair"
    ).tag(config=True)
    store = Unicode(
        "", help="the project store without --store (nothing: beside the notebook)"
    ).tag(config=True)

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._shell = shell
        self._kernel: Kernel | None = None

    @no_var_expand
    @_as_magic(MAGIC)
    def workflow(self, line: str, cell: str | None = None) -> Any:
        """Run a workflow, look at runs, go on with them; `load` puts the usage here."""
        try:
            if cell is None:
                return _engine().run_line(self.kernel, line)
            return _engine().run_cell(self.kernel, self._defaults(), line, cell)
        except BadUsage as error:
            raise UsageError(str(error)) from None
        except HelpAsked as help:
            print(help.text)
            return None

    @property
    def kernel(self) -> Kernel:
        """What this kernel knows of its workflows."""
        if self._kernel is None:
            self._kernel = cast("Kernel", _engine().Kernel(self._shell))
        return self._kernel

    def _defaults(self) -> dict[str, str]:
        return {"repair": self.repair, **({"store": self.store} if self.store else {})}


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
    """Add the magics, the hook for help and the report of a Run; twice is harmless."""
    unload(shell)
    WorkflowMagics.workflow.__doc__ = f"{cell_usage().format_help()}\n{overview()}"
    shell.register_magics(WorkflowMagics(shell))
    shell.input_transformers_cleanup.append(ask_for_help)
    if shell.display_formatter is not None:
        shell.display_formatter.mimebundle_formatter.for_type_by_name(*RUN, show_run)


def unload(shell: InteractiveShell) -> None:
    """Take away what `load` added; harmless where nothing was added."""
    known = shell.magics_manager.registry.pop(WorkflowMagics.__name__, None)
    if known is None:
        return
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop(MAGIC, None)
    shell.configurables[:] = [each for each in shell.configurables if each is not known]
    shell.input_transformers_cleanup[:] = [
        hook for hook in shell.input_transformers_cleanup if hook is not ask_for_help
    ]
    if shell.display_formatter is not None:
        shell.display_formatter.mimebundle_formatter.pop(".".join(RUN), None)
