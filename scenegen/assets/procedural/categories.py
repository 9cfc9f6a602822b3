"""The categories of the built-in object library: their ShapeNet synsets, how many objects, who builds them."""

from collections.abc import Callable
from dataclasses import dataclass

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import (
    aircraft,
    appliances,
    audio,
    bags,
    baskets,
    beds,
    benches,
    boats,
    bottles,
    buses,
    caps,
    cars,
    chairs,
    clocks,
    crockery,
    cycles,
    devices,
    displays,
    guitars,
    helmets,
    knives,
    lamps,
    mailboxes,
    motorcycles,
    pianos,
    plants,
    plumbing,
    rockets,
    screens,
    ships,
    skateboards,
    storage,
    tables,
    towers,
    trains,
    upholstered,
)
from scenegen.assets.procedural.roles import as_object
from scenegen.seeding import Generator

Builder = Callable[[Generator], list[Mesh]]


@dataclass(frozen=True)
class Category:
    """One kind of object."""

    name: str
    """Plain lower-case word, as in `assets_manifest/shapenet_synsets.json`."""
    synset: str
    """ShapeNet synset id, eight digits."""
    count: int
    """Number of distinct objects that are addressed."""
    build: Builder
    """Parts of one object, metres, +Z up, front along -Y, anywhere near the origin."""

    @property
    def slug(self) -> str:
        """The name as it stands in ids: without blanks."""
        return self.name.replace(" ", "_")


CATEGORIES: tuple[Category, ...] = (
    Category("airplane", "02691156", 1400, aircraft.airplane),
    Category("bag", "02773838", 900, bags.bag),
    Category("basket", "02801938", 516, baskets.basket),
    Category("bathtub", "02808440", 516, plumbing.bathtub),
    Category("bed", "02818832", 516, as_object(beds.any_bed)),
    Category("bench", "02828884", 900, as_object(benches.bench)),
    Category("bicycle", "02834778", 516, cycles.bicycle),
    Category("bin", "02747177", 516, baskets.waste_bin),
    Category("birdhouse", "02843684", 516, mailboxes.birdhouse),
    Category("boat", "02858304", 516, boats.boat),
    Category("bookshelf", "02871439", 900, as_object(storage.bookshelf)),
    Category("bottle", "02876657", 900, bottles.bottle),
    Category("bowl", "02880940", 900, crockery.bowl),
    Category("bus", "02924116", 516, buses.bus),
    Category("cabinet", "02933112", 900, as_object(storage.cabinet)),
    Category("camera", "02942699", 516, devices.camera),
    Category("can", "02946921", 900, crockery.can),
    Category("cap", "02954340", 516, caps.cap),
    Category("car", "02958343", 1600, cars.car),
    Category("cellphone", "02992529", 516, screens.cellphone),
    Category("chair", "03001627", 2400, as_object(chairs.chair)),
    Category("clock", "03046257", 900, clocks.clock),
    Category("dishwasher", "03207941", 516, appliances.dishwasher),
    Category("display", "03211117", 900, displays.display),
    Category("faucet", "03325088", 516, plumbing.faucet),
    Category("file cabinet", "03337140", 516, as_object(storage.file_cabinet)),
    Category("flowerpot", "03991062", 900, plants.flowerpot),
    Category("guitar", "03467517", 516, guitars.guitar),
    Category("headphones", "03261776", 516, audio.headphones),
    Category("helmet", "03513137", 516, helmets.helmet),
    Category("jar", "03593526", 900, crockery.jar),
    Category("keyboard", "03085013", 516, screens.keyboard),
    Category("knife", "03624134", 516, knives.knife),
    Category("lamp", "03636649", 1600, as_object(lamps.lamp)),
    Category("laptop", "03642806", 516, screens.laptop),
    Category("loudspeaker", "03691459", 516, audio.loudspeaker),
    Category("mailbox", "03710193", 516, mailboxes.mailbox),
    Category("microphone", "03759954", 516, audio.microphone),
    Category("microwave", "03761084", 516, appliances.microwave),
    Category("motorcycle", "03790512", 516, motorcycles.motorcycle),
    Category("mug", "03797390", 900, crockery.mug),
    Category("piano", "03928116", 516, pianos.piano),
    Category("pillow", "03938244", 516, as_object(upholstered.pillow)),
    Category("printer", "04004475", 516, devices.printer),
    Category("remote", "04074963", 516, screens.remote),
    Category("rocket", "04099429", 516, rockets.rocket),
    Category("skateboard", "04225987", 516, skateboards.skateboard),
    Category("sofa", "04256520", 1200, as_object(upholstered.sofa)),
    Category("stove", "04330267", 516, appliances.stove),
    Category("table", "04379243", 2000, as_object(tables.table)),
    Category("telephone", "04401088", 516, screens.telephone),
    Category("tower", "04460130", 516, towers.tower),
    Category("train", "04468005", 768, trains.train),
    Category("washer", "04554684", 508, appliances.washer),
    Category("watercraft", "04530566", 516, ships.ship),
)
"""All categories, sorted by name; counts add up to 40,336."""
