"""The files of a run: all that the checker needs, so that it can be asked once more."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """The names in the folder."""

    folder: Path

    def make(self) -> "Places":
        for path in (self.folder, self.ledger, self.logs):
            path.mkdir(parents=True, exist_ok=True)
        return self

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def client(self) -> Path:
        return self.folder / "client.jsonl"

    @property
    def samples(self) -> Path:
        return self.folder / "samples.jsonl"

    @property
    def faults(self) -> Path:
        return self.folder / "faults.jsonl"

    @property
    def rows(self) -> Path:
        return self.folder / "rows.jsonl"

    @property
    def setting(self) -> Path:
        return self.folder / "setting.json"
