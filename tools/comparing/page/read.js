// `read(url, suffix, view)`: what three.js finds in a mesh file, and unlit pictures of it.
import * as THREE from "three";
import { load, loaders } from "./load.js";
import { bake, facts } from "./measure.js";

let renderer = null;

export async function read(url, suffix, view) {
  const notes = [], missing = [];
  renderer ??= new THREE.WebGLRenderer({ antialias: false, alpha: true, preserveDrawingBuffer: true });
  renderer.setSize(view.size, view.size, false);
  renderer.setClearColor(0x000000, 0);
  let parts = [];
  try {
    const root = await load(url, suffix, loaders(renderer, missing), notes);
    parts = bake(root);
    const found = facts(parts);
    return { ...found, notes, missing, pictures: pictures(parts, found, view, notes) };
  } catch (error) {
    return { error: String(error?.message ?? error), notes, missing };
  } finally {
    for (const { mesh, material } of parts) forget(mesh, material);
  }
}

function forget(mesh, material) {
  mesh.geometry.dispose();
  material.map?.dispose();
  material.emissiveMap?.dispose();
  material.dispose();
}

// {base, mixed, glow}: lists of pictures, one for each direction
function pictures(parts, found, view, notes) {
  const centre = found.low.map((l, k) => (l + found.high[k]) / 2);
  const radius = Math.hypot(...found.high.map((h, k) => h - found.low[k])) / 2;
  const shapes = parts.map((part) => shape(part, centre, radius));
  const out = { base: draw(parts, shapes, base(view.plain, notes), view) };
  const mixes = parts.some(({ material: m }) => m.vertexColors || coarse(m.map) || coarse(m.emissiveMap));
  if (mixes) out.mixed = draw(parts, shapes, mixed(base(view.plain, notes)), view);
  const glows = (m) => m.emissive && m.emissive.getHex() > 0 && m.emissiveIntensity > 0;
  if (parts.some((p) => glows(p.material))) {
    out.glow = draw(parts, shapes, glow, view);
    if (mixes) out.mixed_glow = draw(parts, shapes, mixed(glow), view);
  }
  shapes.forEach((s) => s.dispose());
  return out;
}

// a part with the box's centre at 0 and its half diagonal 1
function shape({ mesh, points, index }, centre, radius) {
  const out = new THREE.BufferGeometry(), near = new Float32Array(points.length);
  for (let i = 0; i < points.length; i++) near[i] = (points[i] - centre[i % 3]) / radius;
  for (const name of ["uv", "uv1", "uv2", "uv3", "color"]) {
    if (name in mesh.geometry.attributes) out.setAttribute(name, mesh.geometry.attributes[name]);
  }
  out.setAttribute("position", new THREE.BufferAttribute(near, 3));
  out.setIndex(new THREE.BufferAttribute(Uint32Array.from(index), 1));
  return out;
}

function smooth(map) {
  if (!map?.image) return null; // what could not be had is left out, as scenegen does
  if (map.isCompressedTexture) return map;
  map.minFilter = THREE.LinearMipmapLinearFilter;
  map.magFilter = THREE.LinearFilter;
  map.generateMipmaps = true;
  map.anisotropy = 16;
  map.needsUpdate = true;
  return map;
}

function base(plain, notes) {
  return (m) => {
    const color = m.userData.plain ? new THREE.Color().setRGB(...plain, THREE.SRGBColorSpace) : m.color.clone();
    if (m.userData.plain && m.vertexColors) color.set(1, 1, 1);
    if (m.map?.image && !color.getHex()) { notes.push("black Kd below a map"); color.set(1, 1, 1); }
    return new THREE.MeshBasicMaterial({ color, map: smooth(m.map), vertexColors: m.vertexColors });
  };
}

const COARSE_PX = 128; // pictures up to here are enlarged, so that it shows how texels are mixed

function coarse(map) {
  return Boolean(map?.image) && !map.isCompressedTexture && Math.min(map.image.width, map.image.height) <= COARSE_PX;
}

// the same with vertex colours and texels mixed as encoded values, as scenegen does
function mixed(materialOf) {
  return (m) => {
    const out = materialOf(m), encoded = coarse(out.map);
    if (encoded) {
      out.map = out.map.clone();
      out.map.colorSpace = THREE.NoColorSpace;
      out.map.needsUpdate = true;
      out.addEventListener("dispose", () => out.map.dispose());
    }
    out.onBeforeCompile = (shader) => {
      shader.vertexShader = shader.vertexShader.replace("#include <color_vertex>", `#include <color_vertex>
        #if defined( USE_COLOR ) || defined( USE_COLOR_ALPHA )
        vColor.rgb = mix(vColor.rgb * 12.92, 1.055 * pow(max(vColor.rgb, 0.0), vec3(0.41666)) - 0.055,
                         step(0.0031308, vColor.rgb));
        #endif`);
      shader.fragmentShader = shader.fragmentShader.replace("#include <color_fragment>", `
        #if defined( USE_COLOR ) || defined( USE_COLOR_ALPHA )
        diffuseColor.rgb *= sRGBTransferEOTF(vec4(vColor.rgb, 1.0)).rgb;
        #endif`);
      if (!encoded) return;
      shader.fragmentShader = shader.fragmentShader.replace("#include <map_fragment>", `
        #ifdef USE_MAP
        diffuseColor.rgb *= sRGBTransferEOTF(vec4(texture2D(map, vMapUv).rgb, 1.0)).rgb;
        #endif`);
    };
    out.customProgramCacheKey = () => `mixed ${encoded}`;
    return out;
  };
}

function glow(m) {
  const color = m.emissive ? m.emissive.clone().multiplyScalar(m.emissiveIntensity) : new THREE.Color(0);
  return new THREE.MeshBasicMaterial({ color, map: m.emissive ? smooth(m.emissiveMap) : null });
}

function draw(parts, shapes, materialOf, view) {
  const scene = new THREE.Scene(), made = new Map();
  parts.forEach(({ material }, i) => {
    if (!made.has(material)) made.set(material, opaque(materialOf(material)));
    const mesh = new THREE.Mesh(shapes[i], made.get(material));
    mesh.frustumCulled = false;
    scene.add(mesh);
  });
  const out = view.eyes.map((eye) => photograph(scene, eye, view));
  made.forEach((m) => m.dispose());
  return out;
}

function opaque(material) {
  return Object.assign(material, { side: THREE.DoubleSide, transparent: false, toneMapped: false });
}

function photograph(scene, eye, view) {
  const camera = new THREE.PerspectiveCamera(view.fov, 1, 1.5, 4.6);
  camera.position.set(...eye);
  camera.lookAt(0, 0, 0);
  renderer.render(scene, camera);
  const gl = renderer.getContext(), pixels = new Uint8Array(4 * view.size * view.size);
  gl.readPixels(0, 0, view.size, view.size, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  let binary = "";
  for (let i = 0; i < pixels.length; i += 8192) binary += String.fromCharCode(...pixels.subarray(i, i + 8192));
  return btoa(binary);
}
