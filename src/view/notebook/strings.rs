//! Every word that the notebook page shows of its own, in each language: English, then Chinese.

use crate::language::{Language, language, texts};

texts! {
    notebook: "Notebook", "笔记本";
    python_code: "Python code: Shift+Enter runs it", "Python 代码：按 Shift+Enter 运行";
    how_to: "Enter edits the code, Escape leaves it, H lists the keys.", "Enter 编辑代码，Escape 离开代码，H 列出按键。";
    add_cell: "Add cell", "添加单元格";
    download: "Download", "下载";
    close: "Close", "关闭";

    // The toolbar.
    run_all: "Run all", "全部运行";
    run_all_cells: "Run all cells, until one fails", "运行所有单元格，直到有一个出错";
    interrupt: "Interrupt", "中断";
    interrupt_kernel: "Interrupt kernel", "中断内核";
    interrupt_hint:
        "Interrupt kernel: stop the running cell and cancel those that wait",
        "中断内核：停止正在运行的单元格，并取消等待中的单元格";
    restart: "Restart", "重启";
    restart_kernel: "Restart kernel", "重启内核";
    restart_hint:
        "Restart kernel: variables are lost, code and outputs stay",
        "重启内核：变量会丢失，代码和输出会保留";
    files: "Files", "文件";
    files_of_kernel: "Files of the kernel", "内核的文件";
    variables: "Variables", "变量";
    variables_of_kernel: "Variables of the kernel", "内核的变量";
    download_notebook: "Download notebook", "下载笔记本";
    download_ipynb: "Download notebook (.ipynb)", "下载笔记本（.ipynb）";
    shortcuts: "Keyboard shortcuts", "键盘快捷键";

    // The kernel's state, and what is kept.
    status: "Kernel status", "内核状态";
    off: "Off", "未启动";
    starting: "Starting", "正在启动";
    idle: "Idle", "空闲";
    busy: "Busy", "忙碌";
    dead: "Dead", "已停止";
    stopping: "stopping …", "正在停止…";
    saved: "Saved in this browser", "已保存在此浏览器中";
    saving: "Saving …", "正在保存…";
    offline_use: "Offline use", "离线使用";

    // Cells.
    cell(number): "Cell {number}", "单元格 {number}";
    code_of_cell(number): "Code of cell {number}", "单元格 {number} 的代码";
    output_of_cell(number): "Output of cell {number}", "单元格 {number} 的输出";
    run_cell: "Run cell", "运行单元格";
    run_cell_hint: "Run cell (Shift+Enter)", "运行单元格（Shift+Enter）";
    move_up: "Move cell up", "上移单元格";
    move_down: "Move cell down", "下移单元格";
    add_below: "Add cell below", "在下方添加单元格";
    delete_cell: "Delete cell", "删除单元格";

    // Runs.
    runs_now: "Runs now", "正在运行";
    queued: "Waits for cells before it", "等待前面的单元格";
    nth_run(count): "Run {count} of this kernel", "此内核的第 {count} 次运行";
    not_run: "Not run by this kernel", "此内核尚未运行";
    waits_for_kernel: "Waiting for the kernel to start …", "正在等待内核启动…";
    running: "Running …", "正在运行…";
    waits_for_cells: "Waiting for the cells before it …", "正在等待前面的单元格…";
    done: "Done", "完成";
    done_in(time): "Done in {time}", "完成，用时 {time}";
    stopped: "Stopped", "已停止";
    stopped_after(time): "Stopped after {time}", "已停止，用时 {time}";
    moment: "less than 0.1 s", "不到 0.1 秒";
}

/// How long something took.
pub(super) fn duration(seconds: f64) -> String {
    let (minute, second) = match language() {
        Language::English => ("min", "s"),
        Language::Chinese => ("分", "秒"),
    };
    match seconds {
        seconds if seconds < 0.1 => moment().to_owned(),
        seconds if seconds < 100.0 => format!("{seconds:.1} {second}"),
        seconds => format!("{} {minute} {:02.0} {second}", (seconds / 60.0).floor(), seconds % 60.0),
    }
}
