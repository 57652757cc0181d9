import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_instructors_chosen"),
        ("crm", "0013_contact_reminders"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountManager",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Teaching",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("is_instructor", True)),
                fields=["name_key", "id"],
                name="contact_instructor",
            ),
        ),
        migrations.AddField(
            model_name="accountmanager",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="managers",
                to="crm.account",
            ),
        ),
        migrations.AddField(
            model_name="accountmanager",
            name="contact",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="manages",
                to="crm.contact",
            ),
        ),
        migrations.AddField(
            model_name="teaching",
            name="contact",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="teachings",
                to="crm.contact",
            ),
        ),
        migrations.AddField(
            model_name="teaching",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="teachings",
                to="catalog.session",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountmanager",
            constraint=models.UniqueConstraint(
                fields=("account", "contact"), name="account_manager_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="teaching",
            constraint=models.UniqueConstraint(fields=("session", "contact"), name="teaching_once"),
        ),
    ]
