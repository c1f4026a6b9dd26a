"""
title: events
description: The user's message is a script: one step a line, each a JSON object.
"""

import asyncio
import json
import os
import re

import aiohttp

FENCE = re.compile(r"```json\n(.*?)```", re.DOTALL)

TASKS = {
    "title_generation": '{"title": "A chat of events"}',
    "tags_generation": '{"tags": ["Events"]}',
    "follow_up_generation": '{"follow_ups": ["What came last?", "Can it be shown again?"]}',
}


class Pipe:
    """A model that does what the last message of the user tells it to. The steps:

    {"emit": event}   sends any event
    {"call": event}   asks the client and says "answer: <JSON>"; of a list of events, all are asked at once
    {"say": text}     adds to the reply
    {"chunk": {...}}  puts a chunk of a provider's stream into the reply as it is
    {"wait": name}    goes on when the test releases `name`
    {"raise": text}   fails
    """

    async def pipe(self, body, __event_emitter__=None, __event_call__=None, __task__=None):
        if __task__:
            return TASKS.get(str(__task__), "Some words.")
        prompt = next(text(message) for message in reversed(body["messages"]) if message["role"] == "user")
        return play(steps(prompt), __event_emitter__, __event_call__)


async def play(script, emit, call):
    """Does one step after another and yields the reply."""
    if not script:
        yield "There is no step in this message."
    for step in script:
        ((name, value),) = step.items()
        if name == "emit":
            await emit(value)
        elif name == "call":
            events = value if isinstance(value, list) else [value]
            for answer in await asyncio.gather(*(call(event) for event in events)):
                yield f"answer: {json.dumps(answer, ensure_ascii=False)}\n\n"
        elif name in ("say", "chunk"):
            yield value
        elif name == "wait":
            await released(value)
        elif name == "raise":
            raise RuntimeError(value)
        else:
            raise ValueError(f"There is no step named {name}.")


def steps(prompt):
    """The steps of a message: a fenced list, or every line that begins with a brace."""
    fenced = FENCE.search(prompt)
    if fenced:
        return json.loads(fenced[1])
    return [json.loads(line) for line in prompt.splitlines() if line.startswith("{")]


def text(message):
    """The text of a message, whose content may be a list of parts."""
    content = message["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


async def released(name):
    """Returns when the test has released `name`: the scripted model holds this request back until then."""
    model = os.environ["OPENAI_API_BASE_URLS"]
    without_end = aiohttp.ClientTimeout(total=None)
    async with (
        aiohttp.ClientSession(timeout=without_end) as session,
        session.get(f"{model}/gates/{name}") as response,
    ):
        response.raise_for_status()
