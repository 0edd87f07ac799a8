"""What a server serves and what it allows."""

from dataclasses import dataclass

from synthmatch.synths.registry import synth_names


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the server listens, which synthesizers it offers, and its limits.

    `names` are host names under which the page may be opened, beside IP addresses (`web.guard`). `keep_seconds` is how
    long a sound, a candidate or a job stays after it was last used; `keep_workers_seconds`, how long a synthesizer's
    workers are. `queue` is how many jobs may wait.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    names: tuple[str, ...] = ()
    synths: tuple[str, ...] = synth_names()
    workers: int | None = None
    upload_bytes: int = 50_000_000
    keep_seconds: float = 7_200.0
    #: long enough to listen to some matches and search again
    keep_workers_seconds: float = 120.0
    queue: int = 64

    @property
    def loopback(self) -> bool:
        """Whether only this computer can reach it."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")
