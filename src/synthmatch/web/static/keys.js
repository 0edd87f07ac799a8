/** The keyboard: space plays and stops, X changes between target and match, 1 to 9 choose a match. */

import { $ } from "./dom.js";

/** Elements that a key already means something to. */
const TYPING = "input:not([type=checkbox]):not([type=range]), select, textarea, [contenteditable]";
const PRESSED_BY_SPACE = "button, a, summary, input";

/** `choose(rank)` is called for a number. */
export function keys(player, choose) {
  addEventListener("keydown", (event) => {
    if (!$("keys").checked || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.(TYPING)) return;
    if (event.key === " ") {
      if (event.target.closest?.(PRESSED_BY_SPACE) || !player.pair) return;
      event.preventDefault();
      player.toggle();
    } else if (event.key.toLowerCase() === "x") {
      player.change();
    } else if (/^[1-9]$/.test(event.key)) {
      choose(Number(event.key));
    }
  });
}
