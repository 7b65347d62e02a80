"""A followed job on a terminal: its log scrolls by above a bar that lives until the end."""

from collections.abc import Sequence

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from jobs.cli.screen import end_words, finished_words, printable, result_text
from jobs.cli.watch import End, Seen
from jobs.states import Status

REFRESHES_PER_SECOND = 4


class LiveScreen:
    """Every text is foreign here: it is shown as Text, which reads no markup, and without control characters."""

    def __init__(self, console: Console) -> None:
        self._console = console
        # Drawn by Live beside the reasons, never started by itself.
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            expand=True,
        )
        self._task = self._bar.add_task("", total=None)
        self._live = Live(console=console, transient=True, refresh_per_second=REFRESHES_PER_SECOND)
        self._live.start()

    def line(self, text: str) -> None:
        self._print(text)

    def note(self, text: str) -> None:
        self._print(text, style="yellow")

    def state(self, seen: Seen, reasons: Sequence[str]) -> None:
        where = f"{seen.status} on {seen.worker}" if seen.worker else seen.status
        self._bar.update(self._task, description=printable(where), completed=seen.done or 0, total=seen.total or None)
        below = [*reasons, *filter(None, [finished_words(seen)])]
        self._live.update(Group(self._bar, *(Text(printable(text), style="dim") for text in below)))

    def end(self, seen: Seen, end: End) -> None:
        self.close()
        self._print(end_words(seen, end), style="bold green" if seen.status == Status.DONE else "bold red")
        if end.result is not None:
            self._print(result_text(end.result))

    def close(self) -> None:
        self._live.stop()

    def _print(self, text: str, *, style: str = "") -> None:
        # Long lines are the terminal's to break: cut by us they could not be copied whole.
        self._console.print(Text(printable(text), style=style), soft_wrap=True)
