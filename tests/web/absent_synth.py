"""A synthesizer that is not installed."""

from synthmatch.synths.dexed.synth import Dexed


class Absent(Dexed):
    id = "absent_synth:Absent"
    title = "Absent"

    def missing(self) -> str | None:
        return "Absent is not installed: build one"

    def version(self) -> str:
        return ""
