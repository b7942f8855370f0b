"""The command that keeps of other commands' output what figures and the report show, as records of kilobytes.

python -m variational.check all --json | python -m figures.collect verdicts
python -m variational.analyze ncvae --json | python -m figures.collect analysis ncvae
cat DIR/*/plane.json | python -m figures.collect planes ncvae-figure2
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from figures.kinds import KINDS, PLANES, TARGETS
from figures.load import DATA, parse
from variational.command_line import Parser, complain, ending_well
from variational.errors import InvalidInputError

OF: Mapping[str, tuple[str, ...]] = {"verdicts": (), "analysis": TARGETS, "planes": tuple(PLANES)}
WITNESSES = ("code", "optimal-code")  # kinds of evidence that are one code on one space


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = Parser(prog="python -m figures.collect", description="Read JSON on standard input, write a record.")
    parser.add_argument(
        "what", choices=tuple(OF), help="the output of check --json or analyze --json, or what cells of a study kept"
    )
    parser.add_argument("target", nargs="?", help="what was analysed, or the figure that cells are kept for")
    parser.add_argument(
        "--out", type=Path, default=DATA, metavar="DIR", help="where the record goes (default: %(default)s)"
    )
    return parser


@ending_well
def main(argv: Sequence[str] | None = None) -> int:
    """Write the record and return the exit status: 0, or 2 for a wrong command line or input."""
    parser = build_parser()
    options = parser.parse_args(argv)
    if options.target not in (OF[options.what] or (None,)):
        parser.error(f"{options.what} needs {' or '.join(OF[options.what]) or 'no target'}, got {options.target}")
    name = options.what if options.target is None else f"{options.target}-{options.what}"
    try:
        found = [json.loads(line) for line in sys.stdin if line.strip()]
        record = _collected(options.what, options.target, found)
        text = json.dumps({"schema": KINDS[name].schema, **record}, ensure_ascii=False) + "\n"
        parse(text, KINDS[name], "on standard input")
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / f"{name}.json").write_text(text, encoding="utf-8")
    except (InvalidInputError, OSError) as error:
        complain(str(error))
        return 2
    except (ValueError, KeyError, TypeError) as error:
        complain(f"standard input is not the output that {options.what} needs: {error!r}; see {KINDS[name].command}")
        return 2
    return 0


def _collected(what: str, target: str, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if what == "verdicts":
        return collect_verdicts(found)
    return collect_planes(target, found) if what == "planes" else collect_analysis(target, *found)


def collect_verdicts(claims: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the claims that stand by themselves and the corrected forms of these, without their certificates.

    Args:
        claims: Objects as `check --json` prints them.
    """
    known = {claim["id"]: claim for claim in claims}
    pieces = [(claim["id"], piece) for claim in claims for piece in claim["evidence"]]
    parts = {piece["id"] for name, piece in pieces if piece["kind"] == "part" and piece["id"].startswith(f"{name}.")}
    forms = {claim["corrected_by"] for claim in claims}
    alone = [name for name in known if name not in parts and name not in forms]
    kept = set(alone) | {known[name]["corrected_by"] for name in alone if known[name]["corrected_by"]}
    return {"claims": [_kept(claim) for claim in claims if claim["id"] in kept]}


def _kept(claim: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "status", "source", "spaces", "reason", "corrected_by")
    return {**{name: claim[name] for name in names}, "witnesses": list(_witnesses(claim["evidence"]))}


def _witnesses(evidence: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    """Yield the parameters at which a claim is broken, with p_n/p_d on the support of p_d or the enclosed bounds."""
    for piece in evidence:
        if piece["kind"] in WITNESSES and piece["space"].get("parameters"):
            functions = piece["space"]["functions"]
            pairs = zip(functions.get("pn", ()), functions.get("pd", ()), strict=False)
            ratios = [float(Fraction(noise) / Fraction(data)) for noise, data in pairs if Fraction(data)]
            yield {"kind": piece["kind"], "parameters": piece["space"]["parameters"], "ratios": ratios, "bounds": {}}
        elif piece["kind"] == "enclosure":
            # the side of each enclosure that is further from what it should refute
            bounds = {"left_at_most": float(piece["left_upper"][1]), "right_at_least": float(piece["right_lower"][0])}
            yield {"kind": "enclosure", "parameters": piece["instance"], "ratios": [], "bounds": bounds}


def collect_analysis(target: str, analysis: Mapping[str, Any]) -> dict[str, Any]:
    """Return the regimes of an objective without their evidence.

    Args:
        target: Its name.
        analysis: The object that `analyze --json` prints.
    """
    names = ("condition", "spaces", "verdict")
    regimes = [{name: regime[name] for name in names} for regime in analysis["regimes"]]
    return {"objective": target, "convex_if": analysis["convex_if"], "regimes": regimes}


def collect_planes(target: str, planes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the codes of the runs of the least seed, as far as the figure shows them.

    Args:
        target: The figure.
        planes: Objects as cells of a study keep them in ``plane.json``.
    """
    names = ("run", "seed", "split", "examples", *PLANES[target])
    least = min((plane["seed"] for plane in planes), default=0)
    chosen = sorted((plane for plane in planes if plane["seed"] == least), key=lambda plane: plane["run"])
    return {"planes": [{name: plane[name] for name in names} for plane in chosen]}


if __name__ == "__main__":
    sys.exit(main())
