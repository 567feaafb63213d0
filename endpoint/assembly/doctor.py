"""The doctor of an installation, for the command that asks for one."""

from endpoint.assembly import Parts
from endpoint.services.doctor import Doctor


def make_doctor(parts: Parts) -> Doctor:
    """Return the doctor for ``endpoint check``."""
    return Doctor(
        parts.config,
        parts.engine,
        parts.repository,
        parts.index,
        parts.builder,
        parts.checkout,
        parts.web,
        parts.media.bucket,
    )
