from django.db import migrations


def forwards(apps, schema_editor):
    """What patients were told stood in the decision; it is a row of its own now."""
    Decision = apps.get_model("screening", "Decision")
    Message = apps.get_model("screening", "Message")
    using = schema_editor.connection.alias
    for decision in Decision._base_manager.using(using).exclude(message="").iterator():
        Message._base_manager.using(using).create(
            case_id=decision.case_id,
            patient_id=decision.patient_id,
            decision_id=decision.pk,
            text=decision.message,
            rescreen_on=decision.rescreen_on,
            by_id=decision.by_id,
            at=decision.at,
        )


class Migration(migrations.Migration):

    dependencies = [
        ("screening", "0003_surgeons_desk"),
    ]

    operations = [
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
