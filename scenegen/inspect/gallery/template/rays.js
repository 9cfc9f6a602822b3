/* The rays of a sample, in the format that gallery_rays.py describes. */

const LABEL_OF = JSON.parse(document.getElementById("statuses").textContent);
const [STATUSES, LABELS] = [Object.keys(LABEL_OF), Object.values(LABEL_OF)]; // in the order of the codes
const VISIBLE = STATUSES.indexOf("visible");
const NOWHERE = -32768;
const FARTHEST = 32767;

/** A sample's pictures and the rays of each view that is a source; null while the page is still loading. */
async function readSample(number) {
  const element = document.getElementById(`data-${number}`);
  if (!element) return null;
  const { size, names, sources, pictures } = JSON.parse(element.textContent);
  const unpacked = sources.map(async (rays) => unpack(await inflate(rays.data), rays, pictures.length - 1, size));
  return { size, names, pictures, sources: await Promise.all(unpacked) };
}

async function inflate(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

function unpack(buffer, { count, unit_px: unit }, others, [width, height]) {
  const word = (k) => summed(new Uint16Array(buffer, 2 * count * k, count));
  const signed = (k) => new Int16Array(word(k).buffer, 2 * count * k, count);
  const [x, y, depth, instance] = [0, 1, 2, 3].map(word);
  const words = 4 + 2 * others;
  const views = Array.from({ length: others }, (_, v) => ({
    x: signed(4 + 2 * v),
    y: signed(5 + 2 * v),
    status: new Uint8Array(buffer, 2 * count * words + count * v, count),
  }));
  return { count, unit, x, y, depth, instance, views, centre: [(width - 1) / 2, (height - 1) / 2] };
}

/** Undoes differences of neighbours, in place; sums wrap at 16 bits as they should. */
function summed(plane) {
  for (let i = 1; i < plane.length; i++) plane[i] += plane[i - 1];
  return plane;
}

/** The ray whose pixel of the source is nearest to (x, y). */
function nearestRay(rays, x, y) {
  let best = 0;
  let least = Infinity;
  for (let i = 0; i < rays.count; i++) {
    const distance = (rays.x[i] - x) ** 2 + (rays.y[i] - y) ** 2;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

/** Where ray i falls in another view: pixels, whether that is exact, status code; x is NaN without a projection. */
function seenIn(rays, view, i) {
  const { x, y, status } = rays.views[view];
  if (x[i] === NOWHERE) return { x: NaN, y: NaN, exact: false, status: status[i] };
  const exact = Math.max(Math.abs(x[i]), Math.abs(y[i])) < FARTHEST;
  return { x: rays.centre[0] + x[i] * rays.unit, y: rays.centre[1] + y[i] * rays.unit, exact, status: status[i] };
}

/** A ray to begin with: the one nearest to the middle among those seen in every other view, or in any, or at all. */
function firstRay(rays) {
  const seen = (i) => rays.views.filter((view) => view.status[i] === VISIBLE).length;
  const off = (i) => Math.hypot(rays.x[i] - rays.centre[0], rays.y[i] - rays.centre[1]);
  const score = (i) => seen(i) * 1e6 - off(i);
  let best = 0;
  for (let i = 1; i < rays.count; i++) if (score(i) > score(best)) best = i;
  return best;
}

/** The verdict to colour a ray of the source by: visible where any view sees it, else that of the first other view. */
function bestStatus(rays, i) {
  return rays.views.some((view) => view.status[i] === VISIBLE) ? VISIBLE : rays.views[0].status[i];
}
