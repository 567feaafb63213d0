"""What keeps mentions in git, made of an installation's stores and its configuration."""

from functools import partial

from endpoint.assembly.stores import Clock, Stores
from endpoint.assembly.web import make_web
from endpoint.config import Config
from endpoint.generators.generator import Generator
from endpoint.services.webmentions.keeping import Keeping
from endpoint.services.webmentions.keeping.face_files import FaceFiles
from endpoint.services.webmentions.keeping.faces import Faces
from endpoint.services.webmentions.keeping.hand_edits import HandEdits
from endpoint.services.webmentions.keeping.page_files import FacePlaces, PageFiles
from endpoint.stores.mentions.imports import add_imported
from endpoint.stores.mentions.keeping import KeptMentions
from endpoint.stores.mentions.photos import Photos

_MOST_BYTES = 5_000_000
"""Of a picture of an author: some are photos, straight from a phone."""


def make_keeping(config: Config, stores: Stores, generator: Generator, clock: Clock) -> Keeping:
    """Return what keeps mentions; it rings the bell after a commit."""
    repository, index, kept = stores.repository, stores.index, KeptMentions(stores.engine)
    places = FacePlaces(generator.faces_folder, faces_url(config))
    add = partial(add_imported, stores.engine)
    faces = Faces(Photos(stores.engine), make_web(config, _MOST_BYTES), clock)
    return Keeping(
        repository,
        index,
        kept,
        stores.followers,
        HandEdits(repository, index, generator, kept, places, add, clock),
        PageFiles(index, generator, places, any_page=config.webmention.any_page),
        faces,
        FaceFiles(repository, kept, faces, places),
        clock,
        stores.bell.ring,
    )


def faces_url(config: Config) -> str:
    """Return the URL of the folder with the pictures of authors, with its slash."""
    return f"{config.site_url}faces/"
