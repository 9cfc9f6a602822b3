/* One view in the viewer: its picture, and beside it what is known of the point. */

function makeFigure(picture, k, facts, sample) {
  const element = document.getElementById("view").content.firstElementChild.cloneNode(true);
  const find = (selector) => element.querySelector(selector);
  const image = find("img");
  [image.src, image.width, image.height] = [picture, ...sample.size];
  find(".head b").textContent = `View ${k}`;
  find(".pairing").textContent = k ? pairing(facts, k - 1) : "the source";
  if (k) find(".wide").textContent = ` · ${facts.matches[k - 1].toLocaleString("en")} matches`;
  return { element, image, frame: find(".frame"), dots: find(".dots"), marker: find(".marker"), loupe: find(".loupe"),
    swatch: find(".verdict use"), verdict: find(".verdict span"), place: find(".place") };
}

function pairing(facts, pair) {
  if (!facts.overlap.length) return "no cameras known";
  const overlap = Math.round(100 * facts.overlap[pair]);
  return `${overlap} % · ${facts.angle_deg[pair].toFixed(0)}° · ${facts.baseline_m[pair].toFixed(2)} m`;
}

/** Shows ray i in view 0: what it hit, and how far away. */
function showSource(figure, { rays, size, names }, i) {
  const depth = rays.depth[i] ? `, depth ${(rays.depth[i] / 1000).toFixed(2)} m` : "";
  figure.verdict.textContent = (names[rays.instance[i]] || `instance ${rays.instance[i]}`) + depth;
  figure.place.textContent = `x ${rays.x[i]}, y ${rays.y[i]}`;
  placeMark(figure.marker, "source", rays.x[i], rays.y[i], size);
  drawLoupe(figure.loupe, figure.image, rays.x[i], rays.y[i], size);
}

/** Shows ray i in one of the other views, counted from 0: where it falls, and its status. */
function showOther(figure, { rays, size }, view, i) {
  const point = seenIn(rays, view, i);
  figure.verdict.textContent = LABELS[point.status];
  figure.place.textContent = Number.isFinite(point.x)
    ? `x ${point.x.toFixed(2)}, y ${point.y.toFixed(2)}${point.exact ? "" : " or farther"}` : "no projection";
  figure.swatch.setAttribute("href", `#mark-${STATUSES[point.status]}`);
  figure.frame.classList.toggle("absent", !Number.isFinite(point.x));
  placeMark(figure.marker, STATUSES[point.status], point.x, point.y, size);
  drawLoupe(figure.loupe, figure.image, point.x, point.y, size);
}
