/** The keyboard: space plays and stops, X changes between target and match, 1 to 9 choose a match. */

import { $ } from "./dom.js";

/** Where letters and digits are typed or chosen. */
const TYPING = "input:not([type=checkbox]):not([type=range]), select, textarea, [contenteditable]";
/** Where a space is a letter; in a number it is none. */
const WRITING = "input[type=search], input[type=text], textarea, [contenteditable]";
/** What space alone presses; all else that it presses, Enter does too, or the arrows. */
const TICKED = "input[type=checkbox], input[type=file]";
const PRESSED_BY_SPACE = "button, a, summary, select, input:not([type=range]):not([type=number])";

/** `choose(rank)` is called for a number. */
export function keys(player, choose) {
  /** Space belongs to an element that the keyboard went to. What the mouse pressed last has the focus, but nobody means it. */
  const belongs = (target) => {
    if (target.closest(WRITING)) return true;
    if (!target.matches(":focus-visible")) return false;
    return Boolean(target.closest(player.active ? TICKED : PRESSED_BY_SPACE));
  };
  let taken = false;
  addEventListener("keydown", (event) => {
    if (!$("keys").checked || event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof Element)) return;
    if (event.key === " ") {
      if (belongs(event.target) || !player.pair) return;
      event.preventDefault();
      taken = true;
      if (!event.repeat) player.toggle();
      return;
    }
    if (event.target.closest(TYPING)) return;
    if (event.key.toLowerCase() === "x") player.change();
    else if (/^[1-9]$/.test(event.key)) choose(Number(event.key));
  }, { capture: true });
  // a button is pressed when space comes up
  addEventListener("keyup", (event) => {
    if (event.key === " " && taken) event.preventDefault();
    taken = false;
  }, { capture: true });
}
