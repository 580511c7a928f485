"""Our settings with the framework's own API, which asks for no key and counts no requests."""

from config.settings import *  # noqa: F403 - the usual way to vary settings

ROOT_URLCONF = "benchmarks.naive.api"
WSGI_APPLICATION = None
REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None, "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]}
