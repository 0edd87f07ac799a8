/** A synthesizer's parameters in words: their labels, and their values as its panel shows them. */

import { words } from "./names.js";

const SHOWN = {
  linear: (x) => x,
  quadratic: (x) => x * x,
  cubic: (x) => x ** 3,
  quartic: (x) => x ** 4,
  square_root: (x) => Math.sqrt(Math.max(x, 0)),
  exponential: (x) => 2 ** x,
};

export class Labels {
  /** `table` is what the API says of the parameters. */
  constructor(table) {
    this.table = table;
    this.by = new Map(table.map((parameter) => [parameter.name, parameter]));
  }

  label(name) {
    return this.by.get(name).label;
  }

  /** A choice in words: some are names of the synthesizer's parts, or of other parameters. */
  choice(name) {
    return this.by.get(name)?.label ?? words(name);
  }

  /** What the panel shows of a native value. */
  text(name, native) {
    const { choices, low, scale, multiply, offset, unit } = this.by.get(name);
    if (choices.length) return this.choice(choices[Math.round(native - low)]);
    return `${Number((SHOWN[scale](native) * multiply + offset).toPrecision(4))} ${unit}`.trim();
  }

  /** What edits changed: "Cutoff: 60 → 72; Resonance: 0 → 40". */
  changes(edits) {
    const told = edits.changes.map(([name, before, after]) => `${this.label(name)}: ${this.text(name, before)} → ${this.text(name, after)}`);
    return told.join("; ") || "Nothing is changed";
  }
}
