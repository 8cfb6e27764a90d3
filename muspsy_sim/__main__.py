"""`python -m muspsy_sim`: the `muspsy` command where no script is on the path."""

from muspsy_sim.cli import main

if __name__ == "__main__":
    main()
