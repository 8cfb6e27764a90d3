"""How far an appraiser can be trusted: its codings of labelled turns against the labels."""
