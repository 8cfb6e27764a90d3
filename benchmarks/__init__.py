"""What is measured beside the tests: cost, outcomes, privacy. Each module is a command."""
