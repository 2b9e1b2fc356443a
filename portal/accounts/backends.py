from django.contrib.auth.backends import ModelBackend


class Roles(ModelBackend):
    """Permissions through roles (groups) alone: nobody is granted one by hand."""

    def _get_user_permissions(self, user_obj):  # type: ignore[no-untyped-def]
        from django.contrib.auth.models import Permission

        return Permission.objects.none()
