"""Networks by name: each is one for the rest of the program, whatever it is inside."""

from dataclasses import replace

import pytest
import torch
from training_world import TINY_MODEL, tiny_of, write_shards

from training.applying.extract import extract
from training.errors import RequestError
from training.evaluation.baselines import untrained
from training.models.networks import NETWORKS, build_network
from training.objectives import registry
from training.running.checkpoint import load
from training.running.fit import fit
from training.weights.trained import open_trained

every_network = pytest.mark.parametrize("name", NETWORKS)


def settings_of(name):
    return replace(TINY_MODEL, network=name)


@every_network
@torch.no_grad()
def test_a_network_gives_the_maps_that_it_says(name):
    network, images = build_network(settings_of(name), 0).eval(), torch.rand(2, 3, 20, 13)
    maps = network.pyramid(images, len(network.map_channels))
    assert tuple(map.shape[1] for map in maps) == network.map_channels
    assert network.map_channels[-1] == network.settings.channels
    step = network.lattice.step_px
    for level, map in enumerate(reversed(maps)):
        assert map.shape[2:] == (-(-20 // step >> level), -(-13 // step >> level))
    assert torch.equal(network(images), network.lattice.everywhere(maps[-1], 20, 13))


@every_network
def test_a_network_is_a_function_of_settings_and_seed(name):
    first, state = build_network(settings_of(name), 3), torch.get_rng_state()
    again, other = build_network(settings_of(name), 3), build_network(settings_of(name), 4)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))
    assert any(not torch.equal(a, b) for a, b in zip(first.parameters(), other.parameters(), strict=True))
    assert torch.equal(state, torch.get_rng_state())
    assert type(untrained(settings_of(name), 3)._model) is type(first)


MANY_MAPS = [name for name in registry.names() if registry.kind(name).levels(registry.kind(name).settings()) > 1]
TRAINED = [("infonce", name) for name in NETWORKS] + [
    (objective, name)
    for objective in MANY_MAPS
    for name in NETWORKS
    if build_network(settings_of(name), 0).lattice.step_px == 1  # others are refused, see the test of the pyramid
]


@pytest.mark.parametrize(("objective", "name"), TRAINED)
def test_a_network_trains_and_is_read_back(tmp_path, name, objective):
    settings = tiny_of(objective)
    settings = replace(settings, steps=2, model=replace(settings.model, network=name))
    fit(settings, write_shards(tmp_path / "shards"), tmp_path / "run", "cpu")
    assert load(tmp_path / "run" / "checkpoint.pt").settings == settings
    assert type(open_trained(tmp_path / "run").network) is type(build_network(settings.model, 0))


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(RequestError) as caught:
        build_network(settings_of("resnet"), 0)
    assert str(caught.value) == "--network resnet: unknown; choose one of " + ", ".join(NETWORKS)


def test_what_cannot_work_in_tiles_says_so(tmp_path):
    settings = tiny_of("infonce")
    settings = replace(settings, steps=1, model=replace(settings.model, network="cover"))
    fit(settings, write_shards(tmp_path / "shards"), tmp_path / "run", "cpu")
    with pytest.raises(RequestError) as caught:
        extract(tmp_path / "run", [tmp_path / "a.png"], tmp_path / "out.h5", "cpu", tile=64)
    assert str(caught.value) == "a network of --network cover cannot work in tiles; leave --tile at 0"
