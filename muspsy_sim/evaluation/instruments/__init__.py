"""Instruments: what is asked of a judge, as content in `agents/judge/instruments/`."""
