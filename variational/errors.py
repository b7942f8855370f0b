"""Exceptions of the symbolic layer; every message says what, where, which rule and what to do."""


class VaeproofError(Exception):
    """Base class of every error that vaeproof raises on purpose."""


class InvalidInputError(VaeproofError):
    """An argument breaks a rule: the message names the argument, its value and the rule."""


class FormulaError(InvalidInputError):
    """A formula does not parse.

    Attributes:
        text: The formula as it was given.
        column: Position of the offending character, counted from 1.
    """

    def __init__(self, message: str, *, text: str, column: int) -> None:
        """Keep ``text`` and ``column`` beside the message, for a caret under the input."""
        super().__init__(f"column {column}: {message}")
        self.text = text
        self.column = column

    def shown(self) -> str:
        """Return the formula with a caret under the offending column."""
        return f"  {self.text}\n  {' ' * (self.column - 1)}^"


class NotCoveredError(VaeproofError):
    """The expression lies outside the class for which a rule is known to be right."""


class CertificateError(VaeproofError):
    """A saved certificate is unreadable, altered, of another schema, or does not show its status."""
