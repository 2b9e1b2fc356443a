from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    verbose_name = _("accounts and care")

    def ready(self) -> None:
        from portal.accounts.roles import synchronise

        post_migrate.connect(synchronise, dispatch_uid="portal.accounts.roles")
        post_migrate.connect(_ship_countries, dispatch_uid="portal.accounts.countries")


def _ship_countries(sender: Any, using: str = "default", **kwargs: Any) -> None:
    from portal.accounts.models import Country

    if sender.label != "accounts":
        return
    # A migrate that stops before the table is made has nowhere to ship them to.
    if Country._meta.db_table in connections[using].introspection.table_names():
        Country.objects.using(using).ship()
