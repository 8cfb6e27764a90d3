"""Croissant metadata (version 1.0, https://docs.mlcommons.org/croissant/docs/croissant-spec.html).

A file set a config, over files that are named with their hashes, and a record set with a field a
column, nested ones as subfields.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from muspsy_sim.datasets.hub.licences import licence_url
from muspsy_sim.datasets.hub.shards import Data
from muspsy_sim.datasets.table import Kind
from muspsy_sim.records.files import storage_error

_PARQUET = "application/x-parquet"

_TYPES = {"text": "sc:Text", "int": "sc:Integer", "float": "sc:Float", "bool": "sc:Boolean"}

CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(name: str, licence: str, version: str, folder: Path, data: Data) -> dict[str, Any]:
    """The metadata of what lies in `folder`. Raises `StorageError` where a file can't be read."""
    distribution: list[dict[str, Any]] = []
    records: list[dict[str, Any]] = []
    for config, by_split in data.files.items():
        shards = [path for paths in by_split.values() for path in paths]
        for path in shards:
            inside = path.relative_to(folder).as_posix()
            distribution.append(
                {
                    "@type": "cr:FileObject",
                    "@id": inside,
                    "name": inside,
                    "contentUrl": inside,
                    "contentSize": f"{path.stat().st_size} B",
                    "encodingFormat": _PARQUET,
                    "sha256": _sha256(path),
                }
            )
        distribution.append(
            {
                "@type": "cr:FileSet",
                "@id": f"files-of-{config}",
                "name": f"files-of-{config}",
                "encodingFormat": _PARQUET,
                "includes": f"data/{config}/*.parquet",
            }
        )
        records.append(
            {
                "@type": "cr:RecordSet",
                "@id": config,
                "name": config,
                "field": _fields(config, data.columns[config], f"files-of-{config}"),
            }
        )
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": name,
        "description": "Courses of counseling between simulated clients and a counselor, recorded "
        "by MusPsy-Sim. No person is in it, and no clinical validity is claimed.",
        "license": licence_url(licence),
        "citeAs": f"{name}. Simulated courses of counseling, made with MusPsy-Sim {version}.",
        "version": version,
        "keywords": ["counseling", "dialogue", "synthetic"],
        "isLiveDataset": False,
        "distribution": distribution,
        "recordSet": records,
    }


def _fields(config: str, columns: Mapping[str, Kind], files: str) -> list[dict[str, Any]]:
    return [_field(f"{config}/{name}", name, kind, files, name) for name, kind in columns.items()]


def _field(at: str, name: str, kind: Kind, files: str, column: str) -> dict[str, Any]:
    field: dict[str, Any] = {"@type": "cr:Field", "@id": at, "name": at}
    repeated = isinstance(kind, list)
    inner = kind[0] if isinstance(kind, list) else kind
    if repeated:
        field["repeated"] = True
    field["source"] = {"fileSet": {"@id": files}, "extract": {"column": column}}
    if isinstance(inner, dict):
        field["subField"] = [
            {
                "@type": "cr:Field",
                "@id": f"{at}/{part}",
                "name": f"{at}/{part}",
                "dataType": _TYPES[str(sort)],
                "source": {
                    "fileSet": {"@id": files},
                    "extract": {"column": column},
                    "transform": {"jsonPath": part},
                },
            }
            for part, sort in inner.items()
        ]
    else:
        field["dataType"] = _TYPES[str(inner)]
    return field


def _sha256(path: Path) -> str:
    hashed = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                hashed.update(piece)
    except OSError as error:
        raise storage_error(path, error, "read") from error
    return hashed.hexdigest()
