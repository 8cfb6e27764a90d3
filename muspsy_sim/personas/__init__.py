"""Who the clients are: profiles and case reports read, listed, checked and imported.

A persona is a folder in `personas/` with a `profile.yaml` and the `case.md` it was drawn from.
Listing reads only the few lines it shows; loading reads the whole profile strictly and refuses a
client whose age a simulation may not have.
"""

from muspsy_sim.personas.library import find_profile, load_case, load_profile
from muspsy_sim.personas.summaries import ProfileSummary, list_profiles

__all__ = ["ProfileSummary", "find_profile", "list_profiles", "load_case", "load_profile"]
