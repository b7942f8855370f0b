"""Text of an analysis, for people: loss, decomposition, derivation, stationary point, convexity, regimes."""

from collections.abc import Iterable, Mapping, Sequence

import sympy as sp
from rich.console import Console
from rich.text import Text

from variational import blocks
from variational.analysis import Analysis, Region
from variational.closed_form import excluded, shape_in_z
from variational.collapse import UNBOUNDED, UNDECIDED, coefficients
from variational.errors import NotCoveredError
from variational.integrals import short_names
from variational.profile import Profile
from variational.records import SPACES
from variational.report import (
    coloured,
    console,
    evidence_lines,
    field,
    formula,
    heading,
    listed,
    prose,
    room,
    show_table,
    table,
)
from variational.smt import implies
from variational.symbols import key_of
from variational.translate import to_formula

SYMBOLS = (  # functions, how they are shown, what they are
    ({"pd"}, "pd(x)", "distribution of the data"),
    ({"pn"}, "pn(x)", "distribution of the noise"),
    ({"q|"}, "q(z|x)", "encoder, any density"),
    ({"p|"}, "p(x|z)", "decoder, any density"),
    ({"p"}, "p(z)", "prior"),
    ({"n"}, "n(z)", "prior of the codes of noise"),
    ({"gamma", "pd"}, "gamma(z)", "aggregated posterior, int[x](pd(x)*q(z|x))"),
    ({"k"}, "k(z,z')", "symmetric positive definite kernel"),
)
MULTIPLIERS = "multipliers of the two normalisations"
QUANTITIES = (
    ("H(X)", "entropy of the data"),
    ("dec", "average KL of the posterior of x under q from p(x|z), 0 for the best decoder"),
    ("I", "mutual information of x and z under pd(x)*q(z|x)"),
)
COLUMNS = ("parameters", "spaces", "verdict", "unique", "why")
REST = 47  # width of the columns beside the first, with their gaps
SPACE_NOTE = (
    "finite: X and Z finite; discrete-x: X countable, Z atomless; densities: both atomless. X and Z have at least two "
    "points; p and n are positive on Z; p_d is positive on X, or codes are compared where it is; H(X) and the loss of "
    "some pair are finite."
)


def show(analysis: Analysis) -> None:
    """Print the analysis on standard output."""
    screen = console()
    _show_loss(screen, analysis)
    _show_derivation(screen, analysis)
    _show_stationary(screen, analysis)
    heading(screen, "Convexity")
    field(screen, "convex if", prose(_convexity_text(analysis.convex_if), room(screen)))
    field(screen, "speaks of", prose("the local integrand, jointly in (p(x|z), q(z|x))", room(screen)))
    if analysis.convex_if == UNDECIDED:
        field(
            screen, "because", [line for piece in analysis.convex_evidence for line in prose(piece.shows, room(screen))]
        )
    else:
        field(screen, "evidence", evidence_lines(analysis.convex_evidence, room(screen)) or ["none"])
    if analysis.profile is not None:
        _show_profile(screen, analysis.profile)
    _show_regimes(screen, analysis)


def _show_profile(screen: Console, found: Profile) -> None:
    """Print where the profile loss is convex, and its second variation at the collapsed point."""
    width = room(screen)
    information, constant = found.collapsed
    field(screen, "profile", prose("the loss with the best decoder inserted, as a functional of q(z|x)", width))
    field(screen, "convex if", prose(found.convex_if, width))
    if any(key_of(part) == "pn" for part in sp.preorder_traversal(information)):
        return  # with a contrastive term the point q = p is stationary only for p = n
    lines = prose(f"{to_formula(information)}  where E_pd h = 0: information moves", width)
    lines += prose(f"{to_formula(constant)}  where h is free of x: the constant code moves", width)
    if found.kernel != 0:
        lines += prose("and the positive semidefinite form of the kernel, in the second line", width)
    field(screen, "at collapse", ["second variation at q = p along p(z) h, per h^2:", *lines])


def _show_loss(screen: Console, analysis: Analysis) -> None:
    screen.print(Text("Loss", style="bold"))
    weights = analysis.objective.coefficients
    field(screen, "objective", prose(analysis.title, room(screen)))
    if weights is not None:
        field(screen, "terms", formula(_combination(weights), room(screen)))
    field(screen, "integrals", formula(f"L = {to_formula(short_names(analysis.objective.functional))}", room(screen)))
    if analysis.assumptions:
        field(screen, "assuming", prose(listed(analysis.assumptions), room(screen)))
    heading(screen, "Decomposition")
    if analysis.identity is None:
        field(screen, "identity", ["none: the loss is no combination of the building blocks"])
    else:
        field(screen, "identity", formula(f"L = {analysis.identity}", room(screen)))
        field(screen, "notes write", prose(_letters(analysis), room(screen)))
    field(screen, "symbols", _symbol_lines(analysis, room(screen)))


def _letters(analysis: Analysis) -> str:
    """Return what the letters in the reasons of the regimes stand for."""
    parts = coefficients(analysis.objective)
    named = {
        "r": parts.reconstruction,
        "kappa": parts.information,
        "B": parts.divergence,
        "l": parts.jensen_shannon,
        "s": parts.discrepancy,
        "d": parts.contrast,
    }
    divergence = {"B": "B*KL(gamma||p)", "l": "l*JSD(gamma||p)", "s": "s*MMD^2(gamma, p)"}
    shown = [f"{letter} = {to_formula(weight)}" for letter, weight in named.items() if weight != 0 or letter == "kappa"]
    total = " + ".join(term for letter, term in divergence.items() if named[letter] != 0)
    return listed([*shown, f"D = {total or 0}"])


def _symbol_lines(analysis: Analysis, width: int) -> list[str]:
    """Return the legend of the symbols that occur."""
    occurring = {key_of(part) for part in sp.preorder_traversal(analysis.objective.functional)}
    shown = [(name, meaning) for keys, name, meaning in SYMBOLS if keys & occurring]
    if analysis.identity is not None:
        shown += QUANTITIES
    xi = any(key_of(part) == "xi" for part in sp.preorder_traversal(analysis.stationary.derivation.lagrangian))
    shown.append(("xi(x), mu(z)" if xi else "lambda(x), mu(z)", MULTIPLIERS))
    column = max(len(name) for name, _ in shown) + 2
    return [line for name, meaning in shown for line in prose(meaning, width, bullet=name.ljust(column))]


def _combination(weights: Mapping[str, sp.Expr]) -> str:
    """Return the objective as a combination of its terms."""
    pieces = []
    for name in blocks.BLOCKS:
        if name in weights:
            text = to_formula(weights[name])
            text = f"({text})" if weights[name].is_Add else text
            pieces.append({"1": name, "-1": f"-{name}"}.get(text, f"{text}*{name}"))
    return " + ".join(pieces).replace("+ -", "- ")


def _show_derivation(screen: Console, analysis: Analysis) -> None:
    first, *others = analysis.stationary.derivation.steps
    heading(screen, "Lagrangian")
    _show_lines(screen, formula(first.text(), screen.width - 2))
    heading(screen, "Derivation")
    for number, step in enumerate(others, start=1):
        screen.print(Text(f"  {number}. {step.title}", style="dim"), soft_wrap=True)
        _show_lines(screen, formula(step.text(), screen.width - 5), margin="     ")


def _show_stationary(screen: Console, analysis: Analysis) -> None:
    heading(screen, "Stationary point")
    found, width = analysis.stationary, room(screen)
    field(screen, "decoder", formula(found.decoder_text or "any: the loss does not depend on it", width))
    field(screen, "encoder", formula(found.encoder_text, width))
    log_encoder = found.derivation.log_encoder
    if log_encoder is None:
        field(screen, "", prose(found.obstacle, width, bullet="  "))
        return
    exceptions = [text for text in excluded(log_encoder) if not _implied(analysis.assumptions, text)]
    if exceptions:
        field(screen, "where", formula(listed(exceptions), width))
    shape, free = shape_in_z(log_encoder)
    field(screen, "in z", formula(f"q(z|x) ~ {shape}", width))
    note = "~: up to factors free of z, which the normalisation fixes. "
    if free:
        note += (
            "The right side is free of x: every stationary code that is positive everywhere carries no information "
            "(Lemma 1). Whether it is the minimum, the regimes say."
        )
    field(screen, "", prose(note, width))


def _implied(given: Sequence[str], relation: str) -> bool:
    try:
        return implies(given, relation)
    except NotCoveredError:  # no polynomial relation, so nothing is known
        return False


def _convexity_text(condition: str) -> str:
    return {"always": "always, whatever the parameters", "never": "never"}.get(condition, condition)


def _show_regimes(screen: Console, analysis: Analysis) -> None:
    heading(screen, "Regimes")
    notes: dict[tuple[str, tuple[str, ...]], list[Region]] = {}
    rows = []
    for region in analysis.regions:
        key = (region.reason, region.data)
        notes.setdefault(key, []).append(region)
        unique = {True: "yes", False: "no", None: "open"}[region.unique]
        rows.append(
            (
                "\n".join(_filled(region.condition or ("always",), screen.width - REST)),
                "all" if set(region.spaces) == set(SPACES) else ",\n".join(region.spaces),
                coloured(region.verdict) + Text("*" if region.data else ""),
                "-" if region.verdict in {UNBOUNDED, UNDECIDED} else unique,
                f"[{list(notes).index(key) + 1}]",
            )
        )
    show_table(screen, table(COLUMNS, rows, fixed=COLUMNS))
    screen.print()
    _show_lines(screen, prose(SPACE_NOTE, screen.width - 2))
    if any(region.data for region in analysis.regions):
        _show_lines(screen, prose("* Under the condition on the densities that its note opens with.", screen.width - 2))
    shown: dict[str, int] = {}
    for number, ((reason, data), regions) in enumerate(notes.items(), start=1):
        provided = f"Provided {' and '.join(data)}. " if data else ""
        text = f"As [{shown[reason]}]." if reason in shown else reason
        screen.print()
        _show_lines(screen, prose(provided + text, screen.width - 2, bullet=f"[{number}] "))
        if reason not in shown:
            pieces = [piece for region in regions for piece in region.evidence if piece.kind != "argument"]
            lines = evidence_lines(pieces, screen.width - 6, said=[p.shows for p in pieces if p.kind == "identity"])
            _show_lines(screen, lines, margin=" " * 6)
        shown.setdefault(reason, number)


def _filled(relations: Sequence[str], width: int) -> list[str]:
    """Return the relations, joined by commas, in lines; none is broken inside if it fits a line."""
    lines: list[str] = []
    for index, relation in enumerate(relations):
        text = relation + ("," if index < len(relations) - 1 else "")
        if lines and len(lines[-1]) + 1 + len(text) <= width:
            lines[-1] += f" {text}"
        else:
            lines += formula(text, width)
    return lines


def _show_lines(screen: Console, lines: Iterable[str], *, margin: str = "  ") -> None:
    for line in lines:
        screen.print(Text(margin + line), soft_wrap=True)
