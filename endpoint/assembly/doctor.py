"""The doctor of an installation, for the command that asks for one."""

from endpoint.assembly import Parts
from endpoint.assembly.publishing import make_remote
from endpoint.services.doctor import Doctor
from endpoint.services.doctor.hosting import Hosting


def make_doctor(parts: Parts) -> Doctor:
    """Return the doctor for ``endpoint check``."""
    return Doctor(
        parts.config,
        parts.engine,
        parts.followers,
        parts.repository,
        parts.index,
        parts.builder,
        parts.checkout,
        parts.generator,
        parts.web,
        Hosting(make_remote(parts.config), parts.publishing, parts.repository),
        parts.media.bucket,
        parts.syndication.syndicators,
    )
