/**
 * The order of the cards. `wanted` is the order of rank, `shown` what is on the page, `held` those that must not move: they keep
 * their places, and the others fill the places between by rank. What was replaced stays only where nothing else would keep a held
 * card in its place.
 */
export function arranged(shown, wanted, held) {
  const next = () => free.shift() ?? shown.find((id) => !held.has(id) && !order.includes(id));
  const free = wanted.filter((id) => !(held.has(id) && shown.includes(id)));
  const lastHeld = shown.findLastIndex((id) => held.has(id));
  const order = [];
  for (let place = 0; place <= lastHeld || free.length; place += 1) {
    if (held.has(shown[place])) order.push(shown[place]);
    else order.push(next());
  }
  return order;
}
