"""Maps the four content folders into the package; everything else is in pyproject.toml."""

from setuptools import find_packages, setup

# Only these kinds of file are content. `runs/` names its folders one by one, since the results of
# a run lie beside its recipe and hold YAML too.
KINDS = ("*.yaml", "*.md", "*.j2")
DEEP = [f"**/{kind}" for kind in KINDS]
CONTENT = {
    "agents": DEEP,
    "graphs": DEEP,
    "personas": DEEP,
    "runs": [*KINDS, *(f"corpora/{kind}" for kind in KINDS)],
}

setup(
    packages=[
        *find_packages(include=["muspsy_sim", "muspsy_sim.*"]),
        *(f"muspsy_sim._content.{folder}" for folder in CONTENT),
    ],
    package_dir={f"muspsy_sim._content.{folder}": folder for folder in CONTENT},
    package_data={
        "muspsy_sim": ["py.typed"],
        **{f"muspsy_sim._content.{folder}": kinds for folder, kinds in CONTENT.items()},
    },
)
