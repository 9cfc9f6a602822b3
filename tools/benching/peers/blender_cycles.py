"""Blender's Cycles on the processor, one thread: colour with shadows of point lamps and a depth pass.

The number of samples of a pixel is the second word of the command line.
"""

import sys
import tempfile

import bpy  # pyright: ignore[reportMissingImports]
import numpy as np
from mathutils import Matrix  # pyright: ignore[reportMissingImports]
from viewing import report, scene

found, samples = scene(), int(sys.argv[2])
bpy.ops.wm.read_factory_settings(use_empty=True)
stage = bpy.context.scene
stage.render.engine = "CYCLES"
stage.cycles.device, stage.cycles.samples, stage.cycles.use_denoising = "CPU", samples, False
stage.cycles.max_bounces = 0
stage.cycles.use_adaptive_sampling = False
stage.render.threads_mode, stage.render.threads = "FIXED", 1
stage.render.use_persistent_data = True
width, height = map(int, found["size"])
stage.render.resolution_x, stage.render.resolution_y, stage.render.resolution_percentage = width, height, 100
stage.view_layers[0].use_pass_z = True
stage.render.image_settings.file_format = "OPEN_EXR_MULTILAYER"
stage.render.filepath = tempfile.mkdtemp() + "/view.exr"

mesh = bpy.data.meshes.new("scene")
mesh.from_pydata(found["vertices"].tolist(), [], found["faces"].tolist())
layer = mesh.color_attributes.new("color", "BYTE_COLOR", "POINT")
layer.data.foreach_set("color_srgb", (np.c_[found["colors"], np.full(len(found["colors"]), 255)] / 255).ravel())
paint = bpy.data.materials.new("paint")
paint.use_nodes = True
tree = paint.node_tree
attribute, matt = tree.nodes.new("ShaderNodeVertexColor"), tree.nodes.new("ShaderNodeBsdfDiffuse")
tree.links.new(attribute.outputs["Color"], matt.inputs["Color"])
tree.links.new(matt.outputs["BSDF"], tree.nodes["Material Output"].inputs["Surface"])
mesh.materials.append(paint)
stage.collection.objects.link(bpy.data.objects.new("scene", mesh))
for place in found["lamps"]:
    lamp = bpy.data.lights.new("lamp", "POINT")
    lamp.energy = 100.0
    holder = bpy.data.objects.new("lamp", lamp)
    holder.location = place.tolist()
    stage.collection.objects.link(holder)
lens = bpy.data.cameras.new("camera")
lens.sensor_width = 36.0
lens.lens = float(found["K"][0, 0]) * lens.sensor_width / width
camera = bpy.data.objects.new("camera", lens)
stage.collection.objects.link(camera)
stage.camera = camera


def view(T_world_cam: np.ndarray) -> object:
    """A picture with its depth, written as EXR."""
    camera.matrix_world = Matrix((T_world_cam @ np.diag([1.0, -1.0, -1.0, 1.0])).tolist())
    return bpy.ops.render.render(write_still=True)


report(view, found["T_world_cam"], f"colour by {samples} sample(s) a pixel, shadows, depth; EXR written")
