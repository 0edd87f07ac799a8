/** Spectrograms of target and candidate on one scale, and their difference, as three pictures. */

import { make, number } from "./dom.js";

/** Range of the difference's colours, in dB. */
const APART_DB = 40;
/** From silent to full scale: magma, after matplotlib; from less to more: blue, the panel, red. */
const LEVELS = [[0, 0, 4], [28, 16, 68], [79, 18, 123], [129, 37, 129], [181, 54, 122], [229, 80, 100], [251, 135, 97], [254, 194, 135], [252, 253, 191]];
const APART = [[5, 80, 174], [67, 147, 195], [146, 197, 222], [247, 247, 247], [244, 165, 130], [214, 96, 77], [178, 24, 43]];

function mixed(colours, share) {
  const place = Math.min(Math.max(share, 0), 1) * (colours.length - 1);
  const low = Math.min(Math.floor(place), colours.length - 2);
  return colours[low].map((value, i) => value + (colours[low + 1][i] - value) * (place - low));
}

const table = (colours) => Array.from({ length: 256 }, (_, i) => mixed(colours, i / 255));
const LEVEL_TABLE = table(LEVELS);
const APART_TABLE = table(APART);

function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** Paint rows of colour indices, lowest band last as pictures go. */
function paint(canvas, bands, frames, index, colours) {
  canvas.width = frames;
  canvas.height = bands;
  const context = canvas.getContext("2d");
  const image = context.createImageData(frames, bands);
  for (let band = 0; band < bands; band += 1) {
    for (let frame = 0; frame < frames; frame += 1) {
      const at = 4 * ((bands - 1 - band) * frames + frame);
      const [red, green, blue] = colours[index(band * frames + frame)];
      image.data.set([red, green, blue, 255], at);
    }
  }
  context.putImageData(image, 0, 0);
}

/** The three pictures, with axes and scales, as an element. */
export function pictures(picture) {
  const { bands, frames, seconds, floor_db: floor } = picture;
  const target = bytes(picture.target);
  const candidate = bytes(picture.candidate);
  const db = -floor / 255;
  const three = [
    ["Target", target, `Spectrogram of the target, ${number(seconds, 2)} seconds, 55 Hz to 20 kHz`],
    ["Match", candidate, "Spectrogram of the match on the same scale"],
    ["Match minus target", null, "Difference of the spectrograms: blue where the match is quieter than the target, red where it is louder"],
  ].map(([title, levels, words]) => {
    const canvas = make("canvas", { role: "img", "aria-label": words });
    if (levels) paint(canvas, bands, frames, (i) => levels[i], LEVEL_TABLE);
    else paint(canvas, bands, frames, (i) => Math.round(Math.min(Math.max(((candidate[i] - target[i]) * db) / APART_DB, -1), 1) * 127.5 + 127.5), APART_TABLE);
    return make("figure", {}, make("figcaption", {}, title), make("div", { class: "plot" }, axis(bands, picture.lowest_hz), canvas), make("div", { class: "time", "aria-hidden": "true" }, make("span", {}, "0"), make("span", {}, `${number(seconds, 2)} s`)));
  });
  const keys = make("div", { class: "keys hint" }, key("levels", `${number(floor, 0)} dB`, "0 dB"), key("apart", `−${APART_DB} dB`, `+${APART_DB} dB`));
  return make("div", { class: "pictures" }, ...three, keys);
}

/** Octaves of A beside a picture, where there is room. */
function axis(bands, lowestHz) {
  const axis = make("div", { class: "axis", "aria-hidden": "true" });
  for (let band = 12; band < bands; band += 24) {
    const hz = lowestHz * 2 ** (band / 12);
    const tick = make("span", {}, hz < 1000 ? `${Math.round(hz)}` : `${number(hz / 1000)}k`);
    tick.style.bottom = `${(100 * band) / bands}%`;
    axis.append(tick);
  }
  return axis;
}

function key(name, low, high) {
  return make("span", { class: "key" }, low, make("span", { class: `bar ${name}` }), high);
}
