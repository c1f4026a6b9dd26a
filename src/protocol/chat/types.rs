//! The types of PROTOCOL.md 2.1, in its order.

/// How events of a type come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Fire and forget.
    Emit,
    /// It waits for an answer.
    Call,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventType {
    /// Its names; the first is the one that it is known by. A name that ends with `:` is a prefix.
    pub names: &'static [&'static str],
    /// How it comes.
    pub kind: Kind,
}

const fn emit(names: &'static [&'static str]) -> EventType {
    EventType { names, kind: Kind::Emit }
}

const fn call(names: &'static [&'static str]) -> EventType {
    EventType { names, kind: Kind::Call }
}

/// All types that 0.12.4 knows, numbered from 1 as there.
pub const TYPES: [EventType; 40] = [
    emit(&["status"]),
    emit(&["chat:message:delta", "message"]),
    emit(&["chat:message", "replace"]),
    emit(&["chat:message:files", "files"]),
    emit(&["chat:message:embeds", "embeds"]),
    emit(&["source", "citation"]),
    emit(&["notification"]),
    call(&["confirmation"]),
    call(&["input"]),
    call(&["execute"]),
    emit(&["chat:completion"]),
    emit(&["response:completion"]),
    emit(&["chat:message:error"]),
    emit(&["chat:message:follow_ups"]),
    emit(&["chat:message:favorite"]),
    emit(&["chat:message:tasks"]),
    emit(&["chat:message:voice"]),
    emit(&["chat:outlet"]),
    emit(&["chat:title"]),
    emit(&["chat:tags"]),
    emit(&["chat:tasks:cancel"]),
    emit(&["chat:active"]),
    emit(&["chat:list"]),
    emit(&["chat:reload"]),
    emit(&["context_compaction"]),
    emit(&["chat:messages"]),
    emit(&["chat:presence"]),
    emit(&["chat:access"]),
    emit(&["typing"]),
    emit(&["terminal:"]),
    emit(&["request:interaction:done"]),
    call(&["execute:python"]),
    call(&["execute:tool"]),
    call(&["request:chat:completion"]),
    call(&["request:terminal"]),
    call(&["request:terminal:state"]),
    call(&["request:user_input"]),
    call(&["request:elicitation"]),
    call(&["voice:play_animation"]),
    emit(&["calendar:alert"]),
];

/// Whether a type is one that waits for an answer.
pub fn is_call(kind: &str) -> bool {
    TYPES.iter().any(|row| row.kind == Kind::Call && row.names.contains(&kind))
}
