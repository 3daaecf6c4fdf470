"""Names of medicines, for a network that invents some: a list written down for this lecture, from memory."""

from ..files import table_of


def load_medicines() -> list[str]:
    """Give the generic names of 889 medicines, in small letters and in alphabetical order.

    The list was written down for this lecture, from memory: it was copied from no register, and is not
    complete. It serves to learn how such names are spelt, not to look one up. It is the same for the sample
    and the full data.

    Examples
    --------
    >>> load_medicines()[:3]
    ['abacavir', 'abatacept', 'abciximab']
    """
    return list(table_of(__file__)["names"].split())
