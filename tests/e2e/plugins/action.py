"""
title: Shout
description: Writes a message in capitals, once its reader agrees.
"""


class Action:
    async def action(self, body, __event_call__=None):
        """The message with its content in capitals, or nothing when the answer is no."""
        message = next(one for one in body["messages"] if one["id"] == body["id"])
        question = {"title": "Shout?", "message": "The message will be in **capitals**."}
        if await __event_call__({"type": "confirmation", "data": question}) is not True:
            return None
        return {"messages": [{"id": message["id"], "content": message["content"].upper()}]}
