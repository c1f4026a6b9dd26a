//! Every word that the shared parts show of their own, in each language: English, then Chinese.

use super::language::{Language, language, texts};

texts! {
    bytes: "bytes", "字节";
    code_waits: "The code waits for a line", "代码在等待一行输入";
    send: "Send", "发送";
    save_rest: "Save the rest", "保存其余内容";
    html_output: "HTML output", "HTML 输出";
    html_too_long:
        "This HTML output is too long to be laid out, so it is shown as text.",
        "这个 HTML 输出太长，无法排版，因此显示为文本。";
    html_too_many:
        "There are many tables on this page already, so this one is shown as text.",
        "本页面上已有很多表格，因此这一个显示为文本。";
    html_no_scripts:
        "This output brought scripts along, which don't run here: what they would draw is missing.",
        "这个输出带有脚本，脚本在这里不会运行：它们会绘制的内容没有显示。";
    show_line: "Show this line", "显示这一行";
    image: "Image", "图片";
}

/// How much of how much, each with its unit where it has one.
pub(super) fn of(done: &str, total: &str) -> String {
    match language() {
        Language::English => format!("{done} of {total}"),
        Language::Chinese => format!("{done} / {total}"),
    }
}

/// Seconds, as they pass.
pub(super) fn elapsed(seconds: u32) -> String {
    let (minute, second) = match language() {
        Language::English => ("min", "s"),
        Language::Chinese => ("分", "秒"),
    };
    match seconds {
        seconds if seconds < 60 => format!(" {seconds} {second}"),
        seconds => format!(" {} {minute} {:02} {second}", seconds / 60, seconds % 60),
    }
}

/// A button for more of a text, with what isn't shown yet.
pub(super) fn show_more(hidden: &str) -> String {
    match language() {
        Language::English => format!("Show more ({hidden} not shown)"),
        Language::Chinese => format!("显示更多（还有 {hidden} 未显示）"),
    }
}

/// That more was written than is shown, and that some of it was lost.
pub(super) fn written_more(is_error: bool, kept: &str, dropped: Option<&str>) -> String {
    match language() {
        Language::English => {
            let how = if is_error { "written to stderr" } else { "printed" };
            let lost = dropped.map(|dropped| format!(" {dropped} more were not kept.")).unwrap_or_default();
            format!("The code has {how} {kept} more than is shown here.{lost}")
        }
        Language::Chinese => {
            let how = if is_error { "向 stderr 写入" } else { "打印" };
            let lost = dropped.map(|dropped| format!("另有 {dropped} 没有保留。")).unwrap_or_default();
            format!("代码{how}的内容比这里显示的多 {kept}。{lost}")
        }
    }
}

/// What stands for a value that can't be shown.
pub(super) fn unknown_value(media_type: &str, size: &str) -> String {
    match language() {
        Language::English => format!("A value of the type {media_type} ({size}), which can't be shown here."),
        Language::Chinese => format!("类型为 {media_type} 的值（{size}），无法在这里显示。"),
    }
}
