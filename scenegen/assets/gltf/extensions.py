"""Which extensions of glTF are honoured, which do not matter here, and which would change the look.

List: https://github.com/KhronosGroup/glTF/tree/main/extensions. Surfaces here are opaque and matt: what an extension
says of gloss, of lamps or of things that are no mesh is not missed.
"""

from scenegen.assets.gltf.tree import Tree
from scenegen.assets.source import Defect
from scenegen.assets.wording import one_line
from scenegen.errors import AssetError

HONOURED = frozenset(
    {
        "EXT_mesh_gpu_instancing",
        "EXT_meshopt_compression",
        "EXT_texture_avif",  # these two: another picture of the texture, or a defect that names the format
        "KHR_texture_basisu",
        "EXT_texture_webp",
        "MSFT_texture_dds",
        "KHR_draco_mesh_compression",
        "KHR_materials_emissive_strength",
        "KHR_materials_pbrSpecularGlossiness",
        "KHR_materials_unlit",
        "KHR_mesh_quantization",
        "KHR_meshopt_compression",
        "KHR_node_visibility",
        "KHR_texture_transform",
    }
)
HARMLESS = frozenset(
    {
        "ADOBE_materials_clearcoat_specular",
        "ADOBE_materials_clearcoat_tint",
        "AGI_articulations",
        "AGI_stk_metadata",
        "CESIUM_RTC",  # an offset of the whole file
        "CESIUM_primitive_outline",
        "EXT_feature_metadata",
        "EXT_instance_features",
        "EXT_lights_ies",
        "EXT_lights_image_based",
        "EXT_mesh_features",
        "EXT_mesh_manifold",
        "EXT_structural_metadata",
        "FB_geometry_metadata",
        "GODOT_single_root",
        "GRIFFEL_bim_data",
        "KHR_animation2",
        "KHR_animation_pointer",
        "KHR_audio",
        "KHR_interactivity",
        "KHR_lights_punctual",
        "KHR_materials_anisotropy",
        "KHR_materials_clearcoat",
        "KHR_materials_dispersion",
        "KHR_materials_ior",
        "KHR_materials_iridescence",
        "KHR_materials_sheen",
        "KHR_materials_specular",
        "KHR_materials_variants",  # the file's own choice is shown
        "KHR_node_hoverability",
        "KHR_node_selectability",
        "KHR_physics_rigid_bodies",
        "KHR_implicit_shapes",
        "KHR_xmp",
        "KHR_xmp_json_ld",
        "KHR_xr",
        "MOZ_hubs_components",
        "MPEG_media",
        "MSFT_lod",  # the finest level is shown
        "MSFT_packing_normalRoughnessMetallic",
        "MSFT_packing_occlusionRoughnessMetallic",
        "NV_materials_mdl",
        "OMI_physics_body",
        "OMI_physics_shape",
        "OMI_collider",
    }
)
"""Used or even required, they change nothing of shape and base colour."""


def check_extensions(tree: Tree, where: str) -> list[Defect]:
    """A defect `ignored_extension` for each that is used and may change the look.

    Raises AssetError `unsupported_extension` where a required one is none of `HONOURED` and `HARMLESS`.
    """
    known = HONOURED | HARMLESS
    lost = [name for name in _names(tree, "extensionsRequired") if name not in known]
    if lost:
        raise AssetError("unsupported_extension", f"{where}: requires {one_line(', '.join(lost))}, which is not read")
    return [Defect("ignored_extension", name) for name in _names(tree, "extensionsUsed") if name not in known]


def _names(tree: Tree, key: str) -> list[str]:
    """Names in a list of the file, each once. Raises ValueError."""
    found = tree.get(key) or []
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise ValueError(f"{key} is no list of names")
    return list(dict.fromkeys(found))
