"""What a model can do, found out by asking it: the probes behind `muspsy models check`.

Some ten short calls: whether it answers at all, which histories its chat template takes, how far it
is held to a JSON schema and in which form, whether a seed settles the text, whether tokens are
counted and cached ones reported. Nothing is recorded, and what it answers is never shown as
anything but quoted text. A server that is busy is asked again; what it never answered is unknown,
and no property of the model.
"""
