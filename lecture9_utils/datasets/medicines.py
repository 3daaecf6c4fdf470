"""Names of medicines, for a network that invents some: the table beside this module says whose they are."""

from ..files import table_of


def load_medicines() -> list[str]:
    """Give the nonproprietary names of 889 medicines, in small letters and in alphabetical order.

    They are the same for the sample and the full data.

    Examples
    --------
    >>> load_medicines()[:3]
    ['abacavir', 'abatacept', 'abciximab']
    """
    return list(table_of(__file__)["names"].split())
