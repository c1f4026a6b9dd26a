//! What people read of what the browser does and doesn't do, in each language: English, then Chinese.

use crate::language::texts;

texts! {
    // How far Python is.
    loading_python: "Loading Python", "正在加载 Python";
    starting_python: "Starting Python", "正在启动 Python";
    loading(packages): "Loading {packages}", "正在加载 {packages}";
    installing(packages): "Installing {packages}", "正在安装 {packages}";

    // Code of a server, in a box of its own.
    shown_by(server): "Shown by {server}", "由 {server} 显示";
    code_of(server): "Code of {server}", "{server} 的代码";
    close: "Close", "关闭";

    // Drawings that are none.
    diagram_failed(why): "The diagram can't be drawn: {why}.", "无法绘制此图表：{why}。";
    diagram_too_long(most): "The diagram is not drawn: it is longer than {most} kB.", "未绘制此图表：它超过 {most} kB。";
    diagram_silent:
        "The diagram can't be drawn: the frame for diagrams did not come up. This page's Content-Security-Policy must allow it (frame-src 'self'), and its host must have frames/diagram.html.",
        "无法绘制此图表：图表的框架没有加载。本页面的 Content-Security-Policy 必须允许它（frame-src 'self'），并且其主机必须有 frames/diagram.html。";
    no_frame(why): "the browser refused to open a frame ({why})", "浏览器拒绝打开框架（{why}）";
    frame_left: "its frame left its page", "它的框架离开了原来的页面";
    frame_asks: "its frame asked for what it has no use for", "它的框架请求了用不到的内容";
    nothing_came: "nothing that can be shown came of it", "没有得到可显示的内容";
    unknown_reason: "nobody knows why", "原因未知";
    formula_failed(why): "The formula can't be drawn: {why}.", "无法绘制此公式：{why}。";
    formula_too_long: "The formula is not drawn: it is longer than 10 kB.", "未绘制此公式：它超过 10 kB。";
    formula_unstyled:
        "The formula can't be drawn: the style sheet of formulas could not be loaded. Load the page again.",
        "无法绘制此公式：公式的样式表未能加载。请重新加载页面。";
    no_colours(language, why):
        "The colours for {language} could not be loaded ({why}). Check the network.",
        "无法加载 {language} 的颜色（{why}）。请检查网络。";

    // Why, for what scripts of ours say by a word.
    too_slow: "it takes too long", "耗时太长";
    nothing_drawn: "nothing was drawn", "没有绘制出内容";
    picture_too_large: "the picture is larger than 5 MB", "图片超过 5 MB";
    too_nested: "it is nested too deeply", "嵌套太深";
    too_nested_or_large: "it is nested too deeply, or too large", "嵌套太深，或者太大";
    not_loaded(file): "{file} could not be loaded", "{file} 未能加载";
    no_object: "a chart is a JSON object", "图表必须是一个 JSON 对象";
    data_elsewhere(address):
        "its data is elsewhere ({address}); only data within it is shown",
        "它的数据在别处（{address}）；只显示自带的数据";
    bad_description: "something in its description is missing or unknown", "其描述中有缺失或未知的内容";
    not_allowed(command): "{command} is not allowed here", "这里不允许使用 {command}";
}

/// Why something can't be drawn. Scripts of ours say it by a word with an `@`, and what it is about; what libraries say
/// stays as it is.
pub(super) fn reason(said: &str) -> String {
    let (word, about) = said.split_once(' ').unwrap_or((said, ""));
    let known = match word {
        "@too-slow" => too_slow(),
        "@nothing" => nothing_drawn(),
        "@too-large" => picture_too_large(),
        "@nested" => too_nested(),
        "@nested-or-large" => too_nested_or_large(),
        "@no-object" => no_object(),
        "@bad-description" => bad_description(),
        "@not-loaded" => return not_loaded(&about),
        "@elsewhere" => return data_elsewhere(&about),
        "@not-allowed" => return not_allowed(&about),
        _ => said,
    };
    known.to_owned()
}
