from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Spine Portal")

    def ready(self) -> None:
        from portal import checks  # noqa: F401  (registers the checks)


class AdminConfig(DjangoAdminConfig):
    default_site = "portal.admin.PortalAdminSite"
