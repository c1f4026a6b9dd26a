"""
title: Polite
description: Adds a sentence to each reply while it is switched on.
"""


class Filter:
    toggle = True

    def outlet(self, body):
        """The messages, the last one with its sentence."""
        body["messages"][-1]["content"] += "\n\nThank you for asking."
        return body
