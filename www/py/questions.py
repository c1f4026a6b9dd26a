"""What editors and lists ask while no cell runs.

As far as it can be had otherwise, no code of the cells runs for an answer: no property, no `__dir__`, no `__repr__`.
That is for people's sake, who ask without knowing it; what code can do is bounded by the sandbox alone.
"""

from . import bridge, completion, expressions, variables

_LONGEST = 1_000_000  # characters of an answer
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
        text = bridge.encode(_QUESTIONS[kind](code, int(cursor)))
    except BaseException:  # what runs for it may be the cells' own, or be interrupted because it takes too long
        return "null"
    return text if len(text) <= _LONGEST else "null"
