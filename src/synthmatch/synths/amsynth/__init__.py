"""Drives amsynth through its VST2 plug-in."""
