"""Every address of the project."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config.health import healthz, metrics, readyz
from config.two_factor.views import two_factor
from orders.api.pages import problem_page

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/two-factor/", two_factor, name="two_factor"),
    path("favicon.ico", RedirectView.as_view(url=static("orders/favicon.svg"))),
    path("admin/", admin.site.urls),
    path("language/", set_language, name="set_language"),
    path("api/v1/", include("orders.api.urls")),
    path("api/problems/", problem_page, name="api-problems"),
    path("api/problems/<slug:slug>", problem_page, name="api-problem"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="docs.html"), name="docs"),
    path("webhooks/", include("marketplaces.urls")),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
]

# Below /api/ these answer problem+json.
handler400 = "orders.api.pages.bad_request"
handler404 = "orders.api.pages.not_found"
handler500 = "orders.api.pages.server_error"
