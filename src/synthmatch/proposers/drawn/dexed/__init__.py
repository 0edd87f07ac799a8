"""DX7 voices drawn from the target: partials become operators, their levels envelopes, a rich spectrum pairs of operators."""
