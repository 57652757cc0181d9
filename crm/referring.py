"""What refers to a contact or an account, by foreign key?"""

from .models import Account, Contact

# What belongs to its row alone, and goes with it.
OWN = {"crm.Change", "crm.ExternalId", "crm.AccountManager", "tokens.Spending", "tokens.Spender"}


def to(row: Contact | Account, *, besides=()) -> list[str]:
    """Labels of models with rows that point at it, other than its own and the rows `besides`.

    One statement a model that can.
    """
    found = []
    for relation in type(row)._meta.related_objects:
        model = relation.related_model
        label = model._meta.label
        if label in OWN:
            continue
        rows = model._base_manager.filter(**{relation.field.name: row.pk})
        same = [each.pk for each in besides if isinstance(each, model)]
        if rows.exclude(pk__in=same).exists():
            found.append(label)
    return found
