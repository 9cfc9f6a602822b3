/* The viewer of one sample: a point of view 0 and where it falls in the others. */

const dialog = document.getElementById("viewer");
const viewsBox = document.getElementById("views");
const allPoints = document.getElementById("all-points");
const viewer = { card: null, sample: null, figures: [], ray: -1, x: 0, y: 0 };

async function openViewer(card) {
  viewer.card = card;
  const sample = await readSample(card.number);
  if (viewer.card !== card) return;
  const opened = dialog.open;
  if (!opened) dialog.showModal();
  titleViewer(card);
  history.replaceState(null, "", `#view-${card.number}`);
  const stays = opened && keepsFocus(document.activeElement);
  [viewer.sample, viewer.ray] = [sample, -1];
  viewsBox.replaceChildren();
  if (!sample) return void (viewsBox.textContent = "The page is still loading: try again in a moment.");
  viewer.figures = sample.pictures.map((picture, k) => makeFigure(picture, k, card.facts, sample));
  viewsBox.append(...viewer.figures.map((figure) => figure.element));
  startSource(viewer.figures[0].frame);
  if (!stays) viewer.figures[0].frame.focus({ preventScroll: true });
  await Promise.all(viewer.figures.map((figure) => figure.image.decode().catch(() => {})));
  if (viewer.sample !== sample) return;
  const first = firstRay(sample.rays);
  moveTo(sample.rays.x[first], sample.rays.y[first]);
  showAllPoints();
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

/** View 0 takes the pointer and the arrow keys. */
function startSource(frame) {
  frame.classList.add("source");
  frame.tabIndex = 0;
  frame.setAttribute("role", "application");
  frame.setAttribute("aria-label", "View 0: arrow keys move the point, with Shift farther");
  const follow = (event) => moveTo(...pixelUnder(frame, event));
  frame.addEventListener("pointermove", follow);
  frame.addEventListener("pointerdown", follow);
}

/** The pixel of view 0 under the pointer. */
function pixelUnder(frame, event) {
  const box = frame.getBoundingClientRect();
  const [width, height] = viewer.sample.size;
  return [((event.clientX - box.left) / box.width) * width - 0.5, ((event.clientY - box.top) / box.height) * height - 0.5];
}

/** Chooses the traced point nearest to a pixel of view 0 and shows it everywhere. */
function moveTo(x, y) {
  const { rays, size } = viewer.sample;
  const [source, ...others] = viewer.figures;
  viewer.x = Math.min(Math.max(x, 0), size[0] - 1);
  viewer.y = Math.min(Math.max(y, 0), size[1] - 1);
  const i = nearestRay(rays, viewer.x, viewer.y);
  if (i === viewer.ray) return;
  viewer.ray = i;
  showSource(source, viewer.sample, i);
  others.forEach((figure, view) => showOther(figure, viewer.sample, view, i));
  const verdicts = others.map((figure, view) => `view ${view + 1}: ${figure.verdict.textContent}`);
  document.getElementById("spoken").textContent = [source.verdict.textContent, ...verdicts].join("; ");
}

function showAllPoints() {
  if (!viewer.sample) return;
  const { rays, size } = viewer.sample;
  const indices = Array.from({ length: rays.count }, (_, i) => i);
  viewer.figures.forEach((figure, k) => {
    if (!allPoints.checked) return clearDots(figure.dots);
    const point = (i) => {
      const { x, y, status } = seenIn(rays, k - 1, i);
      return [x, y, status];
    };
    drawDots(figure.dots, indices.map(k ? point : (i) => [rays.x[i], rays.y[i], bestStatus(rays, i)]), size);
  });
}

function stepSample(by) {
  const next = shown[shown.indexOf(viewer.card) + by];
  if (next) openViewer(next);
}

function stepPoint(dx, dy, far) {
  const { rays, size } = viewer.sample;
  const step = Math.sqrt((size[0] * size[1]) / rays.count) * (far ? 8 : 1);
  moveTo(viewer.x + dx * step, viewer.y + dy * step);
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function onKey(event) {
  if (!viewer.sample || event.altKey || event.ctrlKey || event.metaKey) return;
  const arrow = ARROWS[event.key];
  const atSource = document.activeElement === viewer.figures[0].frame;
  if (arrow && atSource) stepPoint(...arrow, event.shiftKey);
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
