"""`muspsy export RUN --to hub`: a dataset that can be published, with its card and metadata."""
