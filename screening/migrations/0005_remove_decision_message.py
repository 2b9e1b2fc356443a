from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("screening", "0004_messages_of_decisions"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="decision",
            name="message",
        ),
    ]
