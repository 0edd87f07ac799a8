"use strict";
const data = JSON.parse(document.getElementById("data").textContent);

/** An element with attributes and children; text is always text. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
const number = (value, digits = 2) => value.toFixed(digits).replace("-", "−");

// Sounds: one player for the page, so that only one is ever heard ---------------------------------------------------

const player = new Audio();
let playing = null; // the list item that is heard

function stop() {
  player.pause();
  if (!playing) return;
  playing.classList.remove("playing");
  playing.querySelector(".play").firstChild.data = "Play";
  playing = null;
}

function toggle(item, sound) {
  const again = item === playing;
  stop();
  if (again) return;
  playing = item;
  item.classList.add("playing");
  item.querySelector(".play").firstChild.data = "Stop";
  player.src = sound.audio;
  player.play().then(() => requestAnimationFrame(moveCursor), (error) => {
    if (error.name === "AbortError") return; // another sound was started, or this one stopped
    stop();
    document.getElementById("shown").textContent = "This browser does not play Ogg Vorbis.";
  });
}

function moveCursor() {
  if (!playing) return;
  const part = player.duration ? player.currentTime / player.duration : 0;
  playing.querySelector(".cursor").style.left = `${100 * part}%`;
  requestAnimationFrame(moveCursor);
}

player.addEventListener("ended", stop);

// Cards -------------------------------------------------------------------------------------------------------------

function soundItem(sound, of) {
  const item = make("li", {}, make("span", { class: "title" }, sound.title));
  if (!sound.audio) {
    item.append(make("p", { class: "scores" }, "does not render, counted as silence"));
  } else {
    const picture = make("img", { src: sound.image, alt: `${sound.alt}, ${of}` });
    const play = make("button", { type: "button", class: "play" }, "Play");
    play.append(make("span", { class: "hide" }, ` ${sound.title}, ${of}`));
    play.addEventListener("click", () => toggle(item, sound));
    item.append(make("span", { class: "picture" }, picture, make("span", { class: "cursor" })), play);
  }
  if (sound.silent) item.append(make("p", { class: "silent" }, "silent"));
  const scores = sound.scores && Object.entries(sound.scores).map(([name, value]) => `${name} ${number(value)} ${data.shown[name]}`);
  item.append(make("p", { class: "scores" }, scores ? scores.join("\n") : "what is to be matched"));
  return item;
}

function cardOf(card) {
  const of = `${card.target || "unnamed"} ${card.note}`;
  const gain = `${card.gain_db < 0 ? "" : "+"}${number(card.gain_db, 1)} dB`;
  const facts = `${data.synths[card.synth]} · ${number(card.harmonic, 0)} % harmonic · gain ${gain}`;
  const list = make("ul", { class: "sounds" }, ...card.sounds.map((sound) => soundItem(sound, of)));
  return make("article", {}, make("h3", {}, of), make("p", { class: "facts" }, facts), list);
}

const filtered = []; // [element, its row, whether the empty choice shows only rows over all]
for (const section of ["joint", "latent"]) {
  const place = document.querySelector(`#${section} .cards`);
  for (const card of data[section]) {
    const element = cardOf(card);
    place.append(element);
    filtered.push([element, card, false]);
  }
  place.append(make("p", { class: "none" }, "Nothing to show: no such target, or the models are not trained yet."));
}

// Tables ------------------------------------------------------------------------------------------------------------

/** Fill a table. columns: [head, row => text or number, digits, row => whether it is silent]; the first is the head of its row. */
function fill(table, caption, columns, rows, overAll) {
  const body = make("tbody");
  for (const row of rows) {
    const line = make("tr");
    columns.forEach(([, get, digits, silent], place) => {
      const value = get(row);
      const text = value === null ? "–" : typeof value === "number" ? number(value, digits) : value;
      line.append(make(place ? "td" : "th", place ? {} : { scope: "row" }, text));
      if (typeof value === "string") line.lastChild.className = "words";
      if (silent?.(row)) {
        line.lastChild.className = "silent";
        line.lastChild.append(" silent");
      }
    });
    line.values = columns.map(([, get]) => get(row));
    body.append(line);
    filtered.push([line, row, overAll]);
  }
  const heads = columns.map(([head], place) => {
    const button = make("button", { type: "button" }, head);
    const words = rows.length && typeof columns[place][1](rows[0]) === "string";
    const cell = make("th", { scope: "col", ...(words ? { class: "words" } : {}) }, button);
    button.addEventListener("click", () => sort(body, cell, place));
    return cell;
  });
  table.append(make("caption", { class: "hide" }, caption), make("thead", {}, make("tr", {}, ...heads)), body);
}

function sort(body, cell, place) {
  const down = cell.getAttribute("aria-sort") === "ascending";
  for (const other of cell.parentElement.children) other.removeAttribute("aria-sort");
  cell.setAttribute("aria-sort", down ? "descending" : "ascending");
  const compare = (a, b) => {
    const [x, y] = [a.values[place], b.values[place]];
    if (x === null || y === null) return (x === null) - (y === null); // without a score: last either way
    const order = typeof x === "number" ? x - y : x.localeCompare(y, "en", { numeric: true });
    return down ? -order : order;
  };
  body.append(...[...body.children].sort(compare));
}

const arrows = { lower: " ↓", higher: " ↑" };
const all = (name) => name || "all";
fill(document.getElementById("means"), "Mean scores by method", [
  ["method", (row) => row.method],
  ["synthesizer", (row) => all(data.synths[row.synth])],
  ["harmonic part", (row) => all(row.bin)],
  ["seeds", (row) => row.seeds, 0],
  ["targets", (row) => row.targets, 0],
  ...data.metrics.map(({ name, unit, better }) => [
    name + (unit && ` [${unit}]`) + arrows[better], (row) => row.scores[name], name.startsWith("param") ? 3 : 2,
  ]),
  ["silent [%] ↓", (row) => row.silent, 0],
], data.means, true);
fill(document.getElementById("targets"), "Closeness of each target by method, in per cent", [
  ["target", (row) => row.target],
  ["synthesizer", (row) => data.synths[row.synth]],
  ["harmonic [%]", (row) => row.harmonic, 0],
  ...data.methods.map((name, place) => [`${name} ↑`, (row) => row.closeness[place], 0, (row) => row.silent[place]]),
], data.targets, false);

// Figures, and targets that other synthesizers' decoders answered --------------------------------------------------

for (const { title, image } of data.figures) {
  document.querySelector("#figures .pictures").append(
    make("figure", {}, make("img", { src: image, alt: title }), make("figcaption", {}, title)),
  );
}
const units = Object.fromEntries(data.metrics.map(({ name, unit }) => [name, unit]));
for (const { model, metric, table } of data.crossed) {
  const caption = `${model.toUpperCase().replace("-", "\u2011")}, ${metric} in ${units[metric]}`;
  const named = (text) => text.replace(/^by (.*)$/, (_, id) => `by ${data.synths[id]}`);
  const heads = table[0].map((head) => make("th", { scope: "col" }, named(head)));
  const lines = table.slice(1).map(([maker, ...cells]) =>
    make("tr", {}, make("th", { scope: "row" }, data.synths[maker]), ...cells.map((cell) => make("td", {}, cell))));
  document.querySelector("#crossed .tables").append(make("div", { class: "scroll", role: "region", "aria-label": caption, tabindex: "0" },
    make("table", {}, make("caption", {}, caption), make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...lines))));
}
document.getElementById("crossed").hidden = !data.crossed.length;

// Filters -----------------------------------------------------------------------------------------------------------

const synth = document.getElementById("synth");
const bin = document.getElementById("bin");
for (const [id, title] of Object.entries(data.synths)) synth.append(make("option", { value: id }, title));
for (const name of data.bins) bin.append(make("option", { value: name }, name));

function show() {
  for (const [element, row, overAll] of filtered) {
    const right = (!synth.value || row.synth === synth.value) && (bin.value ? row.bin === bin.value : !overAll || !row.bin);
    element.hidden = !right;
    if (!right && element === playing?.closest("article")) stop();
  }
  for (const none of document.querySelectorAll(".none")) {
    none.hidden = none.parentElement.querySelector("article:not([hidden])") !== null;
  }
  const targets = document.querySelectorAll("#targets tbody tr:not([hidden])").length;
  document.getElementById("shown").textContent = `${targets} of ${data.targets.length} targets`;
}
synth.addEventListener("change", show);
bin.addEventListener("change", show);
document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
document.getElementById("about").textContent =
  `${data.presets.toLocaleString("en")} presets each of ${Object.values(data.synths).join(", ")}`;
document.getElementById("quick").hidden = !data.tries_only;
document.documentElement.style.setProperty("--colours", data.colours.join(", "));
show();
