from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_sort_events"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="instructors",
            field=models.CharField(db_default="", default="", editable=False, max_length=1100),
        ),
        migrations.AddField(
            model_name="session",
            name="taught_by",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(instructors="", then=models.F("instructor")),
                    default=models.F("instructors"),
                    output_field=models.TextField(),
                ),
                output_field=models.TextField(),
            ),
        ),
    ]
