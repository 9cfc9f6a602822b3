/* The viewer of one sample: a point of one view, the source, and where it falls in the others. */

const dialog = document.getElementById("viewer");
const viewsBox = document.getElementById("views");
const allPoints = document.getElementById("all-points");
const viewer = { card: null, sample: null, figures: [], source: 0, point: -1, x: 0, y: 0 };

async function openViewer(card) {
  viewer.card = card;
  const sample = await readSample(card.number);
  if (viewer.card !== card) return;
  const opened = dialog.open;
  if (!opened) dialog.showModal();
  titleViewer(card);
  history.replaceState(null, "", `#view-${card.number}`);
  const stays = opened && keepsFocus(document.activeElement);
  [viewer.sample, viewer.source, viewer.point] = [sample, -1, -1];
  viewsBox.replaceChildren();
  if (!sample) return void (viewsBox.textContent = "The page is still loading: try again in a moment.");
  viewer.figures = sample.pictures.map((picture, k) => makeFigure(picture, k, card.facts, sample));
  viewsBox.append(...viewer.figures.map((figure) => figure.element));
  sample.sources.forEach((_, k) => startSource(viewer.figures[k].frame, k));
  if (!stays) viewer.figures[0].frame.focus({ preventScroll: true });
  await Promise.all(viewer.figures.map((figure) => figure.image.decode().catch(() => {})));
  if (viewer.sample !== sample) return;
  const { x, y } = sample.sources[0].own(firstPoint(sample.sources[0], sample));
  moveTo(0, x, y);
}

/** Whether an element can stay in focus when another sample comes. */
function keepsFocus(element) {
  return dialog.contains(element) && !viewsBox.contains(element) && !element.disabled;
}

function titleViewer(card) {
  const { room, split, file, sample, categories } = card.facts;
  const place = shown.indexOf(card);
  document.getElementById("viewer-title").textContent = `${room}, sample ${sample}`;
  document.getElementById("viewer-file").textContent = `${file} · ${split} · ${categories.join(", ") || "no objects"}`;
  document.getElementById("viewer-place").textContent = `${place + 1} of ${shown.length}`;
  document.getElementById("previous").disabled = place <= 0;
  document.getElementById("next").disabled = place >= shown.length - 1;
}

/** A view that can be the source takes the pointer and the arrow keys. */
function startSource(frame, k) {
  frame.classList.add("starts");
  frame.tabIndex = 0;
  frame.setAttribute("role", "application");
  frame.setAttribute("aria-label", `View ${k}: arrow keys move the point, with Shift farther`);
  const follow = (event) => moveTo(k, ...pixelUnder(frame, event));
  frame.addEventListener("pointermove", follow);
  frame.addEventListener("pointerdown", follow);
}

/** The pixel of a view under the pointer. */
function pixelUnder(frame, event) {
  const box = frame.getBoundingClientRect();
  const [width, height] = viewer.sample.size;
  return [((event.clientX - box.left) / box.width) * width - 0.5, ((event.clientY - box.top) / box.height) * height - 0.5];
}

/** Chooses the known point nearest to a pixel of view k and shows it everywhere. */
function moveTo(k, x, y) {
  const { sources, size } = viewer.sample;
  const changed = k !== viewer.source;
  if (changed) changeSource(k);
  viewer.x = Math.min(Math.max(x, 0), size[0] - 1);
  viewer.y = Math.min(Math.max(y, 0), size[1] - 1);
  const i = sources[k].pointAt(viewer.x, viewer.y);
  if (i === viewer.point && !changed) return;
  viewer.point = i;
  viewer.figures.forEach((figure, view) => {
    if (view === k) showSource(figure, viewer.sample, sources[k], i);
    else showOther(figure, viewer.sample, sources[k], othersPlace(view), i);
  });
  const verdicts = viewer.figures.map((figure, view) => `view ${view}: ${figure.verdict.textContent}`);
  document.getElementById("spoken").textContent = verdicts.join("; ");
}

/** Makes view k the source. */
function changeSource(k) {
  viewer.source = k;
  viewer.figures.forEach((figure, view) => headFigure(figure, view, k));
  showAllPoints();
}

/** The place of a view among those that are not the source. */
function othersPlace(view) {
  return view - (view > viewer.source ? 1 : 0);
}

function showAllPoints() {
  if (!viewer.sample) return;
  const { sources, size } = viewer.sample;
  const source = sources[viewer.source];
  viewer.figures.forEach((figure, k) => {
    if (!allPoints.checked) return clearDots(figure.dots);
    const there = (i) => {
      const { x, y } = source.seenIn(othersPlace(k), i);
      return [x, y, source.verdict(othersPlace(k), i)];
    };
    const own = (i) => {
      const { x, y } = source.own(i);
      return [x, y, bestStatus(source, viewer.sample, i)];
    };
    drawDots(figure.dots, source.drawn.map(k === viewer.source ? own : there), size);
  });
}

function stepSample(by) {
  const next = shown[shown.indexOf(viewer.card) + by];
  if (next) openViewer(next);
}

function stepPoint(k, dx, dy, far) {
  const { sources, size } = viewer.sample;
  const step = sources[k].pitch_px * (far ? 8 : 1);
  if (k === viewer.source) return moveTo(k, viewer.x + dx * step, viewer.y + dy * step);
  const { x, y } = sources[viewer.source].seenIn(othersPlace(k), viewer.point); // goes on from the point shown there
  moveTo(k, (Number.isFinite(x) ? x : size[0] / 2) + dx * step, (Number.isFinite(y) ? y : size[1] / 2) + dy * step);
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function onKey(event) {
  if (!viewer.sample || event.altKey || event.ctrlKey || event.metaKey) return;
  const arrow = ARROWS[event.key];
  const at = viewer.figures.findIndex(({ frame }) => frame === document.activeElement);
  if (arrow && at >= 0) stepPoint(at, ...arrow, event.shiftKey);
  else if (arrow && arrow[0]) stepSample(arrow[0]);
  else if (event.key === "[" || event.key === "]") stepSample(event.key === "]" ? 1 : -1);
  else if (event.key.toLowerCase() === "a") allPoints.click();
  else return;
  event.preventDefault();
}

function startViewer() {
  document.getElementById("previous").addEventListener("click", () => stepSample(-1));
  document.getElementById("next").addEventListener("click", () => stepSample(1));
  document.getElementById("close").addEventListener("click", () => dialog.close());
  allPoints.addEventListener("change", showAllPoints);
  addEventListener("resize", () => { if (dialog.open) showAllPoints(); });
  dialog.addEventListener("keydown", onKey);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => {
    history.replaceState(null, "", "#");
    focusCard(viewer.card);
  });
}
