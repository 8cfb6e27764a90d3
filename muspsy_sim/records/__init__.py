"""What passes between the rooms: the records of a course, and how they are read and written.

Records are plain pydantic models; this package also holds what every other package needs to read
content (strict YAML), to write files that are whole or absent, and to say what went wrong.
"""
