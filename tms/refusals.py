"""How does an anticipated no travel? As a sentence."""


class Refusal(Exception):
    """An anticipated no: `str(refusal)` says why, and what to do.

    Pages show it in place (422), the API as a problem document. `field` names the form field it
    belongs to, if it belongs to one. Anything else that is raised is a bug.
    """

    def __init__(self, sentence, *, field: str | None = None):
        super().__init__(sentence)
        self.field = field


class Stale(Refusal):
    """Somebody else changed the thing meanwhile: nothing was done, look at it as it is now."""
