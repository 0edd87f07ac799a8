"""What a drawn Vital preset has past the 16 slots that a search moves: macros, and what follows the key."""

from typing import Any

from synthmatch.proposers.drawn.keys import key_connections

#: Macros: name, where the knob stands, what it moves, and how far either way.
MACROS = (
    ("TIMBRE", 0.0, "osc_1_wave_frame", 1.0, False),
    ("NOISE", 0.5, "sample_level", 1.0, True),
    ("BRIGHTNESS", 0.5, "eq_high_gain", 1.0, True),
    ("RELEASE", 0.5, "env_1_release", 0.5, True),
)
FIRST_MACRO_SLOT = 17
FIRST_KEY_SLOT = FIRST_MACRO_SLOT + len(MACROS)


def macros(pitch: int, *, held: bool, oscillators: int = 1, lfos: int = 2) -> dict[str, Any]:
    """Settings, connections and names of macros, which change nothing where they stand, and of what the key moves.

    The latter changes nothing at the target's pitch. The preset has so many `oscillators` and `lfos`, the first of each kind.
    """
    found = knobs()
    settings, connections = found["settings"], found["modulations"]
    keyed = key_connections(pitch, held=held, oscillators=oscillators, lfos=lfos)
    for slot, (moved, curve) in enumerate(keyed, FIRST_KEY_SLOT):
        settings |= {f"modulation_{slot}_amount": 1.0, f"modulation_{slot}_bipolar": 1.0}
        connections[str(slot)] = {"source": "note", "destination": moved, "line_mapping": curve}
    for oscillator in range(2, oscillators + 1):
        slot = FIRST_KEY_SLOT + len(keyed) + oscillator - 2
        settings |= {f"modulation_{slot}_amount": 1.0, f"modulation_{slot}_bipolar": 0.0}
        connections[str(slot)] = {"source": "macro_control_1", "destination": f"osc_{oscillator}_wave_frame"}
    return found


def knobs() -> dict[str, Any]:
    """Settings, connections and names of the macros alone."""
    settings, connections, names = dict[str, float](), dict[str, Any](), dict[str, str]()
    for number, (name, stands, moved, amount, both_ways) in enumerate(MACROS, 1):
        slot = FIRST_MACRO_SLOT + number - 1
        names[f"macro{number}"] = name
        settings[f"macro_control_{number}"] = stands
        settings |= {f"modulation_{slot}_amount": amount, f"modulation_{slot}_bipolar": float(both_ways)}
        connections[str(slot)] = {"source": f"macro_control_{number}", "destination": moved}
    return {"settings": settings, "modulations": connections, "header": names}
