/* A source of points: the rays of view 0, in the format that gallery/rays.py describes.

   All sources have: `count` of their points; `pitch_px` from one to the next; `drawn`, the points that "all points"
   draws; `pointAt` a pixel; `own(i)`, pixel, depth in metres (0: not known) and instance of point i; `verdict(view, i)`,
   its status code in another view, counted without the source; `seenIn(view, i)`, its pixel there, NaN without a
   projection, and what is to be said of it where it is not exact. */

const NOWHERE = -32768;
const FARTHEST = 32767;

async function readRays({ count, unit_px: unit, data }, others, [width, height]) {
  const buffer = await inflate(data);
  const word = (k) => summed(new Uint16Array(buffer, 2 * count * k, count));
  const signed = (k) => new Int16Array(word(k).buffer, 2 * count * k, count);
  const [x, y, depth, instance] = [0, 1, 2, 3].map(word);
  const words = 4 + 2 * others;
  const status = (v) => new Uint8Array(buffer, 2 * count * words + count * v, count);
  const views = Array.from({ length: others }, (_, v) => ({ x: signed(4 + 2 * v), y: signed(5 + 2 * v), status: status(v) }));
  const centre = [(width - 1) / 2, (height - 1) / 2];
  return {
    count, pitch_px: Math.sqrt((width * height) / count), drawn: Array.from({ length: count }, (_, i) => i),
    pointAt: (column, row) => nearest(x, y, column, row),
    own: (i) => ({ x: x[i], y: y[i], depth: depth[i] / 1000, instance: instance[i] }),
    verdict: (v, i) => views[v].status[i],
    seenIn: (v, i) => dequantised(views[v], i, centre, unit),
  };
}

/** The bytes of a deflated plane. */
async function inflate(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

/** Undoes differences of neighbours, in place; sums wrap at 16 bits as they should. */
function summed(plane) {
  for (let i = 1; i < plane.length; i++) plane[i] += plane[i - 1];
  return plane;
}

function dequantised({ x, y }, i, [middleX, middleY], unit) {
  if (x[i] === NOWHERE) return { x: NaN, y: NaN, note: "" };
  const note = Math.max(Math.abs(x[i]), Math.abs(y[i])) < FARTHEST ? "" : " or farther";
  return { x: middleX + x[i] * unit, y: middleY + y[i] * unit, note };
}

/** The point whose pixel is nearest to one. */
function nearest(x, y, column, row) {
  let best = 0;
  let least = Infinity;
  for (let i = 0; i < x.length; i++) {
    const distance = (x[i] - column) ** 2 + (y[i] - row) ** 2;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}
