/* A source of points: all pixels of a view, in the format that gallery/pixels.py describes; where they lie elsewhere
   is reckoned here, from depth and cameras. See rays.js for what a source has. */

const NO_PROJECTION = ["no_hit", "behind_camera"].map((name) => STATUSES.indexOf(name));
const ERROR_PX = 0.1; // what the rounding of depth may move a point before the page says so
const DOTS = 8192; // of all views together, at most, that "all points" draws

async function readPixels({ step, unit, data }, view, cameras, [width, height]) {
  const bytes = new Uint8Array(await inflate(data));
  const first = step >> 1;
  const [columns, rows] = [Math.ceil((width - first) / step), Math.ceil((height - first) / step)];
  const count = columns * rows;
  const plane = (k) => bytes.subarray(count * k, count * (k + 1));
  const [inverse, instance] = [0, 2].map((k) => predicted(plane(k), plane(k + 1), columns));
  const others = cameras.filter((_, k) => k !== view);
  const x = (i) => first + step * (i % columns);
  const y = (i) => first + step * Math.floor(i / columns);
  const depth = (i) => (inverse[i] ? 1 / (inverse[i] * unit) : 0);
  const verdict = (v, i) => plane(4 + v)[i];
  const place = (v, i, z) => carried([x(i), y(i)], z, cameras[view], others[v]);
  const cell = (at, cells) => Math.min(Math.max(Math.round((at - first) / step), 0), cells - 1);
  return {
    count, pitch_px: step, drawn: evenly(columns, rows, DOTS / cameras.length ** 2),
    pointAt: (column, row) => cell(row, rows) * columns + cell(column, columns),
    own: (i) => ({ x: x(i), y: y(i), depth: depth(i), instance: instance[i] }),
    verdict,
    seenIn: (v, i) => {
      if (NO_PROJECTION.includes(verdict(v, i))) return { x: NaN, y: NaN, note: "" };
      const [at, near, far] = [0, 0.5, -0.5].map((off) => place(v, i, 1 / ((inverse[i] + off) * unit)));
      const error = Math.max(...[near, far].map((end) => Math.hypot(end.x - at.x, end.y - at.y)));
      return { ...at, note: error < ERROR_PX ? "" : ", about" };
    },
  };
}

/** Numbers of 16 bits from what was left of them by the prediction of JPEG-LS. */
function predicted(low, high, columns) {
  const plane = new Uint16Array(low.length);
  for (let i = 0; i < plane.length; i++) {
    const folded = low[i] | (high[i] << 8);
    const off = folded & 1 ? -(folded + 1) >> 1 : folded >> 1;
    plane[i] = guess(plane, i, columns) + off;
  }
  return plane;
}

function guess(plane, i, columns) {
  if (i % columns === 0) return i ? plane[i - columns] : 0;
  const left = plane[i - 1];
  if (i < columns) return left;
  const [above, corner] = [plane[i - columns], plane[i - columns - 1]];
  return Math.min(Math.max(left + above - corner, Math.min(left, above)), Math.max(left, above));
}

/** The points in the middle of the cells of an even grid of about so many. */
function evenly(columns, rows, points) {
  const side = Math.max(1, Math.sqrt((columns * rows) / points));
  const middles = (size) => {
    const cells = Math.max(1, Math.round(size / side));
    return Array.from({ length: cells }, (_, k) => Math.floor(((k + 0.5) * size) / cells));
  };
  const across = middles(columns);
  return middles(rows).flatMap((row) => across.map((column) => row * columns + column));
}
