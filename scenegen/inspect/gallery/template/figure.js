/* One view in the viewer: its picture, and beside it what is known of the point. */

function makeFigure(picture, k, facts, sample) {
  const element = document.getElementById("view").content.firstElementChild.cloneNode(true);
  const find = (selector) => element.querySelector(selector);
  const image = find("img");
  [image.src, image.width, image.height] = [picture, ...sample.size];
  find(".head b").textContent = `View ${k}`;
  return { element, image, facts, frame: find(".frame"), dots: find(".dots"), marker: find(".marker"), loupe: find(".loupe"),
    pairing: find(".pairing"), wide: find(".wide"), swatch: find(".verdict use"), verdict: find(".verdict span"),
    place: find(".place") };
}

/** Says in the heading of view k what it is to the source: of pairs without view 0 no figures are kept. */
function headFigure({ pairing: told, wide, frame, facts }, k, source) {
  const pair = Math.max(k, source) - 1;
  const known = k !== source && Math.min(k, source) === 0;
  frame.classList.toggle("source", k === source);
  told.textContent = k === source ? "the source" : known ? pairing(facts, pair) : "";
  wide.textContent = known && source === 0 ? ` · ${facts.matches[pair].toLocaleString("en")} matches` : "";
}

function pairing(facts, pair) {
  if (!facts.overlap.length) return "no cameras known";
  const overlap = Math.round(100 * facts.overlap[pair]);
  return `${overlap} % · ${facts.angle_deg[pair].toFixed(0)}° · ${facts.baseline_m[pair].toFixed(2)} m`;
}

/** Shows point i in the source: what it hit, and how far away. */
function showSource(figure, { size, names }, source, i) {
  const { x, y, depth, instance } = source.own(i);
  figure.verdict.textContent = (names[instance] || `instance ${instance}`) + (depth ? `, depth ${depth.toFixed(2)} m` : "");
  figure.place.textContent = `x ${x}, y ${y}`;
  figure.swatch.setAttribute("href", "#mark-source");
  figure.frame.classList.remove("absent");
  placeMark(figure.marker, "source", x, y, size);
  drawLoupe(figure.loupe, figure.image, x, y, size);
}

/** Shows point i in one of the other views, counted from 0: where it falls, and its status. */
function showOther(figure, { size }, source, view, i) {
  const { x, y, note } = source.seenIn(view, i);
  const status = source.verdict(view, i);
  figure.verdict.textContent = LABELS[status];
  figure.place.textContent = Number.isFinite(x)
    ? `x ${x.toFixed(2)}, y ${y.toFixed(2)}${note}` : "no projection";
  figure.swatch.setAttribute("href", `#mark-${STATUSES[status]}`);
  figure.frame.classList.toggle("absent", !Number.isFinite(x));
  placeMark(figure.marker, STATUSES[status], x, y, size);
  drawLoupe(figure.loupe, figure.image, x, y, size);
}
