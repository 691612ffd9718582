"""Settings that all tests share."""

from hypothesis import settings

# No test depends on how fast a machine is. What hypothesis sets by itself where CI is
# set (always the same examples, for one) stays.
settings.register_profile("project", deadline=None)
settings.load_profile("project")
