"""The corpora of the field, read and written: one small module a format.

`catalogue` names them all and finds the one that a file is in; `files` walks a path; each other
module knows one published shape.
"""
