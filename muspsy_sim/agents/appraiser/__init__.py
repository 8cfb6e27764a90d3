"""The appraiser: says what the counselor just did, from a closed list, with the quoted words."""
