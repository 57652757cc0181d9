"""Where is a style sheet, a script, a picture of ours? Its address is worked out once a process."""

import functools

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Hashed and packed files, as WhiteNoise makes them; their names stay while we run."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.url = functools.cache(super().url)
