"""The addresses that marketplaces call."""

from django.urls import path

from marketplaces.webhook import webhook

urlpatterns = [
    path("<slug:code>", webhook, name="webhook"),
    # For marketplaces that sign nothing: the address itself is the secret.
    path("<slug:code>/<str:key>", webhook, name="webhook-with-key"),
]
