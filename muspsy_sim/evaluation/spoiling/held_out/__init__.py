"""Kinds of spoiling that the author of the offline judge did not write, and did not see.

Each lies in a module of its own, `NAME.py`, that ends in

    SPOILER = Spoiler("NAME", "what is wrong, in a few words", spoil, lowers=("alliance",),
                      leaves=("homework",), held_out=True)

where `spoil(course, rng)` gives the spoiled transcript of `course.good`, or `None` where the course
gives no opening for it. `lowers` and `leaves` name the instruments that it must lower, and those
that it must not touch. Sentences that it puts in stand in `agents/judge/spoiling/held-out-*.yaml`,
under names of their own, in both languages. Nothing else has to be told that it exists.
"""
