"""How each agent acts: the client, the appraiser and the counselor.

What each agent is told lies in the top-level folder `agents/`; every prompt is built from a typed
view that holds only what that agent may see.
"""
