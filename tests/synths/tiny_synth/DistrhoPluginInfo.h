// What DPF wants to know of TinySynth when it compiles.
#pragma once

#define DISTRHO_PLUGIN_BRAND "synthmatch"
#define DISTRHO_PLUGIN_NAME "TinySynth"
#define DISTRHO_PLUGIN_URI "urn:synthmatch:tests:tiny_synth"
#define DISTRHO_PLUGIN_NUM_INPUTS 0
#define DISTRHO_PLUGIN_NUM_OUTPUTS 2
#define DISTRHO_PLUGIN_IS_SYNTH 1
#define DISTRHO_PLUGIN_HAS_UI 0
#define DISTRHO_PLUGIN_IS_RT_SAFE 1
