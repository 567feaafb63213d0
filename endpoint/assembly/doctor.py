"""The doctor of an installation, for the command that asks for one."""

from endpoint.assembly import Parts
from endpoint.assembly.publishing import make_remote
from endpoint.services.doctor import Doctor
from endpoint.services.doctor.answers import Answers
from endpoint.services.doctor.apps import AppsCheck
from endpoint.services.doctor.bucket import BucketCheck
from endpoint.services.doctor.building import Building
from endpoint.services.doctor.copies import CopiesCheck
from endpoint.services.doctor.discovery import Discovery
from endpoint.services.doctor.hosting import Hosting
from endpoint.services.doctor.mentions import KeptMentions
from endpoint.services.doctor.stores import StoresCheck
from endpoint.services.doctor.worker import WorkerCheck


def make_doctor(parts: Parts) -> Doctor:
    """Return the doctor for ``endpoint check``, who looks at one part after the other."""
    config, repository, index, web = parts.config, parts.repository, parts.index, parts.web
    mentions = KeptMentions(repository, parts.generator)
    return Doctor(
        config.me,
        (
            StoresCheck(config, parts.engine, repository, index),
            Hosting(make_remote(config), parts.publishing, repository),
            WorkerCheck(parts.followers, repository),
            BucketCheck(parts.media.bucket, web),
            Building(config, index, parts.builder, parts.checkout, mentions),
            Discovery(config, web),
            Answers(config, web),
            AppsCheck(config, web),
            CopiesCheck(parts.syndication.syndicators),
        ),
    )
