/** Names of a synthesizer's parts as people say them: "osc_1" is "Oscillator 1". */

const WORDS = {
  osc: "Oscillator", env: "Envelope", lfo: "LFO", op: "Operator", eq: "EQ", amp: "Amplifier", freq: "Frequency",
};

export function words(name) {
  const inner = /^([a-z]+)_?(\d*)(?:_(.*))?$/.exec(name);
  if (!inner) return name; // a text already
  const [, first, digits, rest] = inner;
  const begin = WORDS[first] ?? (digits || rest ? first[0].toUpperCase() + first.slice(1) : name);
  return [begin, digits, rest?.replaceAll("_", " ")].filter(Boolean).join(" ");
}
