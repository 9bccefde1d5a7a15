"""May this number show on this call, by the rules of the country it arrives in and of numbering at large?

Most of the world signs no calls; there the everyday check is a rule about the number and the way the call
came in. The rules of a country are one readable file in `packs/`: adding a country is adding a file.
"""

from quivive.calls.countries.judge import Circumstances, Judgement, describe, judge
from quivive.calls.countries.pack import Pack
from quivive.calls.countries.packs_in_force import read, shipped

__all__ = ["Circumstances", "Judgement", "Pack", "describe", "judge", "read", "shipped"]
