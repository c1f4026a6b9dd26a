"""
title: Toolbox
description: Tools that the scripted model calls when it is told to.
"""

from fastapi.responses import HTMLResponse

DOT = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
CITED = {
    "source": {"id": "s1", "name": "A source", "url": "https://example.com/a"},
    "document": ["what the source says"],
    "metadata": [{"source": "https://example.com/a", "name": "A source"}],
    "distances": [0.5],
}
RUN = {
    "type": "code_execution",
    "id": "run1",
    "name": "A run",
    "code": "print(1)",
    "language": "python",
    "result": {"output": "1"},
}

# Every type that Open WebUI 0.12.4 sends to a user without waiting for an answer; those that end a turn come last.
# Not `chat:messages`: it goes to the other readers of a shared chat only.
EVENTS = [
    ("status", {"description": "Working", "done": False}),
    ("status", {"description": "Worked", "done": True}),
    ("chat:message:delta", {"content": "delta "}),
    ("message", {"content": "message "}),
    ("chat:message", {"content": "chat message "}),
    ("replace", {"content": "replaced "}),
    ("chat:message:files", {"files": [{"type": "image", "url": DOT, "name": "one.png"}]}),
    ("files", {"files": [{"type": "image", "url": DOT, "name": "two.png"}]}),
    ("chat:message:embeds", {"embeds": ["<p>first embed</p>"]}),
    ("embeds", {"embeds": ["<p>second embed</p>"]}),
    ("source", CITED),
    ("citation", {**CITED, "source": {"id": "s2", "name": "A citation"}, "metadata": [{"source": "s2"}]}),
    ("source", RUN),
    ("notification", {"type": "info", "content": "A notification"}),
    ("execute", {"code": "return 1"}),
    ("chat:completion", {"usage": {"total_tokens": 3}}),
    ("response:completion", {"type": "response.created", "response": {"id": "r1"}}),
    ("chat:message:follow_ups", {"follow_ups": ["Follow me?"]}),
    ("chat:message:favorite", {"favorite": True}),
    ("chat:message:tasks", {"tasks": [{"id": "t1", "content": "A task", "status": "pending"}]}),
    ("chat:message:voice", {"voice": {"status": "none"}}),
    ("chat:outlet", {"messages": []}),
    ("chat:title", "A title by a tool"),
    ("chat:tags", ["Tool"]),
    ("chat:list", {}),
    ("context_compaction", {"action": "context_compaction", "description": "Compacted", "done": True}),
    ("chat:presence", {"users": [{"id": "u1", "name": "Somebody"}]}),
    ("chat:access", {}),
    ("typing", {"typing": True}),
    ("terminal:display_file", {"path": "/tmp/a.txt"}),
    ("terminal:write_file", {"path": "/tmp/a.txt"}),
    ("terminal:replace_file_content", {"path": "/tmp/a.txt"}),
    ("terminal:run_command", {"command": "true"}),
    ("request:interaction:done", {"interaction_id": "of no dialog"}),
    ("calendar:alert", {"event_id": "e1", "title": "A meeting", "minutes_until": 5}),
    ("chat:reload", {}),
    ("chat:active", {"active": True, "folder_id": None}),
    ("chat:message:error", {"error": {"content": "An error by a tool"}}),
    ("chat:tasks:cancel", None),
]


class Tools:
    def add(self, a: int, b: int) -> int:
        """
        Add two numbers.

        :param a: the first number
        :param b: the second number
        """
        return a + b

    def show_card(self, title: str = "A card") -> HTMLResponse:
        """
        Show a card in the chat.

        :param title: what stands on the card
        """
        page = f"<!doctype html><title>{title}</title><h1>{title}</h1><button>Press</button><p>called with </p>"
        page += "<script>document.querySelector('p').append(Object.keys(JSON.parse(window.args)))</script>"
        return HTMLResponse(page, headers={"Content-Disposition": "inline"})

    async def every_event(self, __event_emitter__=None) -> str:
        """
        Send an event of every type.
        """
        for kind, data in EVENTS:
            await __event_emitter__({"type": kind} if data is None else {"type": kind, "data": data})
        return f"{len(EVENTS)} events were sent."
