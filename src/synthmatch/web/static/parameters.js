/** The parameters of a candidate by group, in the synthesizer's own names and units: to change, and to lock. */

import { make } from "./dom.js";
import { words } from "./names.js";

const TITLES = {
  oscillator: "Oscillators", envelope: "Envelopes", filter: "Filters", lfo: "LFO", modulation: "Modulation", effect: "Effects", level: "Levels", pitch: "Pitch",
};

/** A share of a sound that is less is nothing to say: it would be 0 %. */
const LEAST = 0.005;

export class Parameters {
  /** `edit(name, native)` is called when a value was changed. */
  constructor(labels, detail, locked, edit) {
    const { table } = labels;
    Object.assign(this, { labels, table, detail, locked, edit, rows: new Map() });
    this.find = make("input", { type: "search", placeholder: "Find a parameter", "aria-label": "Find a parameter" });
    this.find.addEventListener("input", () => this.filter(this.find.value));
    this.groups = make("div", { class: "groups" });
    for (const group of new Set(table.map((p) => p.group))) this.groups.append(this.group(group, table.filter((p) => p.group === group)));
    this.element = make("div", {}, this.find, this.groups);
  }

  group(name, parameters) {
    const lock = make("input", { type: "checkbox" });
    const body = make("div", { class: "params" });
    const all = make("label", { class: "inline all" }, lock, `Lock all ${parameters.length}`);
    const box = make("details", { "data-group": name }, make("summary", {}, TITLES[name], make("span", { class: "hint" }, ` ${parameters.length}`)), all, body);
    // a synthesizer has hundreds: rows are made when they are looked at
    box.addEventListener("toggle", () => box.open && this.fill(body, parameters), { once: true });
    box.fill = () => this.fill(body, parameters);
    lock.checked = parameters.every((p) => this.locked.has(p.name));
    lock.addEventListener("change", () => {
      for (const p of parameters) this.lock(p.name, lock.checked);
    });
    return box;
  }

  fill(body, parameters) {
    if (body.children.length) return;
    for (const part of new Set(parameters.map((p) => p.part))) {
      body.append(make("p", { class: "part" }, words(part)));
      body.append(...parameters.filter((p) => p.part === part).map((p) => this.row(p)));
    }
  }

  row(parameter) {
    const { name, label } = parameter;
    const id = `p-${name}`;
    const value = this.detail.native[name];
    const output = make("output", { for: id }, this.detail.text[name]);
    let control;
    if (parameter.choices.length) {
      control = make("select", { id, class: "choices" }, ...parameter.choices.map((choice, i) => make("option", { value: parameter.low + i }, this.labels.choice(choice))));
      control.value = value;
      output.hidden = true;
    } else {
      control = make("input", { id, type: "range", min: parameter.low, max: parameter.high, step: parameter.step || "any" });
      control.value = value;
      control.setAttribute("aria-valuetext", this.detail.text[name]);
      control.addEventListener("input", () => {
        output.textContent = this.labels.text(name, Number(control.value));
        control.setAttribute("aria-valuetext", output.textContent);
      });
    }
    control.addEventListener("change", () => this.edit(name, Number(control.value)));
    const lock = make("input", { type: "checkbox", "aria-label": `Lock ${label}`, title: "Lock", checked: this.locked.has(name) });
    lock.addEventListener("change", () => this.lock(name, lock.checked));
    // what a search looks through: not the texts of its choices, of which some are other parameters
    const sought = `${label} ${name} ${name.replaceAll("_", " ")} ${words(parameter.part)}`.toLowerCase();
    const row = make("div", { class: "param", "data-sought": sought }, lock, make("label", { for: id }, label), control, output);
    this.rows.set(name, { control, output, lock });
    return row;
  }

  lock(name, on) {
    if (on) this.locked.add(name);
    else this.locked.delete(name);
    const row = this.rows.get(name);
    if (row) row.lock.checked = on;
  }

  /** Show other values, of an edited candidate. */
  update(detail) {
    this.detail = detail;
    for (const [name, { control, output }] of this.rows) {
      if (control.matches(":active")) continue; // it is being moved again already
      control.value = detail.native[name];
      output.textContent = detail.text[name];
      control.setAttribute("aria-valuetext", detail.text[name]);
    }
  }

  filter(words) {
    const wanted = words.trim().toLowerCase();
    for (const box of this.groups.children) {
      if (wanted) box.fill();
      let some = false;
      for (const row of box.querySelectorAll(".param")) {
        row.hidden = Boolean(wanted) && !row.dataset.sought.includes(wanted);
        some ||= !row.hidden;
      }
      for (const part of box.querySelectorAll(".part")) part.hidden = Boolean(wanted);
      box.hidden = Boolean(wanted) && !some;
      if (wanted) box.open = some;
    }
  }

  /** Open the group of a parameter and go to it. */
  go(name) {
    const parameter = this.labels.by.get(name);
    const box = [...this.groups.children].find((group) => group.dataset.group === parameter.group);
    this.filter("");
    box.open = true;
    box.fill();
    this.rows.get(name).control.focus();
  }
}

/** What a sound depends on most, by loudness distances 0..1: a list whose entries lead to the parameter. */
export function strongest(weights, parameters, count = 8) {
  const ranked = Object.entries(weights).filter(([, weight]) => weight > LEAST).sort(([, a], [, b]) => b - a).slice(0, count);
  const most = ranked[0]?.[1] ?? 1;
  return make("ol", { class: "strongest" }, ...ranked.map(([name, weight]) => {
    const bar = make("span", { class: "bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", `${(100 * weight) / most}%`);
    return make("li", {}, make("button", { type: "button", class: "link", onclick: () => parameters.go(name) }, parameters.labels.label(name)), bar, make("span", { class: "figures" }, `${Math.round(100 * weight)} %`));
  }));
}
