"""MusPsy-Sim: whole courses of counseling, simulated, recorded once, and used twice.

Importing this package is cheap: whatever needs a heavy library is loaded by the command or the
function that uses it.
"""

__version__ = "0.1.0"
