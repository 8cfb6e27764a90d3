"""`muspsy respond`: a model's replies to recorded histories, beside the replies that were given."""
