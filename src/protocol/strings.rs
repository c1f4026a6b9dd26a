//! What people read where a server says nothing, or names what is going on by a word, in each language: English, then
//! Chinese.

use crate::language::{Language, language, texts};

texts! {
    no_reason: "The server gave no reason.", "服务器没有说明原因。";

    // Questions, and what is wrong with an answer.
    confirm: "Confirm your action", "确认您的操作";
    wants_to_call(name): "The model wants to call `{name}`.", "模型想要调用 `{name}`。";
    no_undoing: "This cannot be undone.", "此操作无法撤销。";
    input: "Input", "输入";
    a_question: "A question", "一个问题";
    a_server: "A server", "一个服务器";
    asks(who): "{who} asks", "{who}提问";
    fill_this_in: "Please fill this in.", "请填写此项。";
    whole_number: "Please write a whole number.", "请输入整数。";
    number: "Please write a number.", "请输入数字。";

    // Steps of an answer, and the calendar.
    no_sources: "No sources found", "未找到来源";
    searching_knowledge(query): "Searching knowledge for “{query}”", "正在知识库中搜索“{query}”";
    begins_in(what, minutes, place): "{what} begins in {minutes} min{place}.", "{what}将在 {minutes} 分钟后开始{place}。";
    begins_now(what, place): "{what} begins now{place}.", "{what}现在开始{place}。";
    at_place(place): ", {place}", "，{place}";
}

/// How many sources were found.
pub(super) fn retrieved(count: u64) -> String {
    match (language(), count) {
        (_, 0) => no_sources().to_owned(),
        (Language::English, 1) => "Retrieved 1 source".to_owned(),
        (Language::English, _) => format!("Retrieved {count} sources"),
        (Language::Chinese, _) => format!("找到 {count} 个来源"),
    }
}
