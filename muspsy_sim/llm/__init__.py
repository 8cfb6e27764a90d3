"""Language models behind one seam: `prompt + view -> typed answer`.

A model is named by a string. Retry, limits, budget, usage and the journal are wrappers round the
same one-method protocol, so that a fake, a server and a replay are exchangeable.
"""
