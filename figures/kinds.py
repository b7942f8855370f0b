"""The kinds of records that figures read: schema, the command that makes one, and the fields that are relied on.

Fields are written as examples of themselves: ``float`` (a number), ``str``, ``bool``, ``None``; a list of one entry
(any number of those), a mapping (these fields, and perhaps more), ``Each`` (any names), a tuple (one of these).
"""

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class Each:
    """An object whose names are free and whose values are all alike."""

    value: Any


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What a record must be.

    Attributes:
        schema: Its field ``schema``.
        command: Makes it, from the root of the project.
        fields: What figures read of it.
        benchmark: Whether it lies with the benchmarks.
        stem: Name of its file, where that is not the name of the record.
    """

    schema: str
    command: str
    fields: Mapping[str, Any]
    benchmark: bool = False
    stem: str = ""


def _numeric(target: str, study: str, fields: Mapping[str, Any]) -> Kind:
    command = f"python -m numeric.run {target} --study {study} --out figures/data --fresh"
    return Kind(schema=f"vaeproof.numeric.{study}/1", command=command, fields=fields)


def _benchmark(name: str, fields: Mapping[str, Any]) -> Kind:
    return Kind(
        schema=f"vaeproof.benchmark.{name}/1",
        command=f"python benchmarks/{name}.py",
        fields=fields,
        benchmark=True,
        stem=name,
    )


def _analysis(objective: str) -> Kind:
    return Kind(
        schema="vaeproof.figures.analysis/1",
        command=f"python -m variational.analyze {objective} --json | python -m figures.collect analysis {objective}",
        fields={"objective": str, "convex_if": str, "regimes": [{"condition": str, "spaces": [str], "verdict": str}]},
    )


def _study(name: str) -> Kind:
    return Kind(
        schema="vaeproof.study/2",
        command=f"python -m vae_models.sweep {name} --out DIR && cp DIR/study.json figures/data/{name}.json",
        fields={
            "arms": [{"arm": str, "printed": [{"metric": str, "value": float}]}],
            "cells": [{"arm": str, "seed": float, "folder": str, "values": [MEASURED]}],
        },
    )


def _planes(target: str, fields: Mapping[str, Any]) -> Kind:
    return Kind(
        schema="vaeproof.figures.planes/1",
        command=(
            f"python -m vae_models.sweep {target}-small --out DIR && "
            f"cat DIR/*/plane.json | python -m figures.collect planes {target}"
        ),
        fields={"planes": [{"run": str, "seed": float, "split": str, "examples": float, **fields}]},
    )


MEASURED = {"name": str, "value": float, "error": (float, None), "cap": (float, None)}
OPTIMUM = {
    "convex": bool,
    "lower": (float, None),
    "upper": float,
    "collapsed": float,
    "information": float,
    "outcome": str,
}
DIVERGENCES = {name: [float] for name in ("fisher", "bound", "infimum", "kl_to_posterior", "kl_to_prior")}
RUN = {
    "setting": {"beta": float, "delta": float, "noise_scale": float},
    "width": float,
    "steps": [float],
    "gap_lower": [float],
    "gap_upper": [float],
}
INFORMATION = {
    "exact": float,
    "in_batch": [{"batch": float, "value": float, "error": float, "cap": float}],
}
TIME = {"median_ms": float}
SIDES = {"left": float, "printed": float, "corrected": float}
PARAMETERS = {
    "ncvae": ("beta", "delta"),
    "beta-vae": ("beta",),
    "infovae": ("alpha", "weight"),
    "aae": ("weight",),
}
TARGETS = tuple(PARAMETERS)
PRINTED_STUDIES = (
    "arelbo-table1-small",
    "arelbo-table3-small",
    "infovae-figure1-small",
    "infovae-figure2-small",
    "infovae-figure6-small",
    "illidvae-figure1-small",
    "ncvae-omniglot-small",
)
STUDIES = (*PRINTED_STUDIES, "ncvae-figure2-small", "infovae-figure3-small", "distance-small")
# What is kept of the codes in the plane, by the figure that is drawn of them.
PLANES: Mapping[str, Mapping[str, Any]] = {
    "ncvae-figure2": {
        "codes": [[float]],
        "noise_codes": [[float]],
        "optimum": {
            "shares": [float],
            "data_radii": [float],
            "noise_radii": [float],
            "separation_auc_fraction": float,
        },
    },
    "infovae-figure3": {"prior_deviation": float, "axis": [float], "density": [[float]]},
}


def _regimes(target: str) -> Mapping[str, Any]:
    names = dict.fromkeys(PARAMETERS[target], float)
    noise = [float] if target == "ncvae" else None
    axes = {name: [float] for name in names}
    return {"data": [float], "noise": noise, "axes": axes, "rows": [{**names, **OPTIMUM}]}


def _saddle(target: str) -> Mapping[str, Any]:
    curves = {"information": [float], "constant": [float]}
    setting = dict.fromkeys(PARAMETERS[target], float)
    return {"steps": [float], "cells": [float], "rows": [{"setting": setting, "curves": curves, "matched": [float]}]}


KINDS: Mapping[str, Kind] = {
    **{f"{target}-regimes": _numeric(target, "regimes", _regimes(target)) for target in TARGETS},
    **{
        f"{target}-factorisation": _numeric(
            target,
            "factorisation",
            {
                "points": [float],
                "rows": [
                    {
                        "setting": dict.fromkeys(PARAMETERS[target], float),
                        "residual": [[float]],
                        "largest": float,
                        "information": float,
                    }
                ],
            },
        )
        for target in TARGETS
    },
    **{f"{target}-saddle": _numeric(target, "saddle", _saddle(target)) for target in TARGETS[1:]},
    **{f"{target}-analysis": _analysis(target) for target in TARGETS},
    "ncvae-theorem7": _numeric(
        "ncvae",
        "theorem7",
        {"tolerance": float, "rows": [SIDES], "equality": [{**SIDES, "case": str}]},
    ),
    "ncvae-codes": _numeric(
        "ncvae",
        "codes",
        {
            "data_dimension": float,
            "quantiles": [float],
            "setting": {"noise_scale": float, "beta": float, "delta": float},
            "rows": [
                {
                    **dict.fromkeys(
                        ("shift", "latent_dim", "information", "information_bound", "prior_divergence"), float
                    ),
                    **{name: [float] for name in ("log_radius", "prior", "noise_prior")},
                    "densities": [[float]],
                }
            ],
        },
    ),
    "ncvae-routes": _numeric(
        "ncvae",
        "routes",
        {
            "shape": [float],
            "gap": float,
            "runs": [{"setting": {"beta": float, "delta": float}, "route": str, "gaps": [(float, None)]}],
            "grids": [{"size": float, "spacing": float, "lower": float, "upper": float, "gap": float}],
        },
    ),
    "illidvae-steepness": _numeric(
        "illidvae",
        "steepness",
        {
            "rows": [
                {"family": str, "strengths": [float], "datum": DIVERGENCES, "data": DIVERGENCES, "favourable": [float]}
            ]
        },
    ),
    **{name: _study(name) for name in STUDIES},
    **{f"{target}-planes": _planes(target, fields) for target, fields in PLANES.items()},
    "peers": _benchmark(
        "peers", {"machine": str, "cores": float, "results": [{"shape": [float], "times": Each(TIME)}]}
    ),
    "trained": _benchmark(
        "trained",
        {"results": [{**RUN, "information": (INFORMATION, None)}]},
    ),
    "scaling": _benchmark("scaling", {"results": [({"size": float, "times": Each(TIME)}, {"slope": float})]}),
    "verdicts": Kind(
        schema="vaeproof.figures.verdicts/1",
        command="python -m variational.check all --json | python -m figures.collect verdicts",
        fields={
            "claims": [
                {
                    "id": str,
                    "status": str,
                    "source": str,
                    "spaces": [str],
                    "reason": str,
                    "corrected_by": (str, None),
                    "witnesses": [
                        {"kind": str, "parameters": Each(str), "ratios": [float], "bounds": Each(float)},
                    ],
                }
            ]
        },
    ),
}
