"""The site a new owner starts from, filled in with their name and addresses."""

import io
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tomlkit
from ruamel.yaml import YAML

import endpoint
from endpoint.config import Config
from endpoint.domain.discovery_links import ascii_url
from endpoint.generators.hugo import Hugo
from endpoint.generators.jekyll import Jekyll

_PACKAGE = Path(endpoint.__file__).parent


def fill_template(config: Config) -> dict[str, bytes]:
    """Return the files of the site template for ``config``, filled in, by path."""
    folder = _find_templates() / config.site.generator
    files = {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    settings, fill = _SETTINGS[config.site.generator]
    files[settings] = fill(files[settings].decode(), config).encode()
    return files


def _find_templates() -> Path:
    # Inside the package when installed, beside it in a source checkout.
    installed = _PACKAGE / "site_template"
    return installed if installed.is_dir() else _PACKAGE.parent / "site_template"


def _fill_hugo(text: str, config: Config) -> str:
    document: Any = tomlkit.parse(text)
    document["baseURL"] = config.site_url
    document["title"] = config.title
    document["locale"] = config.site.language
    document["defaultContentLanguage"] = config.site.language
    document["timeZone"] = config.timezone
    params = document["params"]
    params["me"] = config.me
    params["endpoint"] = ascii_url(config.base_url)
    params["webmention"] = config.webmention.receive
    params["indieauth"] = config.auth.mode == "builtin"
    params["mediaFolder"] = config.media.folder or Hugo.usual_media_folder
    params["author"].update(_author(config))
    return tomlkit.dumps(document)


def _fill_jekyll(text: str, config: Config) -> str:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    document = yaml.load(text)
    root = urlsplit(config.site_url)
    document["url"] = f"{root.scheme}://{root.netloc}"
    document["baseurl"] = root.path.rstrip("/")
    document["title"] = config.title
    document["lang"] = config.site.language
    document["timezone"] = config.timezone
    document["me"] = config.me
    document["endpoint"] = ascii_url(config.base_url)
    document["webmention"] = config.webmention.receive
    document["indieauth"] = config.auth.mode == "builtin"
    document["media_folder"] = config.media.folder or Jekyll.usual_media_folder
    document["author"].update(_author(config))
    filled = io.StringIO()
    yaml.dump(document, filled)
    return filled.getvalue()


def _author(config: Config) -> dict[str, str]:
    owner = config.owner
    return {
        "name": config.author_name,
        "photo": owner.photo,
        "note": owner.note,
        "email": owner.email,
    }


_SETTINGS = {"hugo": ("hugo.toml", _fill_hugo), "jekyll": ("_config.yml", _fill_jekyll)}
