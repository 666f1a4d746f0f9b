"""What a list refuses to show: an error of the query that asks for it, and a problem of what is saved of it."""

from collections.abc import Sequence
from typing import Final

from customer_gql.core.errors import BadInput, Refusal, RuleError, UserErrorCode

TOO_DEEP: Final = Refusal(
    "grid.too_deep", "A filter has at most {limit} levels of and, or and not.", UserErrorCode.TOO_MANY
)
TOO_MANY_CLAUSES: Final = Refusal(
    "grid.too_many_clauses", "A filter has at most {limit} clauses.", UserErrorCode.TOO_MANY
)
TOO_MANY_VALUES: Final = Refusal(
    "grid.too_many_values", "A filter compares with at most {limit} values.", UserErrorCode.TOO_MANY
)
NULL_COMPARED: Final = Refusal(
    "grid.null_compared", "Null is no value to compare with. Leave it out, or use isNull.", UserErrorCode.REQUIRED
)
AMOUNT_MISSING: Final = Refusal(
    "grid.amount_missing", "Add one of {operators} to the currency.", UserErrorCode.REQUIRED
)
DAYS_OUT_OF_RANGE: Final = Refusal("grid.days_out_of_range", "Choose 0 to {limit} days.")
TOO_MANY_SORT_KEYS: Final = Refusal(
    "grid.too_many_sort_keys", "Sort by at most {limit} keys, not {count}.", UserErrorCode.TOO_MANY
)
SORT_KEY_REPEATED: Final = Refusal("grid.sort_key_repeated", "Name each key once.")
SEARCH_EMPTY: Final = Refusal(
    "grid.search_empty", "Enter at least one word, or leave search out.", UserErrorCode.REQUIRED
)
TOO_MANY_WORDS: Final = Refusal(
    "grid.too_many_words", "Enter at most {limit} words, not {count}.", UserErrorCode.TOO_MANY
)

ATTRIBUTE_UNKNOWN: Final = Refusal("grid.attribute_unknown", "The list has no attribute with this code to use here.")
ATTRIBUTE_MEMBER: Final = Refusal("grid.attribute_member", "Compare the values of this attribute by `{member}`.")
ATTRIBUTE_NOT_COMPARED: Final = Refusal(
    "grid.attribute_not_compared", "Add what to compare the attribute with, as `{member}`.", UserErrorCode.REQUIRED
)
OPTION_GONE: Final = Refusal(
    "grid.option_gone", "The attribute {code} has no option {option}. Choose another one, or leave it out."
)
ATTRIBUTE_NOT_NAMED: Final = Refusal(
    "grid.attribute_not_named", "Name the attribute to sort by, and only with the key `{key}`.", UserErrorCode.REQUIRED
)


class BadQuestion(BadInput):
    """Bad input with a key, which what is saved of a list is refused with in any language."""

    def __init__(self, refused: RuleError) -> None:
        path, said = list(refused.path or ()), str(refused)
        super().__init__(f"{'.'.join(path)}: {said[0].lower()}{said[1:]}", argument=path)
        self.refused = refused


def bad_question(refusal: Refusal, path: Sequence[str], **params: object) -> BadQuestion:
    return BadQuestion(refusal(path=path, **params))
