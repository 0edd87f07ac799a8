/** Waveforms as bars on a canvas. */

/** Largest absolute sample in each of `count` parts of a buffer's channels. */
export function peaks(buffer, count) {
  const found = new Float32Array(count);
  for (let channel = 0; channel < buffer.numberOfChannels; channel += 1) {
    const samples = buffer.getChannelData(channel);
    for (let part = 0; part < count; part += 1) {
      const stop = Math.floor(((part + 1) * samples.length) / count);
      for (let i = Math.floor((part * samples.length) / count); i < stop; i += 1) {
        const size = Math.abs(samples[i]);
        if (size > found[part]) found[part] = size;
      }
    }
  }
  return found;
}

/** A canvas made ready for its size on the screen: [context, width, height] in CSS pixels. */
export function prepare(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  return [context, width, height];
}

/** Draw bars; those left of `played` (0..1) in the stronger colour. */
export function draw(canvas, bars, colour, played = 1) {
  const [context, width, height] = prepare(canvas);
  const step = width / bars.length;
  const loudest = Math.max(...bars, 1e-6);
  context.fillStyle = colour;
  bars.forEach((size, place) => {
    context.globalAlpha = place / bars.length <= played ? 1 : 0.35;
    const tall = Math.max((size / loudest) * (height - 2), 1.5);
    context.beginPath();
    context.roundRect(place * step + step * 0.15, (height - tall) / 2, Math.max(step * 0.7, 1), tall, 1);
    context.fill();
  });
}

export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
