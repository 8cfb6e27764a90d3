"""The named prompts by which corpora are made and labelled, recipe by recipe."""

from __future__ import annotations

from muspsy_sim.llm.seam import Prompt
from muspsy_sim.records import corpus_answers as answers
from muspsy_sim.records import corpus_views as views

CARDS = Prompt(
    "muspsy.cards", "writer", views.CardsView, answers.CardsAnswer, "corpora/muspsy/cards.md.j2"
)
DRAFT = Prompt(
    "muspsy.draft", "writer", views.DraftView, answers.DraftAnswer, "corpora/muspsy/draft.md.j2"
)
EXPAND = Prompt(
    "muspsy.expand", "writer", views.ExpandView, answers.Script, "corpora/muspsy/expand.md.j2"
)
TECHNIQUE = Prompt(
    "cactus.technique",
    "writer",
    views.TechniqueView,
    answers.TechniqueAnswer,
    "corpora/cactus/technique.md.j2",
)
WHOLE = Prompt(
    "cactus.whole", "writer", views.WholeView, answers.Script, "corpora/cactus/whole.md.j2"
)
NOTE = Prompt(
    "cpsycoun.note",
    "writer",
    views.CaseNoteView,
    answers.CounselorNote,
    "corpora/cpsycoun/note.md.j2",
)
STAGED = Prompt(
    "cpsycoun.staged",
    "writer",
    views.StagedView,
    answers.StagedScript,
    "corpora/cpsycoun/staged.md.j2",
)
ANSWER = Prompt(
    "smile.answer", "writer", views.AnswerView, answers.OneText, "corpora/smile/answer.md.j2"
)
REWRITE = Prompt(
    "smile.rewrite", "writer", views.RewriteView, answers.Script, "corpora/smile/rewrite.md.j2"
)
ROLE_CLIENT = Prompt(
    "simpsydial.client",
    "client",
    views.RoleClientView,
    answers.Reply,
    "corpora/simpsydial/client.md.j2",
)
ROLE_COUNSELOR = Prompt(
    "simpsydial.counselor",
    "counselor",
    views.RoleCounselorView,
    answers.Reply,
    "corpora/simpsydial/counselor.md.j2",
)
SUMMARIZE = Prompt(
    "psydial.summarize",
    "annotator",
    views.MaskedSummaryView,
    answers.OneText,
    "corpora/psydial/summarize.md.j2",
)
RECONSTRUCT = Prompt(
    "psydial.reconstruct",
    "client",
    views.ReconstructView,
    answers.OneText,
    "corpora/psydial/reconstruct.md.j2",
)
REFINE = Prompt(
    "psydial.refine",
    "counselor",
    views.RefineView,
    answers.OneText,
    "corpora/psydial/refine.md.j2",
)
VERDICT = Prompt(
    "psydial.verdict",
    "annotator",
    views.VerdictView,
    answers.Verdict,
    "corpora/psydial/verdict.md.j2",
)
LABELS = Prompt(
    "psy-insight.labels",
    "annotator",
    views.LabelsView,
    answers.LabelsAnswer,
    "corpora/psy-insight/labels.md.j2",
)
SESSION_LABELS = Prompt(
    "psy-insight.session",
    "annotator",
    views.SessionLabelsView,
    answers.SessionLabels,
    "corpora/psy-insight/session.md.j2",
)
