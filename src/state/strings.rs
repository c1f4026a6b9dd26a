//! Every word that chats and notebooks say by themselves, in each language: English, then Chinese. What a server, a
//! model or code is told stays English, and what they say stays as it is.

use crate::language::texts;

texts! {
    // Signing in, and what is read then.
    not_open_webui(server):
        "{server} answers, but it is not an Open WebUI server. Check the address.",
        "{server} 有响应，但它不是 Open WebUI 服务器。请检查地址。";
    wrong_password(why):
        "The server did not accept this email and password: {why}",
        "服务器没有接受这个电子邮箱和密码：{why}";
    wrong_token:
        "The server did not accept the token; it may have expired. Please sign in with your email and password.",
        "服务器没有接受这个令牌，它可能已过期。请使用电子邮箱和密码登录。";
    further_step:
        "This account needs a further step (a second factor, or an administrator's approval). Take it on the server's own page, then sign in here again.",
        "此账户还需要一个步骤（第二重验证或管理员批准）。请在服务器自己的页面上完成，然后再次在这里登录。";
    session_over: "The session has ended. Please sign in again.", "会话已结束。请重新登录。";
    no_address(typed):
        "{typed} is not the address of a server. Write it like https://chat.example.com.",
        "{typed} 不是服务器的地址。请写成 https://chat.example.com 这样的形式。";
    no_model:
        "The server offers you no model. Ask its administrator for access to one.",
        "服务器没有为您提供模型。请向管理员申请模型的访问权限。";
    failed(what, why): "{what}: {why}", "{what}：{why}";
    models_unread: "The models could not be read", "无法读取模型";
    chats_unread: "The list of chats could not be read", "无法读取对话列表";
    turn_not_stopped: "The turn could not be stopped", "无法停止这一轮对话";
    tools_unread: "The tools could not be read", "无法读取工具";
    tags_unread: "The tags could not be read", "无法读取标签";
    late_files_lost: "Files of the interrupted run could not be put to the answer", "无法把中断的运行所生成的文件添加到回答中";
    settings_unread: "The server's settings could not be read", "无法读取服务器的设置";
    models_silent(why): "A connection to models does not answer: {why}", "一个模型连接没有响应：{why}";
    tools_silent(name, why): "The tool server {name} does not answer: {why}", "工具服务器 {name} 没有响应：{why}";

    // Chats.
    chat_unread(why): "The chat could not be read: {why}", "无法读取对话：{why}";
    chat_not_opened:
        "This chat could not be opened: it isn't there any more, or it isn't yours.",
        "无法打开此对话：它已不存在，或者不属于您。";
    version_unkept: "Which version is shown could not be kept", "无法保存所显示的版本";
    text_unkept: "The changed text could not be kept", "无法保存更改后的文字";
    like_unkept(why): "Whether you like the message could not be kept: {why}", "无法保存对这条消息的收藏：{why}";
    no_longer_there: "The server no longer has it.", "服务器上已没有它。";
    not_branched(why): "The chat could not be branched: {why}", "无法从此对话分支：{why}";
    no_branch_made: "The server made none.", "服务器没有创建新对话。";
    action_failed(why): "The action failed: {why}", "操作失败：{why}";
    decision_unsent(why): "The decision could not be sent: {why}", "无法发送您的决定：{why}";
    a_chat: "A chat", "一个对话";
    has_answer(title): "{title} has its answer.", "“{title}”已有回答。";
    another_chat: "Another chat", "另一个对话";
    asks(chat, what): "{chat} asks: {what}", "“{chat}”提问：{what}";
    a_question: "A question", "一个问题";
    calendar: "Calendar", "日历";
    nothing_done(what):
        "The server sent “{what}” without waiting for an answer, so nothing was done.",
        "服务器发送了“{what}”但不等待回答，因此没有执行任何操作。";

    // Messages and their files.
    doubtful:
        "The connection was lost while this was sent, and it can't be told whether the server got it. Send it again if no answer comes.",
        "发送时连接断开，无法确定服务器是否收到。如果没有回答，请再次发送。";
    not_sent: "This message was not sent.", "这条消息没有发送。";
    not_sent_for(why): "The message was not sent: {why}", "消息没有发送：{why}";
    empty_file(name): "{name} is empty, so it was not attached.", "{name} 是空文件，因此没有添加。";
    larger_than_taken(name, most):
        "{name} is larger than the {most} MB that the server takes.",
        "{name} 超过了服务器接受的 {most} MB。";
    files_at_most(most): "The server takes {most} files at most.", "服务器最多接受 {most} 个文件。";
    may_not_upload: "You may not upload files to this server.", "您没有向此服务器上传文件的权限。";
    sent_without(name):
        "{name} could not be stored, so the message was sent without it.",
        "{name} 无法存储，因此消息发送时没有附带它。";

    not_saved(name, why): "{name} could not be saved: {why}", "无法保存 {name}：{why}";

    // Parts of messages that have no name of their own.
    a_tool: "a tool", "一个工具";
    details: "Details", "详细信息";
    picture: "Picture", "图片";
    file: "File", "文件";
    code: "Code", "代码";
    code_interpreter: "Code interpreter", "代码解释器";
    web_search: "Web search", "网络搜索";
    image_generation: "Image generation", "图像生成";
    memory: "Memory", "记忆";

    // Python of a chat.
    signed_out: "signed out", "已退出登录";
    lost_while_running(reason):
        "The connection was lost ({reason}) while code ran, so its result could not reach the model. Files that it makes are put to the answer when the connection is back; ask again for the rest.",
        "代码运行时连接断开（{reason}），因此结果未能到达模型。连接恢复后，代码生成的文件会添加到回答中；其余内容请再次提问。";
    no_chat_yet:
        "This code can run as soon as the server has made the chat.",
        "服务器创建对话后，就可以运行这段代码。";
    run_cut:
        "The session ended while this ran. Its variables are gone; run it again.",
        "运行时会话已结束。变量已丢失，请重新运行。";
    python_stopped:
        "Python of this chat has stopped. Its variables are gone, its files are not; the next run starts a fresh one.",
        "此对话的 Python 已停止。变量已丢失，文件仍在；下次运行会启动新的 Python。";
    python_made_room:
        "Python of this chat made room for that of other chats. Its variables are gone, its files are not; the next run starts a fresh one.",
        "此对话的 Python 已为其他对话的 Python 让出空间。变量已丢失，文件仍在；下次运行会启动新的 Python。";
    end_of_input: "(end of input)", "（输入结束）";

    // Files of a kernel.
    file_too_large(name):
        "{name} is larger than 30 MB: the kernel's files can't take it.",
        "{name} 超过 30 MB：内核的文件区放不下。";
    no_room(name):
        "There is no room for {name}: the kernel's files take 64 MB. Delete some first.",
        "没有空间存放 {name}：内核的文件最多 64 MB。请先删除一些文件。";
    too_many_files(name):
        "There is no place for {name}: the kernel has 500 files already. Delete some first.",
        "无法再存放 {name}：内核已有 500 个文件。请先删除一些文件。";
    name_taken(name): "There is a {name} already.", "已经有 {name} 了。";

    // A notebook's kernel and runs.
    offline_ready: "Ready for offline use", "可离线使用";
    offline_coming(packages): "Fetching {packages} for offline use", "正在获取 {packages} 以供离线使用";
    offline_failed(why): "Not all is ready for offline use: {why}", "离线使用尚未全部就绪：{why}";
    offline_so_far:
        "Ready for offline use with the packages used so far",
        "可离线使用目前已用过的软件包";
    kernel_not_started(why): "The kernel did not start. {why}", "内核没有启动。{why}";
    kernel_stopped:
        "The kernel has stopped. Its variables and imports are gone; code, outputs and files of earlier runs stay. The next run starts a fresh one.",
        "内核已停止。变量和导入已丢失；代码、输出和之前运行的文件仍在。下次运行会启动新的内核。";
    kernel_restarted:
        "The kernel was restarted. Its variables and imports are gone; code, outputs and files of earlier runs stay.",
        "内核已重启。变量和导入已丢失；代码、输出和之前运行的文件仍在。";
    not_run_restarted: "Not run: the kernel was restarted.", "未运行：内核已重启。";
    not_run_interrupted: "Not run: you interrupted the kernel.", "未运行：您中断了内核。";
    not_run_failed: "Not run: a cell before it failed.", "未运行：前面的单元格出错了。";
    not_run_cancelled: "Not run: it was cancelled before it began.", "未运行：在开始之前就被取消了。";
    not_run_other_copy: "Another copy of the notebook was opened.", "已打开笔记本的另一个副本。";

    // Keeping a notebook.
    keeps_nothing:
        "This browser lets the page store nothing: download your work before you leave.",
        "此浏览器不允许页面存储任何内容：请在离开前下载您的工作。";
    no_room_left:
        "This browser has no room left to keep the notebook: download your work before you leave, or free some space in the browser's settings.",
        "此浏览器没有空间保存笔记本：请在离开前下载您的工作，或在浏览器设置中释放一些空间。";
    not_opened(why): "The notebook kept in this browser can't be opened: {why}.", "无法打开保存在此浏览器中的笔记本：{why}。";
    no_notebook(why): "it is not a notebook file ({why})", "它不是笔记本文件（{why}）";
    unknown_format(format): "its format {format} is not known", "它的格式 {format} 未知";
    no_cells: "it has no list of cells", "它没有单元格列表";
    foreign_cell(kind): "it has a cell of the kind {kind}", "它有类型为 {kind} 的单元格";
    other_copy_kept:
        "Another copy of this notebook is kept until you dismiss this.",
        "此笔记本的另一个副本会保留，直到您关闭这条提示。";
    other_tab_changed:
        "Another tab had changed this notebook. This tab's copy is the current one now; the other is kept, too.",
        "另一个标签页更改过此笔记本。现在以本标签页的副本为准；另一个副本也已保留。";
    open_elsewhere:
        "This notebook is open in another tab, too, and was changed there. Each tab shows its own copy; what the last one keeps is what you find next time.",
        "此笔记本也在另一个标签页中打开，并在那里被更改。每个标签页显示各自的副本；下次看到的是最后保存的那个。";
    other_copy_shown:
        "This is the other copy. The one before is kept until you dismiss this.",
        "这是另一个副本。之前的副本会保留，直到您关闭这条提示。";
    cell_deleted(number): "Cell {number} was deleted.", "单元格 {number} 已删除。";
    undo: "Undo", "撤销";
    run_all: "Run all cells", "运行所有单元格";
    open_other: "Open the other copy", "打开另一个副本";
    download_it: "Download it", "下载它";

    // The keys of a notebook.
    keys_anywhere: "Anywhere in a cell", "在单元格中的任何位置";
    key_run_next: "Run the cell and go to the next", "运行单元格并转到下一个";
    key_run_stay: "Run the cell and stay", "运行单元格并停留";
    key_run_insert: "Run the cell and add one below", "运行单元格并在下方添加一个";
    keys_in_code: "In the code", "在代码中";
    key_leave: "Leave the code; Tab then goes on through the page", "离开代码；之后 Tab 在页面上继续移动";
    key_tab: "Complete the word, or indent", "补全单词，或缩进";
    key_inspect:
        "Show what there is to know of a name; unindent before the code of a line",
        "显示名称的相关信息；在行首代码之前则减少缩进";
    key_complete: "Complete", "补全";
    key_comment: "Comment the line, or not", "注释该行或取消注释";
    key_search: "Search in the cell", "在单元格中搜索";
    up_down: "Up, Down", "↑, ↓";
    key_edge: "At the first and last line: go to the neighbour", "在第一行和最后一行：转到相邻的单元格";
    keys_on_cell: "On the cell, after Escape", "在单元格上（按 Escape 之后）";
    key_write: "Write in it", "在其中编写";
    up_or_k: "Up or K, Down or J", "↑ 或 K, ↓ 或 J";
    key_go: "Go to the neighbour", "转到相邻的单元格";
    key_add: "Add a cell above, below", "在上方、下方添加单元格";
    key_delete: "Delete it", "删除它";
    key_undelete: "Bring back the deleted cell", "恢复已删除的单元格";
    with_up_down: "Ctrl+Shift+Up, Down", "Ctrl+Shift+↑, ↓";
    key_move: "Move it", "移动它";
    key_interrupt: "Interrupt the kernel", "中断内核";
    key_restart: "Restart the kernel", "重启内核";
    key_help: "Show these keys", "显示这些按键";
}
