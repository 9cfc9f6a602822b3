/* A sample as the page holds it, and questions to its sources of points; rays.js says what a source has. */

const LABEL_OF = JSON.parse(document.getElementById("statuses").textContent);
const [STATUSES, LABELS] = [Object.keys(LABEL_OF), Object.values(LABEL_OF)]; // in the order of the codes
const VISIBLE = STATUSES.indexOf("visible");

/** A sample's pictures and the source of each view that is one; null while the page is still loading. */
async function readSample(number) {
  const element = document.getElementById(`data-${number}`);
  if (!element) return null;
  const { size, names, pictures, rays, pixels, cameras } = JSON.parse(element.textContent);
  const sources = pixels
    ? pixels.map((view, k) => readPixels(view, k, cameras, size)) : [readRays(rays, pictures.length - 1, size)];
  return { size, names, pictures, others: pictures.map((_, k) => k).slice(1), sources: await Promise.all(sources) };
}

/** A point to begin with: the one nearest to the middle among those seen in every other view, or in any, or at all. */
function firstPoint(source, { size: [width, height], others }) {
  const score = (i) => {
    const { x, y } = source.own(i);
    const seen = others.filter((_, v) => source.verdict(v, i) === VISIBLE).length;
    return seen * 1e6 - Math.hypot(x - (width - 1) / 2, y - (height - 1) / 2);
  };
  let [best, most] = [0, -Infinity];
  for (let i = 0; i < source.count; i++) {
    const value = score(i);
    if (value > most) [best, most] = [i, value];
  }
  return best;
}

/** The verdict to colour a point of the source by: visible where any view sees it, else that of the first other view. */
function bestStatus(source, { others }, i) {
  return others.some((_, v) => source.verdict(v, i) === VISIBLE) ? VISIBLE : source.verdict(0, i);
}
