"""Settings of losses in the words that labels use."""

from collections.abc import Mapping

SYMBOLS: Mapping[str, str] = {"beta": "β", "delta": "δ", "alpha": "α", "weight": "λ"}


def setting_in_words(setting: Mapping[str, float]) -> str:
    """Return the parameters of a setting as one text.

    Example:
        >>> setting_in_words({"beta": 2.0, "delta": 0.5})
        'β = 2, δ = 0.5'
    """
    return ", ".join(f"{SYMBOLS[name]} = {_number(value)}" for name, value in setting.items())


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")
