/** Elements, numbers and messages on the page. */

export const $ = (id) => document.getElementById(id);

/** An element with attributes and children; text is always text. A function is a listener: onclick. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (typeof value === "boolean") element.toggleAttribute(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export const number = (value, digits = 1) => value.toFixed(digits).replace("-", "−");

/** Seconds as people say them. */
export function duration(seconds) {
  if (seconds < 59.5) return `${Math.max(Math.round(seconds), 0)} s`;
  const minutes = Math.floor((seconds + 0.5) / 60);
  return `${minutes} min ${Math.round(seconds - 60 * minutes)} s`;
}

/** Have screen readers say something. */
export function say(text) {
  $("say").textContent = text;
}

/** Show a message in its place, or clear it with "". */
export function complain(place, error) {
  const text = error instanceof Error ? error.message : error;
  place.hidden = !text;
  place.textContent = text;
}

/**
 * Run something for a button, which cannot be pressed again before it has ended; what it throws is shown in `place`. The button is
 * not `disabled` meanwhile, for that would take the focus from it.
 */
export async function busy(button, place, work) {
  if (button.getAttribute("aria-disabled") === "true") return undefined;
  complain(place, "");
  button.setAttribute("aria-disabled", "true");
  button.setAttribute("aria-busy", "true");
  try {
    return await work();
  } catch (error) {
    complain(place, error);
    return undefined;
  } finally {
    button.removeAttribute("aria-disabled");
    button.removeAttribute("aria-busy");
  }
}

/** Put elements into a list in this order, moving only what is out of place: what has the focus keeps it. */
export function arrange(list, elements) {
  const focused = document.activeElement;
  for (const child of [...list.children]) if (!elements.includes(child)) child.remove();
  elements.forEach((element, place) => {
    if (list.children[place] !== element) list.insertBefore(element, list.children[place] ?? null);
  });
  if (list.contains(focused) && document.activeElement !== focused) focused.focus({ preventScroll: true });
}
