"""A mistake in VST3 plug-ins made with DPF 1.6 and older: they tell every host that their first parameter is 0.

It is not: the plug-in plays its default, or what a preset says. Its state has the truth, as text in the plug-in's own
units, each name and value ended by a zero byte: ``__dpf_parameters_begin__ Level -12 ...``.
"""

import re

from synthmatch.presets.vstpreset import read_vstpreset
from synthmatch.synths.plugin.format import is_vst3
from synthmatch.synths.plugin.host import HostedPlugin

_FIRST = re.compile(rb"__dpf_parameters_begin__\0[^\0]*\0(-?[\d.]+(?:e[-+]?\d+)?)\0")


def mend_first_parameter(plugin: HostedPlugin) -> None:
    """Let the host know the first parameter of such a plug-in, which keeps its value. Others are left alone.

    Call it where no render follows: it renders, to find the ends of the parameter's range.
    """
    first = next(iter(plugin.parameters()), None)
    if first is None or first.value != 0 or not is_vst3(plugin.source):
        return
    value = _first_value(plugin)
    if value is None:
        return
    ends = []
    for unit in (1.0, 0.0):
        plugin.set_values([first.index], [unit])
        plugin.settle()
        ends.append(_first_value(plugin))
    high, low = ends
    if high is not None and low is not None and low != high:
        plugin.set_values([first.index], [(value - low) / (high - low)])


def _first_value(plugin: HostedPlugin) -> float | None:
    """The first parameter in the plug-in's own units; None where the plug-in is not made with DPF."""
    found = _FIRST.search(read_vstpreset(plugin.state(), "the saved state").component)
    return float(found[1]) if found else None
