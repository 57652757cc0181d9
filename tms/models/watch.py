"""Which part was seen alive, when? And what did the last look at the data find?"""

from django.db import models


class Pulse(models.Model):
    """A part of the machinery, and when it was last seen: "worker", "backup".

    Written by the part itself. `facts` is what else it said ("worker": which process it was, and
    when the scheduler had asked it).
    """

    part = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        permissions = [("operate", "Watch over the installation")]

    def __str__(self):
        return self.part


class InvariantRun(models.Model):
    """The last look of a day at what must never be. `found`: {name: {"count", "first"}}.

    `first` holds some of the rows that should not be there; a name with a count of 0 was looked
    for and not found.
    """

    on = models.DateField(unique=True)
    at = models.DateTimeField()
    seconds = models.FloatField(default=0)
    found = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.on:%Y-%m-%d}"

    @property
    def broken(self) -> dict:
        """What was found, of what should not be."""
        return {name: told for name, told in self.found.items() if told["count"]}
