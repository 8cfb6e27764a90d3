"""Before a run is paid for: what effect its design can see, and what it will cost."""
