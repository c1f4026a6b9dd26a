//! Every word that the chat page shows of its own, in each language: English, then Chinese.

use crate::language::{Language, language, texts};

texts! {
    new_chat: "New chat", "新对话";
    chats: "Chats", "对话列表";
    show_chats: "Show chats", "显示对话列表";
    no_chats: "No chats yet.", "还没有对话。";
    untitled: "Untitled", "未命名";
    sign_out: "Sign out", "退出登录";
    model: "Model", "模型";
    connection: "Connection", "连接";
    connected: "Connected", "已连接";
    connecting: "Connecting…", "正在连接…";
    reconnecting: "Connection lost, reconnecting…", "连接已断开，正在重新连接…";
    conversation: "Conversation", "对话";
    empty: "What shall we work on?", "我们从哪里开始？";
    empty_hint:
        "Python that the model writes runs here, in a sandbox of this page. It reaches neither your session nor the network.",
        "模型编写的 Python 在本页面的沙箱中运行，既接触不到您的会话，也接触不到网络。";
    user_message: "User message", "用户消息";
    assistant_message: "Assistant message", "助手消息";
    message: "Message", "消息";
    message_hint: "Write a message", "输入消息";
    send: "Send message", "发送消息";
    stop: "Stop", "停止";
    copy_message: "Copy message", "复制消息";
    copy: "Copy", "复制";
    copied: "Copied", "已复制";
    not_copied: "Copying was refused", "浏览器拒绝了复制";
    status_history: "Toggle status history", "展开或收起状态记录";
    follow_ups: "Follow-up questions", "后续问题";
    waiting: "Waiting for the answer", "正在等待回答";
    thinking: "Thinking…", "思考中…";
    restart_kernel: "Restart Python: variables go, files stay", "重启 Python：变量会清除，文件会保留";
    running_code: "Running Python…", "正在运行 Python…";
    ran_code: "Ran Python", "已运行 Python";
    failed_code: "Ran Python, with an error", "已运行 Python，但出错了";
    calling: "Calling", "正在调用";
    did_call: "Called", "已调用";
    output: "Output", "输出";
    sign_in: "Sign in", "登录";
    signing_in: "Signing in…", "正在登录…";
    sign_in_hint:
        "to an Open WebUI server. Your password goes to that server only.",
        "到一个 Open WebUI 服务器。您的密码只会发送给该服务器。";
    server: "Server", "服务器";
    email: "Email", "电子邮箱";
    password: "Password", "密码";
    notices: "Notices", "通知";
    dismiss: "Dismiss", "关闭";
    loading_image: "Loading picture…", "正在加载图片…";
    image_elsewhere: "Picture elsewhere, not loaded:", "图片在其他网站上，未加载：";
    embed: "Embed", "嵌入内容";
    show: "Show", "显示";
    load: "Load", "加载";
    open: "Open", "打开";
    embed_too_long: "it is longer than 5 MB, so it is not shown.", "超过 5 MB，因此不显示。";
    embed_refused: "it leads to this site or to a private address, so it is not loaded.", "它指向本站或私有地址，因此不加载。";
    embed_elsewhere:
        "a page of another site. That site learns that you look at it once it is loaded.",
        "其他网站的页面。加载后，该网站就会知道您在查看它。";
    embed_forbidden: "the policy of this page lets it show no pages of other sites.", "本页面的安全策略不允许显示其他网站的页面。";
    embed_left: "it went to another page, so it was closed.", "它跳转到了另一个页面，因此已关闭。";
    embed_floods: "it sent more messages than can be read, so it was closed.", "它发送的消息多得无法读取，因此已关闭。";
    embed_took_focus: "it took the keyboard by itself, so it was closed.", "它自行抢占了键盘，因此已关闭。";
    embeds_full: "ten embeds are open already, so this one is closed.", "已经打开了十个嵌入内容，因此这一个保持关闭。";
    new_temporary_chat: "New temporary chat", "新的临时对话";
    temporary: "Temporary chat: nobody keeps it.", "临时对话：不会被保存。";
    unsent: "Waiting for the connection", "等待连接";
    edit_message: "Edit message", "编辑消息";
    send_edited: "Send edited message", "发送编辑后的消息";
    save: "Save", "保存";
    cancel: "Cancel", "取消";
    regenerate: "Regenerate", "重新生成";
    go_on: "Continue", "继续";
    previous_version: "Previous version", "上一个版本";
    next_version: "Next version", "下一个版本";
    favorite: "Favourite", "收藏";
    summarized: "For the model, all messages up to this one are summed up.", "对模型而言，到此为止的所有消息已被概括为摘要。";
    spoken: "This message has a spoken form on the server.", "服务器上有这条消息的语音版本。";
    filtered: "A filter of the server changed this text.", "服务器的过滤器更改了这段文字。";
    show_original: "Show the original", "显示原文";
    files: "Files", "文件";
    variables: "Variables", "变量";
    sources: "Sources", "来源";
    code_runs: "Code runs", "代码运行";
    runs: "runs…", "正在运行…";
    ran: "ran", "已运行";
    failed: "failed", "失败";
    approve: "Approve", "批准";
    reject: "Reject", "拒绝";
    wants: "The model wants to call", "模型想要调用";
    rejected: "Refused:", "已拒绝：";
    answer: "Answer", "回答";
    confirm: "Confirm", "确认";
    decline: "Decline", "拒绝";
    show_value: "Show value", "显示内容";
    hide_value: "Hide value", "隐藏内容";
    other: "Something else", "其他";
    open_link: "Open the page", "打开页面";
    asked_by: "Asked by", "提问者：";
    waits_for_server: "The connection is lost. Your answer is sent as soon as it is back.", "连接已断开。连接恢复后会立即发送您的回答。";
    nobody_waits:
        "The server no longer waits for this answer. What you wrote stays here until you close it.",
        "服务器不再等待这个回答。您写的内容会保留在这里，直到您关闭它。";
    run_title: "Run code of the server?", "运行服务器的代码吗？";
    run_hint:
        "In the sandbox it reaches neither this page, nor your session, nor the network.",
        "在沙箱中，它接触不到本页面、您的会话和网络。";
    run_in_sandbox: "Run in sandbox", "在沙箱中运行";
    refuse: "Refuse", "拒绝";
    trust: "Don't ask again for this server, until I leave the page", "在我离开本页面之前，不再询问此服务器";
    show_all: "Show all of it", "显示全部";
    download_title: "Save a file?", "保存文件吗？";
    download_hint: "Code of the server offers this file:", "服务器的代码提供了这个文件：";
    open_title: "Open a page?", "打开页面吗？";
    open_hint: "Code of the server wants to open a page of", "服务器的代码想要打开一个页面，网站是";
    question_elsewhere: "A question waits in", "有一个问题在等待，对话：";
    attach: "Attach files", "添加文件";
    not_attached(name, why): "{name} can't be attached: {why}", "无法添加 {name}：{why}";
    attached: "Attached files", "已添加的文件";
    remove: "Remove", "移除";
    stored: "attached", "已添加";
    tools: "Tools", "工具";
    no_tools: "This server offers no tools for this model.", "此服务器没有为该模型提供工具。";
    tags: "Tags", "标签";
    tasks: "Tasks", "任务";
    also_here: "Also here:", "也在这里：";
    is_writing: "is writing…", "正在输入…";
    are_writing: "are writing…", "正在输入…";
    terminal: "Terminal", "终端";
    summing_up: "Summing up earlier messages…", "正在概括之前的消息…";
    open_chat: "Open chat", "打开对话";
    notify: "Notify me outside of this page", "在本页面之外通知我";
    not_notified: "Your browser does not allow this page to notify you.", "您的浏览器不允许本页面通知您。";
    policy: "Code of the server:", "服务器的代码：";
    policy_deny: "never runs", "从不运行";
    policy_ask: "asks first", "先询问";
    policy_sandbox: "runs in a sandbox", "在沙箱中运行";
    policy_page: "runs with all rights of this page", "以本页面的全部权限运行";
    send_prompt: "Send this message?", "发送这条消息吗？";
    prompt_hint: "A frame in the conversation wants to send:", "对话中的一个框架想要发送：";
    write_prompt: "Write this into your message?", "把这些写入您的消息吗？";
    write_hint: "A frame in the conversation wants to write:", "对话中的一个框架想要写入：";
    write: "Write it", "写入";
    not_now:
        "An answer is still being written, or no model is chosen. Wait for its end, or stop it, then send this again.",
        "回答仍在生成，或者还没有选择模型。请等它结束或停止它，然后再次发送。";

    // Steps of an answer, runs, actions.
    stopped_code: "Python was stopped", "Python 已停止";
    code_not_run: "Python that the server did not run", "服务器没有运行的 Python";
    not_run_hint:
        "The server did not run this code. You can run it here, in the sandbox of this page.",
        "服务器没有运行这段代码。您可以在这里，在本页面的沙箱中运行它。";
    waits_its_turn: "Waiting to call", "等待调用";
    stopped_call: "Stopped:", "已停止：";
    with_error: "with an error", "出错了";
    searching_web: "Searching the web…", "正在搜索网络…";
    searched_web: "searched the web", "搜索了网络";
    searching_files: "Searching files…", "正在搜索文件…";
    searched_files: "searched files", "搜索了文件";
    using_computer: "Using a computer…", "正在使用电脑…";
    used_computer: "used a computer", "使用了电脑";
    arguments: "Arguments", "参数";
    figure: "Figure", "图";
    in_terminal: "in the server's terminal:", "在服务器的终端中：";
    errors: "Errors", "错误";
    picture_not_shown:
        "A picture is not shown: it is too large, of another kind, or on another site.",
        "有一张图片未显示：它太大、类型不符，或者在其他网站上。";
    no_output: "It put out nothing.", "没有输出。";
    question: "Question", "问题";
    earlier_summed_up: "Earlier messages, summed up for the model", "为模型概括的之前的消息";
    run: "Run", "运行";
    run_waits: "Waiting for Python…", "正在等待 Python…";
    run_goes_on: "Running…", "正在运行…";
    line_elsewhere:
        "The code of this line is not shown here: it ran elsewhere in the chat, or was changed since.",
        "这一行的代码没有显示在这里：它是在此对话的其他地方运行的，或者之后被更改了。";
    run_aborted: "Not run: it was stopped before it began.", "未运行：在开始之前就被停止了。";
    branch: "Branch into a new chat", "在新对话中分支";
    usage: "Usage", "用量";

    // The panel, sources, artifacts, pictures.
    source: "Source", "来源";
    show_all_sources: "Show all", "显示全部";
    documents: "Documents", "文档";
    no_documents: "This source brought no text along.", "此来源没有附带文本。";
    relevance: "Relevance", "相关度";
    page: "Page", "页";
    parameters: "Parameters", "参数";
    preview: "Preview", "预览";
    artifacts: "Artifacts", "作品";
    artifact: "Artifact", "作品";
    previous_artifact: "Previous artifact", "上一个作品";
    next_artifact: "Next artifact", "下一个作品";
    download: "Download", "下载";
    full_screen: "Full screen", "全屏";
    refresh: "Refresh", "刷新";
    no_full_screen: "The browser did not give the whole screen:", "浏览器没有允许全屏：";
    opens_itself: "Open by itself when a new one is written", "写出新作品时自动打开";
    may_save: "Let frames save files", "允许框架保存文件";
    embed_without_chart:
        "it needs Chart.js, which could not be loaded. Check the connection, then show it again.",
        "它需要 Chart.js，但无法加载。请检查连接，然后再次显示。";
    embed_without_alpine:
        "it needs Alpine.js, which could not be loaded. Check the connection, then show it again.",
        "它需要 Alpine.js，但无法加载。请检查连接，然后再次显示。";

    // Text of messages.
    alert_note: "Note", "注意";
    alert_tip: "Tip", "提示";
    alert_important: "Important", "重要";
    alert_warning: "Warning", "警告";
    alert_caution: "Caution", "小心";
    task_done: "Done", "已完成";
    task_open: "To do", "待办";
    footnote: "Footnote", "脚注";
    footnote_back: "Back to the text", "回到正文";
    table: "Table", "表格";
    save_csv: "CSV", "CSV";
    code: "Code", "代码";
    edit_code: "Edit code", "编辑代码";
    collapse: "Collapse", "收起";
    expand: "Expand", "展开";
    code_not_found:
        "The message has changed meanwhile, so this code is not saved. Copy it, cancel, and edit the message.",
        "消息已被更改，因此未保存这段代码。请复制它，取消，然后编辑消息。";
    diagram_source: "Source", "源代码";
    media: "media", "媒体";
    media_elsewhere: "Film or sound elsewhere, not loaded:", "视频或音频在其他网站上，未加载：";
    page_file: "page.html", "page.html";
    save_page_file: "Download the page", "下载网页";
    to_the_end: "To the end", "到末尾";
}

/// "thought for 4 s", in the middle of a sentence.
pub(super) fn thought(seconds: Option<u64>) -> String {
    let time = |minute: &str, second: &str| match seconds {
        Some(seconds) if seconds >= 60 => Some(format!("{} {minute} {} {second}", seconds / 60, seconds % 60)),
        Some(seconds) => Some(format!("{seconds} {second}")),
        None => None,
    };
    match language() {
        Language::English => {
            time("min", "s").map_or_else(|| "thought".to_owned(), |time| format!("thought for {time}"))
        }
        Language::Chinese => time("分", "秒").map_or_else(|| "思考过".to_owned(), |time| format!("思考了 {time}")),
    }
}

/// "ran Python twice, with an error".
pub(super) fn ran_python(count: usize, failed: bool) -> String {
    let what = match language() {
        Language::English => "ran Python",
        Language::Chinese => "运行了 Python",
    };
    if_failed(times(what, count), failed)
}

/// "called search 3 times".
pub(super) fn called(name: &str, count: usize, failed: bool) -> String {
    let what = match language() {
        Language::English => format!("called {name}"),
        Language::Chinese => format!("调用了 {name}"),
    };
    if_failed(times(&what, count), failed)
}

/// "1234 tokens", or what else an answer cost.
pub(super) fn tokens(total: Option<u64>) -> String {
    match (total, language()) {
        (None, _) => usage().to_owned(),
        (Some(1), Language::English) => "1 token".to_owned(),
        (Some(total), Language::English) => format!("{total} tokens"),
        (Some(total), Language::Chinese) => format!("{total} 个 token"),
    }
}

/// Something done so many times.
pub(super) fn times(what: &str, count: usize) -> String {
    match (count, language()) {
        (0 | 1, _) => what.to_owned(),
        (2, Language::English) => format!("{what} twice"),
        (count, Language::English) => format!("{what} {count} times"),
        (count, Language::Chinese) => format!("{what} {count} 次"),
    }
}

fn if_failed(what: String, failed: bool) -> String {
    if failed { [what, with_error().to_owned()].join(comma()) } else { what }
}

/// Phrases as one, with a capital.
pub(super) fn sentence(phrases: &[String]) -> String {
    let joined = phrases.join(comma());
    let mut letters = joined.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn comma() -> &'static str {
    match language() {
        Language::English => ", ",
        Language::Chinese => "，",
    }
}

/// "12 hidden lines".
pub(super) fn hidden_lines(count: usize) -> String {
    match (count, language()) {
        (1, Language::English) => "1 hidden line".to_owned(),
        (count, Language::English) => format!("{count} hidden lines"),
        (count, Language::Chinese) => format!("隐藏了 {count} 行"),
    }
}
