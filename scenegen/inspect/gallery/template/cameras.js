/* What cameras do to points, as scenegen.geometry and scenegen.lenses have it. */

/** How far each kind of lens moves a place (X/Z, Y/Z), with OpenCV's coefficients. */
const SHIFTS = {
  pinhole: () => [0, 0],
  brown: (x, y, [k1, k2, p1, p2, k3]) => {
    const square = x * x + y * y;
    const gain = square * (k1 + square * (k2 + square * k3));
    return [x * gain + 2 * p1 * x * y + p2 * (square + 2 * x * x), y * gain + p1 * (square + 2 * y * y) + 2 * p2 * x * y];
  },
  fisheye: (x, y, [k1, k2, k3, k4]) => {
    const radius = Math.hypot(x, y) || Number.MIN_VALUE;
    const theta = Math.atan(radius);
    const square = theta * theta;
    const gain = theta * (1 + square * (k1 + square * (k2 + square * (k3 + square * k4)))) / radius - 1;
    return [x * gain, y * gain];
  },
};
const NEWTON_STEPS = 40;

/** Where a pixel of one view with its z-depth falls in another view; NaN without a projection. */
function carried(pixel, depth, from, to) {
  const [x, y] = straightened(from, ...placeOf(from, pixel));
  const [pose, back] = [from.T_world_cam, to.T_world_cam];
  const world = pose.slice(0, 3).map((row) => depth * (row[0] * x + row[1] * y + row[2]) + row[3]);
  const away = world.map((value, k) => value - back[k][3]);
  return projected(to, [0, 1, 2].map((axis) => away.reduce((sum, value, k) => sum + value * back[k][axis], 0)));
}

function placeOf({ K }, [x, y]) {
  return [(x - K[0][2]) / K[0][0], (y - K[1][2]) / K[1][1]];
}

function projected(camera, [X, Y, Z]) {
  const { K } = camera;
  const [x, y] = Z > 0 ? bent(camera, X / Z, Y / Z) : [NaN, NaN];
  return { x: K[0][0] * x + K[0][1] * (Z > 0 ? Y / Z : 0) + K[0][2], y: K[1][1] * y + K[1][2] };
}

/** A place as a lens moves it; NaN beyond its reach. */
function bent({ lens, coefficients, reach }, x, y) {
  if (reach !== null && !(Math.hypot(x, y) <= reach)) return [NaN, NaN];
  const [dx, dy] = SHIFTS[lens](x, y, coefficients);
  return [x + dx, y + dy];
}

/** The place that a lens moves to (x, y): Newton's method with a Jacobian by differences, steps halved until they help. */
function straightened(camera, x, y) {
  if (camera.lens === "pinhole") return [x, y];
  const off = (place) => bent(camera, ...place).map((value, k) => [x, y][k] - value);
  let place = seed(camera, x, y);
  let left = off(place);
  for (let k = 0; k < NEWTON_STEPS && Math.hypot(...left) > 1e-12; k++) {
    const step = newton(off, place, left);
    let next = place;
    for (let share = 1; share > 1e-6; share /= 2) {
      next = place.map((value, axis) => value + share * step[axis]);
      if (Math.hypot(...off(next)) < Math.hypot(...left)) break;
    }
    if (!(Math.hypot(...off(next)) < Math.hypot(...left))) break;
    [place, left] = [next, off(next)];
  }
  return Math.hypot(...left) < 1e-7 * (1 + Math.hypot(x, y)) ? place : [NaN, NaN];
}

/** A place within the reach to begin with. */
function seed({ reach }, x, y) {
  const most = reach === null ? Infinity : 0.9 * reach;
  const shrink = Math.min(1, most / (Math.hypot(x, y) || 1));
  return [x * shrink, y * shrink];
}

function newton(off, [x, y], [left, right]) {
  const small = 1e-6 * (1 + Math.hypot(x, y));
  const [a, c] = off([x - small, y]).map((value, k) => (value - [left, right][k]) / small);
  const [b, d] = off([x, y - small]).map((value, k) => (value - [left, right][k]) / small);
  const area = a * d - b * c;
  return [(d * left - b * right) / area, (a * right - c * left) / area];
}
