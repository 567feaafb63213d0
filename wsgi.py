"""The WSGI application, for any server: ``gunicorn wsgi:application``."""

from endpoint.app import assemble, create_app
from endpoint.config import find_path, load

application = create_app(assemble(load(find_path(None))))
