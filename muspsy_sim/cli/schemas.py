"""The schemas of all content files, by the name that their first line gives.

`python -m muspsy_sim.cli.schemas FOLDER` writes them; the project keeps them in `docs/schema`, and
`muspsy init` puts them beside a copy of the content.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pydantic import BaseModel

from muspsy_sim.records.schemas import write_schemas


def content_models() -> dict[str, type[BaseModel]]:
    """Schema name -> the record that a content file of that kind is read into."""
    from muspsy_sim.agents.appraiser.behaviours import BehaviourList
    from muspsy_sim.agents.appraiser.check_set import CheckFile
    from muspsy_sim.agents.client.mixtures import Mixtures
    from muspsy_sim.agents.client.outcome_bands import OutcomeBands
    from muspsy_sim.agents.client.parameters import Dynamics
    from muspsy_sim.agents.client.remembered import RememberingWordsFile
    from muspsy_sim.agents.client.symptom_words import SymptomWords
    from muspsy_sim.agents.counselor.manners import MannerFile
    from muspsy_sim.agents.counselor.recalling.filler import FillerFile
    from muspsy_sim.agents.counselor.recalling.scrambled import OthersNotesFile
    from muspsy_sim.agents.counselor.recalling.words import MemoryWordsFile
    from muspsy_sim.agents.counselor.schools import SchoolFile
    from muspsy_sim.datasets.audit.cues import AuditCues
    from muspsy_sim.datasets.making.flow import FlowFile
    from muspsy_sim.datasets.making.recipe import CorpusRecipe
    from muspsy_sim.evaluation.appraise_check.thresholds import Thresholds
    from muspsy_sim.evaluation.instruments.spec import Instrument
    from muspsy_sim.evaluation.pitfalls.cues import PitfallCuesFile
    from muspsy_sim.evaluation.spoiling.material import SpoilingMaterial
    from muspsy_sim.graphs.spec import ArmFile
    from muspsy_sim.llm.offline.annotator.band_cues import BandCues
    from muspsy_sim.llm.offline.annotator.emotions import EmotionCues
    from muspsy_sim.llm.offline.annotator.report_cues import ReportCues
    from muspsy_sim.llm.offline.appraiser.cues import CueSheet
    from muspsy_sim.llm.offline.client.material import ClientMaterial
    from muspsy_sim.llm.offline.corpora.material import CorpusMaterial
    from muspsy_sim.llm.offline.counselor_material import Listening, Sayings, Themes
    from muspsy_sim.llm.offline.counselor_own_sayings import MannerSayings
    from muspsy_sim.llm.offline.judge.cues import JudgeCues
    from muspsy_sim.llm.scripted import CounselorScript
    from muspsy_sim.records.profile import Profile
    from muspsy_sim.runs.recipe import Recipe

    return {
        "appraiser-check": CheckFile,
        "appraiser-cues": CueSheet,
        "appraiser-thresholds": Thresholds,
        "arm": ArmFile,
        "audit-cues": AuditCues,
        "band-cues": BandCues,
        "behaviours": BehaviourList,
        "client-material": ClientMaterial,
        "corpus-graph": FlowFile,
        "corpus-material": CorpusMaterial,
        "corpus-recipe": CorpusRecipe,
        "counselor-listening": Listening,
        "counselor-manner-sayings": MannerSayings,
        "counselor-mixtures": Mixtures,
        "counselor-sayings": Sayings,
        "counselor-script": CounselorScript,
        "counselor-themes": Themes,
        "dynamics": Dynamics,
        "emotion-cues": EmotionCues,
        "filler": FillerFile,
        "instrument": Instrument,
        "judge-cues": JudgeCues,
        "manner": MannerFile,
        "memory-words": MemoryWordsFile,
        "others-notes": OthersNotesFile,
        "pitfall-cues": PitfallCuesFile,
        "outcome-bands": OutcomeBands,
        "profile": Profile,
        "recipe": Recipe,
        "remembering-words": RememberingWordsFile,
        "report-cues": ReportCues,
        "school": SchoolFile,
        "spoiling": SpoilingMaterial,
        "symptom_words": SymptomWords,
    }


if __name__ == "__main__":
    for written in write_schemas(Path(sys.argv[1]), content_models()):
        print(written)
