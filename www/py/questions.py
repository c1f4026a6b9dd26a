"""What editors and lists ask while no cell runs.

As far as it can be had otherwise, no code of the cells runs for an answer: no property, no `__dir__`, no `__repr__`.
"""

from . import bridge, completion, expressions, variables

_QUESTIONS = {
    "complete": completion.complete,
    "inspect": completion.inspect_at,
    "variables": lambda code, cursor: variables.variables(),
}


def install(namespace):
    """Has questions answered about this namespace."""
    expressions.install(namespace)


def answer(kind, code, cursor):
    """The answer to one question as JSON text; `null` if there is none. `cursor` counts characters."""
    try:
        found = _QUESTIONS[kind](code, int(cursor))
    except BaseException:  # what runs for it may be the cells' own, or be interrupted because it takes too long
        found = None
    return bridge.encode(found)
