"""What holds for every suite."""

import os

from hypothesis import settings


# The same commit gives the same result; HYPOTHESIS_PROFILE=default looks further.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
