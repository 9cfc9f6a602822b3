// What a tree of objects holds: triangles in the world, in double precision.
import * as THREE from "three";

const LEAST_AREA = 1e-10; // of the box's diagonal squared: below it a triangle counts as degenerate
const GRID = 1e5; // places per diagonal that tell corners apart
const MOST_TOLD_APART = 300000; // triangles beyond which doubled ones are not looked for

// [{mesh, group, points: Float64Array, index}] for every mesh, instance and material
export function bake(root) {
  const parts = [];
  root.updateMatrixWorld(true);
  root.traverseVisible((mesh) => {
    if (!mesh.isMesh || !mesh.geometry.attributes.position) return;
    const local = localPoints(mesh), count = local.length / 3;
    const index = mesh.geometry.index?.array ?? Uint32Array.from({ length: count }, (_, i) => i);
    for (const matrix of matrices(mesh)) {
      const points = transformed(local, matrix);
      for (const [material, some] of groups(mesh, index)) parts.push({ mesh, material, points, index: some });
    }
  });
  return parts;
}

function localPoints(mesh) {
  const count = mesh.geometry.attributes.position.count, out = new Float64Array(3 * count), at = new THREE.Vector3();
  for (let i = 0; i < count; i++) mesh.getVertexPosition(i, at).toArray(out, 3 * i);
  return out;
}

function matrices(mesh) {
  if (!mesh.isInstancedMesh) return [mesh.matrixWorld];
  return Array.from({ length: mesh.count }, (_, i) => {
    const own = new THREE.Matrix4();
    mesh.getMatrixAt(i, own);
    return own.premultiply(mesh.matrixWorld);
  });
}

function transformed(local, matrix) {
  const out = new Float64Array(local.length), at = new THREE.Vector3();
  for (let i = 0; i < local.length; i += 3) at.fromArray(local, i).applyMatrix4(matrix).toArray(out, i);
  return out;
}

function groups(mesh, index) {
  if (!Array.isArray(mesh.material)) return [[mesh.material, whole(index, 0, index.length)]];
  return mesh.geometry.groups.map((g) => [mesh.material[g.materialIndex], whole(index, g.start, g.count)]);
}

function whole(index, start, count) {
  const end = Math.min(start + count, index.length);
  return index.subarray(start, end - ((end - start) % 3));
}

export function facts(parts) {
  const low = [Infinity, Infinity, Infinity], high = [-Infinity, -Infinity, -Infinity];
  let triangles = 0;
  for (const { points, index } of parts) {
    triangles += index.length / 3;
    for (const i of index) {
      for (let k = 0; k < 3; k++) {
        low[k] = Math.min(low[k], points[3 * i + k]);
        high[k] = Math.max(high[k], points[3 * i + k]);
      }
    }
  }
  if (!triangles) throw new Error("no triangles");
  if (![...low, ...high].every(Number.isFinite)) throw new Error("coordinates that are not finite, or indices out of range");
  return { triangles, low, high, ...areas(parts, low, Math.hypot(...high.map((h, k) => h - low[k])), triangles) };
}

function areas(parts, low, diagonal, triangles) {
  const seen = new Set(), e = new THREE.Vector3(), f = new THREE.Vector3();
  let area = 0, withArea = 0;
  for (const { points, index } of parts) {
    for (let t = 0; t < index.length; t += 3) {
      const [a, b, c] = [3 * index[t], 3 * index[t + 1], 3 * index[t + 2]];
      e.set(points[b] - points[a], points[b + 1] - points[a + 1], points[b + 2] - points[a + 2]);
      f.set(points[c] - points[a], points[c + 1] - points[a + 1], points[c + 2] - points[a + 2]);
      const own = e.cross(f).length() / 2;
      area += own;
      if (!(own > LEAST_AREA * diagonal * diagonal)) continue;
      withArea += 1;
      if (triangles > MOST_TOLD_APART) continue;
      const corner = (i) => [0, 1, 2].map((k) => Math.round((points[i + k] - low[k]) / diagonal * GRID)).join();
      seen.add([corner(a), corner(b), corner(c)].sort().join(" "));
    }
  }
  return { area, withArea, distinct: triangles > MOST_TOLD_APART ? withArea : seen.size };
}
