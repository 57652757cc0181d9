from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lms", "0019_settings_have_versions"),
    ]

    operations = [
        migrations.AddField(
            model_name="registration",
            name="choose_until",
            field=models.DateField(null=True),
        ),
    ]
