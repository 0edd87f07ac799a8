"""Parameter spaces: the named knobs of a synthesizer, their three value forms, and presets as points of a space."""

from synthmatch.params.layout import EncodedLayout as EncodedLayout
from synthmatch.params.parameter import GROUPS as GROUPS
from synthmatch.params.parameter import Parameter as Parameter
from synthmatch.params.preset import Preset as Preset
from synthmatch.params.space import ParamSpace as ParamSpace

__all__ = ["GROUPS", "EncodedLayout", "ParamSpace", "Parameter", "Preset"]
