"""Ways of recalling, beside taking the notes in order: by search, by association, and not at all.

Each takes the counselor's notes (the sham: only how long they are) and what was just said, and
gives what stands in the next prompt, within a budget of tokens.
"""
