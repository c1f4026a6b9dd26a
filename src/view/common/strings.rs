//! Every word that the shared parts show of their own, in each language: English, then Chinese.

use crate::language::{Language, language, texts};

texts! {
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
    // Diagrams and charts.
    drawing: "Drawing…", "正在绘制…";
    diagram: "Diagram", "图表";
    chart: "Chart", "图表";
    explore: "Explore", "交互查看";
    show_picture: "Back to the picture", "返回图片";
    live_chart(name): "Chart to explore {name}", "交互图表 {name}";
    dismiss: "Dismiss", "关闭";
    theme(name): "Theme: {name}", "主题：{name}";
    theme_system: "system", "跟随系统";
    theme_light: "light", "浅色";
    theme_dark: "dark", "深色";
    close_panel: "Close panel", "关闭面板";

    // The files of a kernel.
    files: "Files", "文件";
    no_files:
        "No files yet. What you add here is at /mnt/uploads for the code; what code writes appears here, too.",
        "还没有文件。在此添加的文件，代码可在 /mnt/uploads 中找到；代码写入的文件也会出现在这里。";
    add_files: "Add files", "添加文件";
    download: "Download", "下载";
    close: "Close", "关闭";
    enlarge: "Enlarge", "放大";
    download_all: "Download all", "全部下载";
    attach: "Attach to the message", "附加到消息";
    rename: "Rename", "重命名";
    delete: "Delete", "删除";
    undo: "Undo", "撤销";
    new_name: "New name", "新名称";
    no_preview: "This file is no text and no picture: download it to look at it.", "这个文件既不是文本也不是图片：请下载后查看。";
    // The variables of a kernel.
    variables: "Variables", "变量";
    no_variables: "There are no variables yet: they appear when code has named something.", "还没有变量：代码为某些值命名后，它们会出现在这里。";
    variables_later: "The variables are shown when the kernel is at rest.", "内核空闲后会显示变量。";
    variable_name: "Name", "名称";
    variable_type: "Type", "类型";
    variable_shape: "Shape", "形状";
    variable_size: "Size", "大小";
    variable_value: "Value", "值";
    empty_file: "This file is empty.", "这个文件是空的。";
    deleted(name): "{name} is deleted.", "{name} 已删除。";
    replaced(names): "{names}: the new one is in the place of the old one.", "{names}：新文件已替换旧文件。";
    beginning(shown): "Only the beginning is shown ({shown}).", "仅显示开头（{shown}）。";
    not_kept(why): "These files are gone when the page is closed: {why}", "关闭页面后这些文件将丢失：{why}";
    more_variables(count): "and {count} more", "还有 {count} 个";
    of(done, total): "{done} of {total}", "{done} / {total}";
    show_more(hidden): "Show more ({hidden} not shown)", "显示更多（还有 {hidden} 未显示）";
    unknown_value(media_type, size):
        "A value of the type {media_type} ({size}), which can't be shown here.",
        "类型为 {media_type} 的值（{size}），无法在这里显示。";
}

/// A small number of bytes.
pub(super) fn bytes(count: u64) -> String {
    match (language(), count) {
        (Language::English, 1) => "1 byte".to_owned(),
        (Language::English, _) => format!("{count} bytes"),
        (Language::Chinese, _) => format!("{count} 字节"),
    }
}

/// How many files there are, and how much of how much they take.
pub(super) fn used(count: usize, bytes: &str, most: &str) -> String {
    match (language(), count) {
        (Language::English, 1) => format!("1 file, {bytes} of {most}"),
        (Language::English, _) => format!("{count} files, {bytes} of {most}"),
        (Language::Chinese, _) => format!("{count} 个文件，{bytes} / {most}"),
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
