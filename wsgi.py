"""The WSGI application, for any server: ``gunicorn wsgi:application``."""

from endpoint import logs
from endpoint.app import create_app
from endpoint.config import find_path, load

logs.configure()
application = create_app(load(find_path(None)))
