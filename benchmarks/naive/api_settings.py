"""Our settings with the framework's own API, which asks for no key, counts no requests and needs no middleware."""

from config.settings import *  # noqa: F403 - the usual way to vary settings

ROOT_URLCONF = "benchmarks.naive.api"
WSGI_APPLICATION = None
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None, "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]}
