/** How near a candidate is to its target: in a word, as a line, and by each metric. */

import { make, number } from "./dom.js";

/** Metrics by name: what they are called, their unit and digits. */
const METRICS = { lsd: ["Log-spectral distance (lsd)", " dB", 2], mss: ["Multi-scale spectral distance (mss)", " dB", 2] };

/** Closeness as it is said: "83 % close", or "50 % similar, 6 dB quieter". */
export function closeness(candidate) {
  return `${percent(candidate)} ${words(candidate)}`;
}

function words(candidate) {
  return candidate.level ? `${candidate.word}, ${candidate.level}` : candidate.word;
}

function percent(candidate) {
  return `${Math.round(candidate.closeness)} %`;
}

/** The same as text and as a line from far (left) to identical (right). */
export function scale(candidate) {
  const line = make("span", { class: "line", "aria-hidden": "true" }, make("span", { class: "dot" }));
  line.style.setProperty("--at", `${candidate.closeness}%`);
  return make("div", { class: "score" }, make("span", {}, make("b", {}, percent(candidate)), ` ${words(candidate)}`), line);
}

/** All scores beside their noise floors, as a table. */
export function table({ distance, scores, floor }) {
  const row = (name, [title, unit, digits], value, least) => make("tr", { "data-metric": name },
    make("th", { scope: "row" }, title),
    make("td", {}, `${number(value, digits)}${unit}`),
    make("td", {}, least === undefined ? "not measured" : `${number(least, digits)}${unit}`));
  const rows = Object.entries(scores).map(([name, value]) => row(name, METRICS[name] ?? [name, "", 3], value, floor[name]));
  return make("table", { class: "scores" },
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Lower is nearer"), make("th", { scope: "col" }, "Match"), make("th", { scope: "col" }, "Noise floor"))),
    make("tbody", {}, row("distance", ["Loudness distance, 0 to 1", "", 3], distance, floor.loudness_distance), ...rows));
}
