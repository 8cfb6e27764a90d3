"""A mixed model as a check on paired effects.

Random intercepts stand for the source case, the client, either of them in an arm, and the client
with a seed: draws are keyed without the arm, so that arms share a seed's luck. Without the case in
an arm, clients of one case would count as independent of each other.

It sees the same episodes another way; where both disagree, the data are odd or the model is wrong,
and a comparison says so. Needs statsmodels (extra `evaluation`).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from muspsy_sim.evaluation.statistics.cube import Cube
from muspsy_sim.evaluation.statistics.resampling import Array

_NO_ERROR = 1e-6
"""Standard errors, in sd of the values, below which there is only rounding."""


@dataclass(frozen=True, slots=True)
class MixedEstimate:
    """A contrast as the mixed model sees it; figures are `None` where it could not be fitted."""

    estimate: float | None
    error: float | None
    p: float | None
    note: str


class MixedModel:
    """One endpoint's model over the arms that take part: value ~ arm, fitted once."""

    def __init__(self, cube: Cube, arms: list[str]) -> None:
        self.arms = arms
        self.note = ""
        self._means: Array | None = None
        self._covariance: Array | None = None
        self._scale = 1.0
        rows = [
            (case, client, arm, f"{client}/{seed}", cube.values[i, cube.arms.index(arm), s])
            for i, (client, case) in enumerate(zip(cube.clients, cube.cases, strict=True))
            for arm in arms
            for s, seed in enumerate(cube.seeds)
            if np.isfinite(cube.values[i, cube.arms.index(arm), s])
        ]
        self._cases = len({row[0] for row in rows})
        if find_spec("statsmodels") is None:
            self.note = "not checked: statsmodels is not installed (extra `evaluation`)"
        elif self._cases < 3:
            self.note = "not checked: fewer than three source cases"
        elif np.ptp([row[4] for row in rows]) < 1e-12:
            self.note = "not checked: every value is the same"
        else:
            self._fit(rows)

    def estimate(self, weights: Mapping[str, float]) -> MixedEstimate:
        """A contrast of the arms' means, with its Wald test.

        By t with one degree of freedom fewer than there are source cases: a normal bound is too
        narrow where cases are few.
        """
        if self._means is None or self._covariance is None:
            return MixedEstimate(None, None, None, self.note)
        from scipy import stats

        w = np.array([weights.get(arm, 0.0) for arm in self.arms])
        estimate = float(w @ self._means)
        error = float(np.sqrt(max(0.0, float(w @ self._covariance @ w))))
        if not error > _NO_ERROR * self._scale:
            return MixedEstimate(estimate, None, None, "nothing varies inside the arms")
        p = float(2.0 * stats.t.sf(abs(estimate) / error, self._cases - 1))
        return MixedEstimate(estimate, error, p, self.note)

    def _fit(self, rows: list[tuple[str, str, str, str, float]]) -> None:
        import pandas as pd
        from statsmodels.regression.mixed_linear_model import MixedLM

        frame = pd.DataFrame(rows, columns=["case", "client", "arm", "luck", "value"])
        parts = {}
        if frame.groupby("case")["client"].nunique().max() > 1:
            frame["side"] = frame["case"] + "/" + frame["arm"]
            parts["client"] = "0 + C(client)"
            parts["side"] = "0 + C(side)"
        if frame.groupby(["client", "arm"]).size().max() > 1:
            frame["cell"] = frame["client"] + "/" + frame["arm"]
            parts["cell"] = "0 + C(cell)"
            parts["luck"] = "0 + C(luck)"
        scale = float(frame["value"].std(ddof=1))
        frame["value"] /= scale
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Without re_formula the intercept of the groups vanishes beside vc_formula.
            model = MixedLM.from_formula(
                "value ~ 0 + C(arm)",
                frame,
                groups="case",
                re_formula="1",
                vc_formula=parts or None,
            )
            fitted = _fitted(model)
        if fitted is None:
            self.note = "not checked: the model could not be fitted"
            return
        names = [f"C(arm)[{arm}]" for arm in self.arms]
        means = fitted.fe_params.reindex(names).to_numpy(float) * scale
        covariance = fitted.cov_params().reindex(index=names, columns=names).to_numpy(float)
        if not (np.isfinite(means).all() and np.isfinite(covariance).all()):
            self.note = "not checked: the model could not be fitted"
            return
        self._means, self._covariance, self._scale = means, covariance * scale**2, scale
        self.note = "" if fitted.converged else "the fit did not converge"


def _fitted(model: Any) -> Any:
    """The fit, or `None`. Where a variance is 0 the gradient may lead into a singular matrix.

    Powell's method asks for no gradient, and finds its way where the other is lost.
    """
    for method in (["lbfgs", "powell"], ["powell"]):
        try:
            return model.fit(reml=True, method=method)
        except (np.linalg.LinAlgError, ValueError, ZeroDivisionError):
            continue
    return None
