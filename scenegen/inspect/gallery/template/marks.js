/* What is drawn on and beside a picture: the mark of a point, a loupe around it, all points at once. */

const LOUPE_SHARE = 1 / 11;

function statusColor(code) {
  return getComputedStyle(document.getElementById(`mark-${STATUSES[code]}`)).getPropertyValue("--status").trim();
}

/** Puts a mark on a pixel; one outside the picture goes to the border, turned to where it lies. */
function placeMark(marker, name, x, y, [width, height]) {
  const shown = Number.isFinite(x);
  marker.style.display = shown ? "" : "none";
  if (!shown) return;
  const [dx, dy] = [(x + 0.5) / width - 0.5, (y + 0.5) / height - 0.5];
  const outside = name === "out_of_view";
  const reach = outside ? 0.47 / Math.max(Math.abs(dx), Math.abs(dy), 0.47) : 1;
  marker.style.left = `${50 + 100 * dx * reach}%`;
  marker.style.top = `${50 + 100 * dy * reach}%`;
  marker.style.transform = outside ? `rotate(${Math.atan2(dy * height, dx * width)}rad)` : "";
  marker.firstElementChild.setAttribute("href", `#mark-${name}`);
}

/** The picture around a pixel, enlarged, with a cross on the point; empty where the point is not in the picture. */
function drawLoupe(canvas, image, x, y, [width, height]) {
  const context = canvas.getContext("2d");
  const side = canvas.width;
  context.clearRect(0, 0, side, side);
  const inside = x > -1 && y > -1 && x < width && y < height;
  if (!inside || !image.complete) return;
  const scale = image.naturalWidth / width;
  const span = Math.max(12, Math.max(width, height) * LOUPE_SHARE) * scale;
  const [left, top] = [(x + 0.5) * scale - span / 2, (y + 0.5) * scale - span / 2];
  context.imageSmoothingEnabled = span > side;
  context.drawImage(image, left, top, span, span, 0, 0, side, side);
  drawCross(context, side / 2);
}

function drawCross(context, middle) {
  for (const [color, thickness] of [["rgb(0 0 0 / 0.6)", 5], ["#fff", 2]]) {
    context.strokeStyle = color;
    context.lineWidth = thickness;
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(middle + 8 * dx, middle + 8 * dy);
      context.lineTo(middle + 22 * dx, middle + 22 * dy);
    }
    context.stroke();
  }
}

/** Small dots in the colours of their status; `points` yields [x, y, code]. */
function drawDots(canvas, points, [width, height]) {
  const ratio = devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = canvas.clientHeight * ratio;
  const context = canvas.getContext("2d");
  const scale = canvas.width / width;
  const radius = Math.max(0.9 * ratio, canvas.width / 420);
  const colors = STATUSES.map((_, code) => statusColor(code));
  for (const [x, y, code] of points) {
    if (!(x > -1 && y > -1 && x < width && y < height)) continue;
    context.fillStyle = colors[code];
    context.beginPath();
    context.arc((x + 0.5) * scale, (y + 0.5) * scale, radius, 0, 2 * Math.PI);
    context.fill();
  }
}

function clearDots(canvas) {
  canvas.width = canvas.width;
}
