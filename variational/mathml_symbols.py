"""What the commands of LaTeX stand for in MathML: letters, operators, spaces, accents and alphabets."""

from collections.abc import Callable, Mapping

NAMES_OF_LETTERS = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "varepsilon", "varphi", "vartheta", "varrho",
    "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega",
)  # fmt: skip
GREEK = dict(zip(NAMES_OF_LETTERS, "αβγδϵζηθικλμνξπρστυϕχψωεφϑϱΓΔΘΛΞΠΣΥΦΨΩ", strict=True))
NAMES_OF_FUNCTIONS = (
    "log", "exp", "ln", "min", "max", "inf", "sup", "lim", "det", "dim", "tr", "arg",
    "sin", "cos", "cosh", "sinh", "tanh", "Pr",
)  # fmt: skip
IDENTIFIERS: Mapping[str, str] = {
    **{f"\\{name}": letter for name, letter in GREEK.items()},
    r"\infty": "∞", r"\partial": "∂", r"\nabla": "∇", r"\ell": "ℓ", r"\emptyset": "∅", r"\varnothing": "∅",
    r"\ldots": "…", r"\dots": "…", r"\cdots": "⋯", r"\top": "⊤", r"\bot": "⊥", r"\prime": "′", r"\%": "%",
    r"\_": "_", r"\#": "#",
}  # fmt: skip
FUNCTIONS: Mapping[str, str] = {
    **{f"\\{name}": name for name in NAMES_OF_FUNCTIONS},
    r"\argmin": "arg min", r"\argmax": "arg max", r"\limsup": "lim sup", r"\liminf": "lim inf",
}  # fmt: skip
WITH_LIMITS = frozenset(
    {
        r"\min", r"\max", r"\inf", r"\sup", r"\lim", r"\argmin", r"\argmax", r"\limsup", r"\liminf", r"\sum", r"\prod",
        r"\bigcup", r"\bigcap", r"\bigoplus", r"\Pr",
    }
)  # fmt: skip
OPERATORS: Mapping[str, str] = {
    **{mark: mark for mark in "=<>+,;:*!?."},
    "-": "−", r"\ge": "≥", r"\geq": "≥", r"\geqslant": "≥", r"\le": "≤", r"\leq": "≤", r"\leqslant": "≤",
    r"\ne": "≠", r"\neq": "≠", r"\equiv": "≡", r"\approx": "≈", r"\propto": "∝", r"\sim": "∼", r"\simeq": "≃",
    r"\cdot": "⋅", r"\times": "×", r"\circ": "∘", r"\ast": "∗", r"\star": "⋆", r"\pm": "±", r"\mp": "∓",
    r"\in": "∈", r"\notin": "∉", r"\subset": "⊂", r"\subseteq": "⊆", r"\supset": "⊃",
    r"\supseteq": "⊇", r"\setminus": "∖", r"\cup": "∪", r"\cap": "∩",
    r"\to": "→", r"\rightarrow": "→", r"\leftarrow": "←", r"\mapsto": "↦", r"\Rightarrow": "⇒", r"\implies": "⇒",
    r"\Leftarrow": "⇐", r"\Leftrightarrow": "⇔", r"\iff": "⇔", r"\forall": "∀", r"\exists": "∃", r"\neg": "¬",
    r"\land": "∧", r"\wedge": "∧", r"\lor": "∨", r"\vee": "∨", r"\int": "∫", r"\iint": "∬", r"\oint": "∮",
    r"\sum": "∑", r"\prod": "∏", r"\bigcup": "⋃", r"\bigcap": "⋂", r"\bigoplus": "⨁", r"\oplus": "⊕",
    r"\otimes": "⊗", r"\perp": "⊥", r"\coloneqq": ":=", r"\triangleq": "≜", r"\ll": "≪", r"\gg": "≫",
    r"\colon": ":", r"\lesssim": "≲", r"\gtrsim": "≳", r"\succ": "≻", r"\prec": "≺", r"\succeq": "⪰", r"\preceq": "⪯",
    r"\odot": "⊙", r"\nrightarrow": "↛",
}  # fmt: skip
SPACES: Mapping[str, float] = {
    r"\,": 0.17, r"\:": 0.22, r"\>": 0.22, r"\;": 0.28, r"\!": 0.0, r"\ ": 0.25, "~": 0.25, r"\quad": 1.0,
    r"\qquad": 2.0,
}  # fmt: skip
ACCENTS: Mapping[str, tuple[str, str]] = {
    r"\hat": ("^", "over"), r"\widehat": ("^", "over"), r"\tilde": ("~", "over"), r"\widetilde": ("~", "over"),
    r"\bar": ("‾", "over"), r"\overline": ("‾", "over"), r"\dot": ("˙", "over"), r"\ddot": ("¨", "over"),
    r"\vec": ("→", "over"), r"\check": ("ˇ", "over"), r"\underline": ("_", "under"),
}  # fmt: skip

DOUBLE_STRUCK = {"C": "ℂ", "H": "ℍ", "N": "ℕ", "P": "ℙ", "Q": "ℚ", "R": "ℝ", "Z": "ℤ"}
SCRIPT = {"B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ"}
SCRIPT_SMALL = {"e": "ℯ", "g": "ℊ", "o": "ℴ"}
FRAKTUR = {"C": "ℭ", "H": "ℌ", "I": "ℑ", "R": "ℜ", "Z": "ℨ"}


def _alphabet(capital: int, small: int, exceptions: Mapping[str, str]) -> Callable[[str], str]:
    """Return the function from letters to an alphabet of Unicode, whose letters follow one another but for some."""

    def lettered(letter: str) -> str:
        if letter in exceptions:
            return exceptions[letter]
        if "A" <= letter <= "Z":
            return chr(capital + ord(letter) - ord("A"))
        if "a" <= letter <= "z":
            return chr(small + ord(letter) - ord("a"))
        if letter == "1" and capital == 0x1D538:
            return "𝟙"
        return letter

    return lettered


LETTERS: Mapping[str, Callable[[str], str]] = {
    r"\mathbb": _alphabet(0x1D538, 0x1D552, DOUBLE_STRUCK),
    r"\mathcal": _alphabet(0x1D49C, 0x1D4B6, SCRIPT | SCRIPT_SMALL),
    r"\mathscr": _alphabet(0x1D49C, 0x1D4B6, SCRIPT | SCRIPT_SMALL),
    r"\mathfrak": _alphabet(0x1D504, 0x1D51E, FRAKTUR),
    r"\mathbf": _alphabet(0x1D400, 0x1D41A, {}),
    r"\boldsymbol": _alphabet(0x1D468, 0x1D482, {}),
    r"\bm": _alphabet(0x1D468, 0x1D482, {}),
}
