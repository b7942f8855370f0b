"""The pointwise statement of a formal claim, for whoever looks for a witness against it."""

from variational.errors import InvalidInputError
from variational.recheck import rules_pointwise, rules_stationary
from variational.recheck.finding import Formal
from variational.recheck.pointwise import Statement
from variational.recheck.reading import text_of


def statement(formal: Formal) -> Statement:
    """Return what a witness against ``formal`` has to break.

    Raises:
        InvalidInputError: Where the kind of the statement has no pointwise form.
    """
    match formal["kind"]:
        case "identity":
            return rules_pointwise.equality(formal, text_of(formal, "lhs"), text_of(formal, "rhs"))
        case "inequality":
            operator = text_of(formal, "relation")
            return rules_pointwise.equality(formal, text_of(formal, "lhs"), text_of(formal, "rhs"), operator=operator)
        case "derivative":
            return rules_pointwise.first_statement(formal)
        case "second-derivative":
            return rules_pointwise.second_statement(formal)
        case "stationary":
            return rules_stationary.witness_statement(formal)
    msg = f"a statement of kind {formal['kind']!r} is not refuted by a witness"
    raise InvalidInputError(msg)
