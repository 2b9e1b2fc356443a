from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "ledger"
    verbose_name = _("ledger")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ledger.checks import rows_are_kept
        from ledger.protect import lift_before_migrate, restore_after_migrate

        # Django sends these for each app at every migrate, whichever app it is about. Once is enough.
        pre_migrate.connect(lift_before_migrate, sender=self)
        post_migrate.connect(restore_after_migrate, sender=self)
        checks.register(rows_are_kept, checks.Tags.database)
