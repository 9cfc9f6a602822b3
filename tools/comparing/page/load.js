// A mesh file to a tree of three.js objects, by three.js's own loaders.
import * as THREE from "three";
import { DRACOLoader } from "three/addons/loaders/DRACOLoader.js";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { KTX2Loader } from "three/addons/loaders/KTX2Loader.js";
import { MTLLoader } from "three/addons/loaders/MTLLoader.js";
import { OBJLoader } from "three/addons/loaders/OBJLoader.js";
import { PLYLoader } from "three/addons/loaders/PLYLoader.js";
import { STLLoader } from "three/addons/loaders/STLLoader.js";
import { TGALoader } from "three/addons/loaders/TGALoader.js";
import { MeshoptDecoder } from "three/addons/libs/meshopt_decoder.module.js";

const BENT = "polygons that are not plane";
const LIBRARIES = "/three/examples/jsm/libs/";

// KHR_materials_pbrSpecularGlossiness left three.js in r147: its diffuse part is put in the place of the base colour
class SpecularGlossiness {
  constructor(parser) {
    this.name = "KHR_materials_pbrSpecularGlossiness";
    for (const material of parser.json.materials ?? []) {
      const own = material.extensions?.[this.name];
      if (!own) continue;
      material.pbrMetallicRoughness = { baseColorFactor: own.diffuseFactor ?? [1, 1, 1, 1] };
      if (own.diffuseTexture) material.pbrMetallicRoughness.baseColorTexture = own.diffuseTexture;
    }
  }
}

export function loaders(renderer, missing) {
  const manager = new THREE.LoadingManager();
  manager.onError = (url) => missing.push(url);
  manager.addHandler(/\.tga$/i, new TGALoader(manager));
  const gltf = new GLTFLoader(manager)
    .setDRACOLoader(new DRACOLoader(manager).setDecoderPath(LIBRARIES + "draco/gltf/"))
    .setKTX2Loader(new KTX2Loader(manager).setTranscoderPath(LIBRARIES + "basis/").detectSupport(renderer))
    .setMeshoptDecoder(MeshoptDecoder)
    .register((parser) => new SpecularGlossiness(parser));
  return { manager, gltf };
}

// resolves once everything that was asked for has come, or failed to
function settled(manager) {
  return new Promise((resolve) => {
    manager.onLoad = resolve;
    manager.itemStart("last"); // so that onLoad comes even where nothing is under way
    setTimeout(() => manager.itemEnd("last"), 0);
  });
}

export async function load(url, suffix, { manager, gltf }, notes) {
  const data = await (await fetch(url)).arrayBuffer();
  const folder = THREE.LoaderUtils.extractUrlBase(url);
  const kinds = { ".obj": loadObj, ".ply": loadPly, ".stl": loadStl, ".off": loadOff };
  if (!(suffix in kinds)) return loadGltf(await gltf.parseAsync(data, folder), notes);
  const root = await kinds[suffix](data, folder, manager, notes);
  await settled(manager);
  return root;
}

function loadGltf(found, notes) {
  const { json } = found.parser;
  if (!found.scene) throw new Error("the file has no scene");
  for (const name of json.extensionsRequired ?? []) notes.push(`requires ${name}`);
  for (const name of json.extensionsUsed ?? []) notes.push(`uses ${name}`);
  for (const m of json.materials ?? []) if ((m.alphaMode ?? "OPAQUE") !== "OPAQUE") notes.push(`alpha ${m.alphaMode}`);
  for (const p of (json.meshes ?? []).flatMap((m) => m.primitives)) {
    if (p.attributes?.JOINTS_1 !== undefined) notes.push("more than four joints");
  }
  found.scene.traverse((o) => { // what three.js does not know of
    const node = json.nodes?.[found.parser.associations.get(o)?.nodes];
    if (node?.extensions?.KHR_node_visibility?.visible === false) o.visible = false;
  });
  return found.scene;
}

function text(data) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch {
    return new TextDecoder("latin1").decode(data);
  }
}

async function loadObj(data, folder, manager, notes) {
  const lines = text(data).replace(/\\\r?\n/g, "").split(/\r\n|\n|\r/);
  const creators = await libraries(lines, folder, manager, notes), loader = new OBJLoader(manager);
  const owner = (name) => creators.find((c) => name in c.materialsInfo);
  if (creators.length) loader.setMaterials({ create: (name) => owner(name)?.create(name) });
  const centre = recentre(lines), root = loader.parse(split(lines, notes).join("\n"));
  root.position.copy(centre);
  root.traverse((o) => {
    for (const m of [o.material ?? []].flat()) {
      m.userData.plain = !owner(m.name);
      m.vertexColors ||= "color" in o.geometry.attributes; // three.js leaves them out below materials of a file
    }
  });
  return root;
}

// material files; a line holds one name with spaces, or several names
async function libraries(lines, folder, manager, notes) {
  const wanted = lines.filter((l) => /^\s*mtllib\s/.test(l)).map((l) => l.replace(/\s#.*/, "").trim().slice(7).trim());
  const creators = [];
  for (const name of new Set(wanted)) {
    for (const file of (await found(folder, name)) ? [name] : name.split(/\s+/)) {
      const answer = await found(folder, file);
      if (!answer) { notes.push("no material file"); continue; }
      const words = text(await answer.arrayBuffer()).replaceAll("\t", " ");
      creators.push(new MTLLoader(manager).parse(words, THREE.LoaderUtils.extractUrlBase(answer.url)));
    }
  }
  creators.forEach((c) => c.preload());
  return creators;
}

async function found(folder, name) {
  const answer = await fetch(folder + encodeURI(name.replaceAll("\\", "/")).replaceAll("#", "%23"));
  return answer.ok ? answer : null;
}

// three.js keeps float32: what lies far away is read about its first point
function recentre(lines) {
  const first = lines.find((l) => /^\s*v\s/.test(l))?.trim().split(/\s+/).slice(1, 4).map(Number) ?? [0, 0, 0];
  const centre = new THREE.Vector3(...(first.some((x) => Math.abs(x) > 1000) ? first.map(Math.round) : [0, 0, 0]));
  if (!centre.lengthSq()) return centre;
  lines.forEach((line, i) => {
    if (!/^\s*v\s/.test(line)) return;
    const [v, x, y, z, ...rest] = line.trim().split(/\s+/);
    lines[i] = [v, x - centre.x, y - centre.y, z - centre.z, ...rest].join(" ");
  });
  return centre;
}

// three.js fans polygons, which is wrong for concave ones: those are cut into ears here; and an object with a line
// in it becomes lines as a whole: lines and points are left out
function split(lines, notes) {
  const points = [], out = [];
  for (const line of lines) {
    const words = line.trim().split(/\s+/);
    if (words[0] === "l" || words[0] === "p") continue;
    if (words[0] === "v") points.push(new THREE.Vector3(...words.slice(1, 4).map(Number)));
    if (words[0] !== "f" || words.length < 5) { out.push(line); continue; }
    const corners = words.slice(1).filter((w) => !w.startsWith("#"));
    const found = corners.map((w) => { const i = parseInt(w); return points[i < 0 ? points.length + i : i - 1]; });
    const ears = found.every(Boolean) ? concave(found, notes) : null;
    if (!ears) out.push(line);
    else for (const ear of ears) out.push("f " + ear.map((i) => corners[i]).join(" "));
  }
  return out;
}

// triangles of a polygon that is not convex, else null; says so where it does not lie in a plane
function concave(points, notes) {
  const normal = new THREE.Vector3(), n = points.length;
  const edges = points.map((p, i) => points[(i + 1) % n].clone().sub(p));
  for (let i = 1; i + 1 < n; i++) {
    normal.add(points[i].clone().sub(points[0]).cross(points[i + 1].clone().sub(points[0])));
  }
  const off = points.map((p) => Math.abs(p.clone().sub(points[0]).dot(normal)));
  if (Math.max(...off) > 1e-3 * normal.length() ** 1.5 && !notes.includes(BENT)) notes.push(BENT);
  const turns = edges.map((e, i) => e.clone().cross(edges[(i + 1) % n]).dot(normal));
  const least = 1e-6 * normal.lengthSq();
  if (turns.every((t) => t >= -least) || !(normal.lengthSq() > 0)) return null;
  const u = edges.reduce((a, b) => (a.lengthSq() > b.lengthSq() ? a : b)).clone().normalize();
  const v = normal.clone().normalize().cross(u);
  const flat = points.map((p) => p.clone().sub(points[0])).map((p) => new THREE.Vector2(p.dot(u), p.dot(v)));
  return THREE.ShapeUtils.triangulateShape(flat, []);
}

async function loadPly(data, folder, manager, notes) {
  const geometry = new PLYLoader(manager).parse(data);
  const head = text(data.slice(0, 4096)).split("end_header")[0];
  if (!/element\s+face\s+[1-9]/.test(head)) throw new Error("no faces");
  const picture = /comment\s+TextureFile\s+(.+)/i.exec(head)?.[1].trim();
  const material = new THREE.MeshBasicMaterial({ vertexColors: "color" in geometry.attributes });
  if (picture && geometry.attributes.uv) {
    material.map = await new THREE.TextureLoader(manager).loadAsync(folder + encodeURIComponent(picture)).catch(() => null);
    if (material.map) material.map.colorSpace = THREE.SRGBColorSpace;
    if (material.map) material.map.wrapS = material.map.wrapT = THREE.RepeatWrapping;
  }
  if (/property list[^\n]*\n[^]*texnumber/.test(head)) notes.push("several pictures");
  material.userData.plain = !material.map && !material.vertexColors;
  return new THREE.Mesh(geometry, material);
}

async function loadStl(data, folder, manager, notes) {
  const geometry = new STLLoader(manager).parse(data);
  if (geometry.hasColors) notes.push("STL colours");
  const material = new THREE.MeshBasicMaterial();
  material.userData.plain = true;
  return new THREE.Mesh(geometry, material);
}

// three.js has no reader of OFF: the text form, as geomview describes it
async function loadOff(data, folder, manager, notes) {
  const lines = text(data).split(/\r\n|\n|\r/).map((l) => l.replace(/#.*/, "").trim()).filter(Boolean);
  const head = /^(ST)?(C)?(N)?(4)?(n)?OFF\s*(BINARY)?/.exec(lines[0]);
  if (head?.[4] || head?.[5] || head?.[6]) throw new Error("a form of OFF that is not read here");
  const words = (head ? [lines[0].slice(head[0].length), ...lines.slice(1)] : lines).filter((l) => l.trim());
  const [count, faces] = words[0].trim().split(/\s+/).map(Number), skip = 3 + (head?.[3] ? 3 : 0);
  const rows = words.slice(1, 1 + count).map((l) => l.trim().split(/\s+/).map(Number));
  const points = rows.map((r) => new THREE.Vector3(...r.slice(0, 3))), index = [];
  if (points.length < count) throw new Error("vertices are missing");
  for (const line of words.slice(1 + count, 1 + count + faces)) {
    const [n, ...rest] = line.trim().split(/\s+/).map(Number), corners = rest.slice(0, n);
    if (rest.length > n) notes.push("colours of faces");
    const ears = concave(corners.map((i) => points[i]), notes) ?? corners.slice(2).map((_, i) => [0, i + 1, i + 2]);
    for (const ear of ears) index.push(...ear.map((i) => corners[i]));
  }
  const geometry = new THREE.BufferGeometry().setIndex(index);
  geometry.setAttribute("position", new THREE.BufferAttribute(new Float64Array(points.flatMap((p) => p.toArray())), 3));
  const material = new THREE.MeshBasicMaterial({ vertexColors: Boolean(head?.[2]) });
  if (material.vertexColors) geometry.setAttribute("color", offColors(rows.map((r) => r.slice(skip, skip + 3))));
  material.userData.plain = !material.vertexColors;
  return new THREE.Mesh(geometry, material);
}

function offColors(rows) {
  const scale = rows.some((r) => r.some((x) => x > 1)) ? 255 : 1, color = new THREE.Color();
  const values = rows.flatMap((r) => color.setRGB(...r.map((x) => x / scale), THREE.SRGBColorSpace).toArray());
  return new THREE.BufferAttribute(new Float32Array(values), 3);
}
