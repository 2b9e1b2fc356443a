import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('education', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ArticleQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=1, verbose_name='number')),
                ('text', models.CharField(max_length=200, verbose_name='question')),
                ('choice_1', models.CharField(max_length=150, verbose_name='answer 1')),
                ('explanation_1', models.TextField(max_length=400, verbose_name='explanation of answer 1')),
                ('choice_2', models.CharField(max_length=150, verbose_name='answer 2')),
                ('explanation_2', models.TextField(max_length=400, verbose_name='explanation of answer 2')),
                ('choice_3', models.CharField(blank=True, max_length=150, verbose_name='answer 3')),
                ('explanation_3', models.TextField(blank=True, max_length=400, verbose_name='explanation of answer 3')),
                ('choice_4', models.CharField(blank=True, max_length=150, verbose_name='answer 4')),
                ('explanation_4', models.TextField(blank=True, max_length=400, verbose_name='explanation of answer 4')),
                ('right', models.PositiveSmallIntegerField(choices=[(1, 'answer 1'), (2, 'answer 2'), (3, 'answer 3'), (4, 'answer 4')], default=1, verbose_name='the right answer')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='education.article')),
            ],
            options={
                'verbose_name': 'question at the end',
                'verbose_name_plural': 'two questions at the end: did this make sense?',
                'ordering': ['position', 'pk'],
            },
        ),
    ]
