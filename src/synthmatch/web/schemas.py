"""The shapes of the API's requests and answers. An unknown field is an error."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]


class Request(BaseModel):
    """A request's body."""

    model_config = ConfigDict(extra="forbid")


class SynthOut(BaseModel):
    """A synthesizer that the page offers. `missing` says how to get one that is not installed."""

    id: str
    title: str
    installed: bool
    missing: str | None
    version: str
    parameters: int
    files: list[str] = Field(description="Suffixes of the files that a preset can be had in, the main one first.")
    reads: list[str] = Field(description="Suffixes of the files that are read.")


class Alive(BaseModel):
    """That the server answers. `run` is another after each start: then what it had before is gone."""

    run: str


class About(BaseModel):
    """What this server is, offers and allows."""

    version: str
    synths: list[SynthOut]
    examples: list[str]
    upload_bytes: int
    keep_seconds: float


class ParameterOut(BaseModel):
    """A knob. The panel shows ``scale(native) * multiply + offset`` and the unit; `part` is such as ``op1``."""

    name: str
    label: str
    group: str
    part: str
    kind: Literal["continuous", "categorical"]
    low: float
    high: float
    default: float
    step: float
    unit: str
    choices: list[str]
    scale: str
    multiply: float
    offset: float


class SoundOut(BaseModel):
    """An uploaded sound."""

    id: str
    name: str
    seconds: float
    channels: int


class TargetIn(Request):
    """Which part of a sound is the target; a note or hold that is not given is found in it."""

    sound: str
    start_seconds: Seconds = 0.0
    end_seconds: Seconds | None = None
    note: str | int | None = Field(None, description="A name such as A2, or a MIDI number.")
    # what is neither is refused by `parse_velocity`, in words
    velocity: int | float | str | None = Field(
        None, description='1 to 127; "sound" takes the one that goes with the sound\'s level; without one 100.'
    )
    hold_seconds: float | None = None
    whole: bool = Field(False, description="Also what sounds before or after the first note.")


class TargetGiven(BaseModel):
    """What a target was asked for with; what is None was found."""

    note: str | None
    velocity: int | Literal["sound"] | None
    hold_seconds: float | None
    whole: bool


class TargetOut(BaseModel):
    """A target and the note that presets are played with.

    `start_seconds` and `end_seconds` are the part of the sound that was asked for, `matched_start_seconds` and
    `matched_end_seconds` what of it is compared with presets: the first note from its onset on, for example.
    """

    id: str
    sound: str
    name: str
    sound_seconds: float
    start_seconds: float
    end_seconds: float
    matched_start_seconds: float
    matched_end_seconds: float
    given: TargetGiven
    pitch: int
    note: str
    velocity: int
    hold_seconds: float
    seconds: float
    pitched: bool
    pitch_confidence: float
    tuning_cents: float
    loudness_db: float
    remarks: list[str]


class SearchIn(Request):
    """A search. `effort` bounds it for each synthesizer, or in its place `seconds` and `renders`, whichever comes first.

    `start` is a candidate to begin with; `sources` what presets may come from; `locked` names parameters, groups or parts that keep its values.
    """

    target: str
    synths: list[str] = Field(min_length=1, max_length=16)
    effort: Literal["quick", "normal", "thorough"] | None = Field(
        None, description="About 2, 10 or 60 s of two cores; without all three: normal."
    )
    seconds: float | None = Field(None, gt=0, le=3_600)
    renders: int | None = Field(None, ge=0, le=100_000)
    candidates: int = Field(3, ge=1, le=8)
    seed: int = Field(0, ge=0)
    libraries: list[str] = Field(default_factory=list, max_length=50)
    start: str = ""
    sources: list[str] | None = Field(
        None, description="Of drawn, library, yours (`start`), random; without it all but random."
    )
    locked: list[str] = Field(default_factory=list, max_length=2_000)


class PartOut(BaseModel):
    """Progress of one part of a job, in renders."""

    name: str
    state: str
    done: int
    total: int
    share: float = Field(description="How much of it is over, 0 to 1.")
    best: float | None = Field(description="Of a search: the smallest loudness distance so far, 0 to 1.")
    seconds_left: float | None
    remark: str


class LibraryOut(BaseModel):
    """An index of the user's presets."""

    id: str
    synth: str
    title: str
    name: str
    presets: int
    left_out: int


class CandidateOut(BaseModel):
    """A match: how close it is, its metrics beside the noise floor, and its files.

    `in_domain_percentile` is the share of the synthesizer's own sounds that are matched less nearly, once its search has ended.
    `loudness_db` is that of the WAV file, for listening at one level.
    """

    id: str
    target: str
    synth: str
    title: str
    name: str
    made: Literal["search", "edit", "vary", "morph"]
    parent: str = Field(description="The candidate that it was made of by an edit, a variation or a morph; else empty.")
    origin: str = Field(
        description="Where its preset, or that which it was made of, comes from: drawn, library, yours or random."
    )
    closeness: float = Field(
        description="Per cent of the way from nothing in common to the synthesizer's own noise floor."
    )
    word: str = Field(description="The same in a word: identical, close, similar or far.")
    level: str = Field(description="Its level beside the target's, such as '6 dB quieter'; empty within 1 dB.")
    distance: float = Field(description="Loudness distance to the target, 0 to 1, by which a search ranks.")
    level_error_db: float = Field(
        description="How much louder it is than the target; 0.02 of distance a dB in ranking."
    )
    scores: dict[str, float]
    floor: dict[str, float]
    in_domain_percentile: float | None
    loudness_db: float
    files: list[str]


class JobOut(BaseModel):
    """A job. `version` grows with every change. `seconds_left` is None where it cannot be told."""

    id: str
    kind: Literal["search", "index", "depends"]
    title: str
    state: Literal["queued", "running", "done", "cancelled", "failed"]
    message: str
    version: int
    before: int = Field(description="Jobs that come before this one.")
    seconds_left: float | None
    parts: list[PartOut]
    target: TargetOut | None = None
    candidates: list[CandidateOut] = []
    out_of_reach: dict[str, str] = Field({}, description="Of synthesizers that the target is out of reach of: a line.")
    libraries: list[LibraryOut] = []
    unreadable: list[str] = Field([], description="Of files that could not be read: a line each.")
    remarks: list[str] = Field([], description="Of files that were read with a loss or repair: what it was.")
    weights: dict[str, float] | None = Field(
        None, description="What a sound depends on: the loudness distance, 0 to 1, that a move of each parameter makes."
    )


class Detail(BaseModel):
    """A candidate's values: native and as the panel shows them, by parameter."""

    candidate: CandidateOut
    native: dict[str, float]
    text: dict[str, str]
    weights: dict[str, float] | None


class EditIn(Request):
    """Native values to change, by parameter."""

    values: dict[str, float] = Field(min_length=1)


class VaryIn(Request):
    """Vary parameters, groups or parts (none named: all), so far that the result is as close to this candidate as asked."""

    names: list[str] = Field(default_factory=list, max_length=2_000)
    closeness: float = Field(80, ge=10, le=95, description="Per cent, to the candidate's own sound.")
    count: int = Field(4, ge=1, le=12)
    seed: int = Field(0, ge=0)


class MorphIn(Request):
    """Morph to another candidate of the same synthesizer, in steps with both ends."""

    to: str
    steps: int = Field(5, ge=2, le=12)


class Picture(BaseModel):
    """Spectrograms of a target and a candidate on one scale.

    `target` and `candidate` are base64 of bytes, a row a semitone band from the lowest, a column a frame: 0 is
    `floor_db`, 255 is 0 dBFS.
    """

    seconds: float
    bands: int
    frames: int
    lowest_hz: float
    floor_db: float
    target: str
    candidate: str
