"""The site's generator, made of the configuration."""

from endpoint.config import Config
from endpoint.generators.generator import Generator
from endpoint.generators.hugo import Hugo
from endpoint.generators.jekyll import Jekyll
from endpoint.generators.places import Place


def make_generator(config: Config) -> Generator:
    """Return the generator that ``config`` names, with its settings."""
    generator = Hugo if config.site.generator == "hugo" else Jekyll
    return generator(
        site_url=config.site_url,
        zone=config.zone,
        format=config.front_matter.format,
        spelling=config.front_matter.spelling,
        keys=config.front_matter.keys,
        media_store=config.media.store,
        media_folder=config.media.folder,
        literal=is_literal(config),
        places={kind: Place(place.path, place.url) for kind, place in config.posts.items()},
    )


def is_literal(config: Config) -> bool:
    """Whether plain text is shown as typed, and not as Markdown."""
    return config.micropub.plain_text == "literal"
