"""Text for pages in Markdown: statements with their formulas, and text in which no mark is left."""

from variational import mathml


def statement(latex: str) -> str:
    r"""Return a statement as Markdown, its formulas in the form that escapes nothing.

    Example:
        >>> statement(r"\text{if } a > 0")
        'if $`a > 0`$'
    """
    shown = ""
    for words, text in mathml.segments(latex):
        space = "" if words or not shown or shown[-1].isspace() or shown[-1] in "(" else " "
        shown += space + (text if words else f"$`{text}`$")
    return shown


def escaped(text: str) -> str:
    r"""Return text in which no mark of Markdown is left.

    Example:
        >>> escaped("q*(z)")
        'q\\*(z)'
    """
    return "".join(f"\\{letter}" if letter in "*<[]`\\" else letter for letter in text)
