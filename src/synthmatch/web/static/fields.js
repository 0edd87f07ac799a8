/** The fields of a sound: what is typed is read and checked before anything is asked of the server, in the page's own words. */

import { $ } from "./dom.js";

/** A number that was typed: {value} (undefined for an empty field), or {problem}. */
export function number(id, title, low, high, { whole = false, unit = "" } = {}) {
  const field = $(id);
  const text = field.value.trim();
  if (text === "" && !field.validity.badInput) return { value: undefined };
  const value = Number(text);
  const fits = text !== "" && value >= low && value <= high && (!whole || Number.isInteger(value));
  if (fits) return { value };
  const kind = whole ? "a whole number" : "a number";
  const got = text === "" ? "not a number" : `${text}${unit}`;
  return { problem: `${title} is ${got}, expected ${kind} from ${low}${unit} to ${Number(high.toFixed(2))}${unit}` };
}

/** The part of a sound between start and end: {start, end}, or {problem}. */
export function part(seconds) {
  const [start, end] = [number("start", "Start", 0, seconds, { unit: " s" }), number("end", "End", 0, seconds + 0.005, { unit: " s" })];
  const problem = start.problem ?? end.problem;
  if (problem) return { problem };
  const [from, to] = [start.value ?? 0, Math.min(end.value ?? seconds, seconds)];
  if (from < to) return { start: from, end: to };
  return { problem: `Start is ${from} s and End is ${to} s, expected Start before End` };
}

const OF_PROBLEM = { part: ["start", "end"], velocity: ["velocity"], hold: ["hold"] };

/** Say of each field whether something is wrong with it. */
export function markFields(problems) {
  for (const [name, ids] of Object.entries(OF_PROBLEM)) {
    for (const id of ids) {
      if (problems[name]) $(id).setAttribute("aria-invalid", "true");
      else $(id).removeAttribute("aria-invalid");
    }
  }
}
