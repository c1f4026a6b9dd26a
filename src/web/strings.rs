//! What people read of what the browser does and doesn't do, in each language: English, then Chinese.

use crate::language::{Language, language, texts};

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
        "The diagram can't be drawn: the frame for diagrams did not come up. This page's Content-Security-Policy must allow it (frame-src 'self'; for charts in script-src the hash of frames/diagram.js, and blob:), and its host must have frames/diagram.html.",
        "无法绘制此图表：图表的框架没有加载。本页面的 Content-Security-Policy 必须允许它（frame-src 'self'；对于数据图表，script-src 中须有 frames/diagram.js 的哈希和 blob:），并且其主机必须有 frames/diagram.html。";
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

    // Errors of the browser and of the network.
    keeps_no_files:
        "This browser keeps no files for this page, so it works with a network only.",
        "此浏览器不为本页面保存文件，因此只能联网使用。";
    no_room:
        "The browser has no room left for this page. Download what you want to keep, or delete files and try again.",
        "浏览器没有空间留给本页面了。请下载要保留的内容，或删除一些文件后重试。";
    no_full_screen: "It knows no full screen.", "它不支持全屏。";
    picture_unread: "This picture can't be read.", "无法读取此图片。";
    no_picture: "This file is no picture that can be shown here.", "此文件不是可以在这里显示的图片。";
    unreachable(what, why):
        "{what} cannot be reached ({why}). Check the address and the network, then try again.",
        "无法访问 {what}（{why}）。请检查地址和网络，然后重试。";
    refused(what, detail, status):
        "{what} was refused: {detail} (HTTP {status}).",
        "{what} 被拒绝：{detail}（HTTP {status}）。";
    missing(file, url, status):
        "{file} is missing from the Python distribution ({url} answered {status}). Build the site again, or give its real place.",
        "Python 发行版中缺少 {file}（{url} 返回 {status}）。请重新构建站点，或给出它的实际位置。";
    silent(file):
        "{file} stopped coming: nothing more of it arrived, three times. Check the network, then try again.",
        "{file} 停止传输：三次都没有收到更多内容。请检查网络，然后重试。";
    wrong_checksum(file):
        "{file} was refused: it is not the file that its checksum names, so it is damaged or has been changed. Install the Python distribution again.",
        "{file} 被拒绝：它与校验和不符，因此已损坏或被更改。请重新安装 Python 发行版。";
    unreadable(what, why): "{what} could not be read: {why}.", "无法读取 {what}：{why}。";
    insecure:
        "This page can't check files because it was not loaded over https or from localhost. Open it over https.",
        "本页面无法校验文件，因为它不是通过 https 或从 localhost 加载的。请通过 https 打开。";
    frame_silent:
        "The Python sandbox did not come up in 20 s. If this page has a Content-Security-Policy, it must allow what the sandbox needs: the sandbox script's hash, blob: and 'wasm-unsafe-eval' in script-src, and blob: in worker-src.",
        "Python 沙箱在 20 秒内没有加载。如果本页面有 Content-Security-Policy，它必须允许沙箱所需的内容：script-src 中的沙箱脚本哈希、blob: 和 'wasm-unsafe-eval'，以及 worker-src 中的 blob:。";
    boot_silent:
        "Python did not start in 90 s. If this page has a Content-Security-Policy, it must allow blob: and 'wasm-unsafe-eval' in script-src and blob: in worker-src. Otherwise close other tabs to free memory, and restart the kernel.",
        "Python 在 90 秒内没有启动。如果本页面有 Content-Security-Policy，它必须允许 script-src 中的 blob: 和 'wasm-unsafe-eval'，以及 worker-src 中的 blob:。否则请关闭其他标签页以释放内存，然后重启内核。";
    browser_refused(what, why): "The browser refused to {what} ({why}).", "浏览器拒绝{what}（{why}）。";

    // What a browser may refuse to do.
    start_sandbox: "start the sandbox", "启动沙箱";
    talk_to_sandbox: "talk to the sandbox", "与沙箱通信";
    make_frame: "make a frame", "创建框架";
    show_frame: "show a frame", "显示框架";
    upload_file: "upload a file", "上传文件";
    keep_files: "keep files", "保存文件";
    hold_file: "hold a file", "在内存中存放文件";
    read_file: "read a file", "读取文件";
    unpack_file: "unpack a file", "解压文件";
    show_file: "show a file", "显示文件";
    save_file: "save a file", "将文件存到磁盘";
    hold_snapshot: "hold a memory snapshot", "存放内存快照";
    make_snapshot: "make a memory snapshot", "创建内存快照";
    open_socket: "open a socket", "打开套接字";
    compute_checksum: "compute a checksum", "计算校验和";
    make_editor: "make the editor", "创建编辑器";

    // What can't be read or reached, and why.
    manifest: "The manifest of this build", "此版本的清单";
    answer_to_upload: "The answer to an upload", "上传的响应";
    snapshot_list: "The list of what a snapshot holds", "快照内容的清单";
    token: "The token", "令牌";
    answer_to(what): "The answer to {what}", "对 {what} 的响应";
    upload_broke_off: "the upload broke off", "上传中断";
    odd_token: "it has characters that no token has; sign in again", "它含有令牌中不会有的字符；请重新登录";

    // Files and services.
    file_not_fetched(name, why): "The file {name} could not be fetched: {why}", "无法获取文件 {name}：{why}";
    service_unreachable(why): "The service cannot be reached ({why}).", "无法连接到该服务（{why}）。";
    service_answer_too_large: "The answer of the service is larger than 15 MB.", "该服务的响应超过 15 MB。";

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

/// Words of the editor's own panels, by those that it has for them, in Chinese; it speaks English by itself.
const OF_EDITOR: [(&str, &str); 22] = [
    ("Find", "查找"),
    ("Replace", "替换为"),
    ("next", "下一个"),
    ("previous", "上一个"),
    ("all", "全部"),
    ("match case", "区分大小写"),
    ("regexp", "正则表达式"),
    ("by word", "全字匹配"),
    ("replace", "替换"),
    ("replace all", "全部替换"),
    ("close", "关闭"),
    ("current match", "当前匹配"),
    ("on line", "在第"),
    ("replaced match on line $", "已替换第 $ 行的匹配"),
    ("replaced $ matches", "已替换 $ 处匹配"),
    ("Go to line", "转到行"),
    ("go", "转到"),
    ("Completions", "补全"),
    ("Control character", "控制字符"),
    ("Selection deleted", "已删除所选内容"),
    ("folded code", "折叠的代码"),
    ("unfold", "展开"),
];

/// The words of the editor that it doesn't say by itself.
pub(super) fn of_editor() -> &'static [(&'static str, &'static str)] {
    match language() {
        Language::English => &[],
        Language::Chinese => &OF_EDITOR,
    }
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
