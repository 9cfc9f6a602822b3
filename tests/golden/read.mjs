// Reads a shard with h5wasm (HDF5 compiled to WebAssembly) and prints what tests/test_golden.py compares.
const { default: h5wasm } = await import(process.argv[3]);
await h5wasm.ready;
const file = new h5wasm.File(process.argv[2], "r");
const status = file.get("rays/status");
const sum = (array) => array.reduce((total, value) => total + Number(value), 0);
console.log(JSON.stringify({
  format: file.attrs["format"].value,
  split: file.attrs["split"].value,
  codes: status.metadata.enum_type.members,
  categories: file.get("assets/category").value,
  shape: file.get("rgb").shape,
  rgb: sum(file.get("rgb").value),
  status: sum(status.value),
  depth0: sum(file.get("rays/depth0").value),
  xy0: sum(file.get("rays/xy0").value),
}));
