//! The notebook as signals. Changes of the machine say what to redraw; only those signals are written.

use crate::ids::CellId;
use crate::protocol::execute::{KernelStatus, Progress};
use crate::state::notebook::{Cell, Change, Command, Ended, Notebook, Notice, Part, Phase, Question, Tone};
use crate::view::common::output::OutputList;
use crate::view::common::toast::{Toast, ToastTone};
use leptos::prelude::*;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The signals of a notebook.
#[derive(Clone)]
pub struct Store {
    /// The cells in order.
    pub cells: ArcRwSignal<Vec<CellStore>>,
    /// The selected cell.
    pub selected: ArcRwSignal<CellId>,
    /// The kernel's state.
    pub kernel: ArcRwSignal<KernelView>,
    /// The long step that goes on in the kernel.
    pub progress: ArcRwSignal<Option<Progress>>,
    /// The notices.
    pub toasts: ArcRwSignal<Vec<Toast>>,
    /// Whether the notebook is kept.
    pub keeping: ArcRwSignal<Keeping>,
    /// Whether the page works without a network: a sentence, and whether it does.
    pub offline: ArcRwSignal<Option<(String, bool)>>,
    desk: Rc<RefCell<Desk>>,
}

/// What is to be seen of the kernel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KernelView {
    /// Its state.
    pub status: KernelStatus,
    /// The running code was asked to stop.
    pub interrupting: bool,
    /// A run is in its hands or waits.
    pub running: bool,
}

/// Whether the notebook is kept in the browser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keeping {
    /// All that was typed is kept.
    pub kept: bool,
    /// Why nothing can be kept, as a sentence.
    pub problem: Option<String>,
}

/// The signals of a cell.
#[derive(Clone, Debug)]
pub struct CellStore {
    /// The cell.
    pub id: CellId,
    /// Its place in the notebook, from 1.
    pub number: ArcRwSignal<usize>,
    /// Where its run stands.
    pub run: ArcRwSignal<RunView>,
    /// What its run waits for.
    pub question: ArcRwSignal<Option<Question>>,
    /// What its run put out.
    pub outputs: OutputList,
    /// The source when the cell came onto the page; from then on the editor has it.
    pub source: String,
}

/// What is to be seen of a cell's run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunView {
    /// Where it stands.
    pub phase: Phase,
    /// Its number.
    pub count: Option<u32>,
    /// How it ended.
    pub ended: Option<Ended>,
}

/// What a cell on the page can be told directly, since a signal would keep it for those who come later.
pub struct CellDesk {
    /// Show this source.
    pub set_source: Box<dyn Fn(&str)>,
    /// Take the focus.
    pub focus: Box<dyn Fn(Part)>,
    /// Select this line of the code.
    pub go_to_line: Box<dyn Fn(u32)>,
}

#[derive(Default)]
struct Desk {
    cells: HashMap<CellId, Rc<CellDesk>>,
    /// The focus that a cell is to have which isn't on the page yet.
    waiting: Option<(CellId, Part)>,
}

impl Store {
    /// The signals of a notebook as it is.
    pub fn new(notebook: &Notebook) -> Self {
        let store = Self {
            cells: ArcRwSignal::default(),
            selected: ArcRwSignal::new(notebook.selected().clone()),
            kernel: ArcRwSignal::default(),
            progress: ArcRwSignal::default(),
            toasts: ArcRwSignal::default(),
            keeping: ArcRwSignal::default(),
            offline: ArcRwSignal::default(),
            desk: Rc::default(),
        };
        let all = [Change::Cells, Change::Kernel, Change::Notices, Change::Keeping, Change::Offline];
        store.apply(notebook, &all);
        store
    }

    /// Redraws what the changes name.
    pub fn apply(&self, notebook: &Notebook, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Cells => self.cells(notebook),
                Change::Selected => self.selected.set(notebook.selected().clone()),
                Change::Source(id) => {
                    if let (Some(cell), Some(desk)) = (notebook.cell(id), self.desk(id)) {
                        (desk.set_source)(&cell.source);
                    }
                }
                Change::Run(id) => self.with_cell(notebook, id, |store, cell| store.run.set(RunView::of(cell))),
                Change::Question(id) => {
                    self.with_cell(notebook, id, |store, cell| store.question.set(cell.question.clone()));
                }
                Change::Output(id, change) => {
                    self.with_cell(notebook, id, |store, cell| store.outputs.apply(&cell.outputs, change));
                }
                Change::Kernel => self.kernel(notebook),
                Change::Notices => self.toasts.set(notebook.notices().iter().map(toast).collect()),
                Change::Keeping => {
                    self.keeping.set(Keeping { kept: notebook.is_kept(), problem: notebook.keep_problem() });
                }
                Change::Offline => self.offline.set(notebook.offline().sentence()),
                Change::Focus(id, part) => self.focus(id, *part),
            }
        }
    }

    fn cells(&self, notebook: &Notebook) {
        let old: HashMap<CellId, CellStore> =
            self.cells.with_untracked(|cells| cells.iter().map(|cell| (cell.id.clone(), cell.clone())).collect());
        let cells = notebook.cells().iter().enumerate().map(|(at, cell)| {
            let store = old.get(&cell.id).cloned().unwrap_or_else(|| CellStore::of(cell));
            if store.number.get_untracked() != at + 1 {
                store.number.set(at + 1);
            }
            store
        });
        self.cells.set(cells.collect());
    }

    fn kernel(&self, notebook: &Notebook) {
        let kernel = notebook.kernel();
        let view =
            KernelView { status: kernel.status, interrupting: kernel.interrupting, running: notebook.is_running() };
        if self.kernel.with_untracked(|shown| *shown != view) {
            self.kernel.set(view);
        }
        if self.progress.with_untracked(|shown| *shown != kernel.progress) {
            self.progress.set(kernel.progress.clone());
        }
    }

    fn with_cell(&self, notebook: &Notebook, id: &CellId, act: impl FnOnce(&CellStore, &Cell)) {
        let store = self.cells.with_untracked(|cells| cells.iter().find(|cell| cell.id == *id).cloned());
        if let (Some(store), Some(cell)) = (store, notebook.cell(id)) {
            act(&store, cell);
        }
    }

    fn desk(&self, id: &CellId) -> Option<Rc<CellDesk>> {
        self.desk.borrow().cells.get(id).cloned()
    }

    fn focus(&self, id: &CellId, part: Part) {
        match self.desk(id) {
            Some(desk) => (desk.focus)(part),
            None => self.desk.borrow_mut().waiting = Some((id.clone(), part)),
        }
    }

    /// A cell came onto the page.
    pub fn enter(&self, id: &CellId, cell: CellDesk) {
        let cell = Rc::new(cell);
        self.desk.borrow_mut().cells.insert(id.clone(), cell.clone());
        let waiting = self.desk.borrow_mut().waiting.take_if(|(waiting, _)| waiting == id);
        if let Some((_, part)) = waiting {
            (cell.focus)(part);
        }
    }

    /// A cell left the page.
    pub fn leave(&self, id: &CellId) {
        self.desk.borrow_mut().cells.remove(id);
    }

    /// Shows a line of the cell whose run has this number.
    pub fn go_to(&self, count: u32, line: u32) {
        let cell = self.cells.with_untracked(|cells| {
            cells.iter().find(|cell| cell.run.with_untracked(|run| run.count == Some(count))).cloned()
        });
        if let Some(desk) = cell.and_then(|cell| self.desk(&cell.id)) {
            (desk.go_to_line)(line);
        }
    }
}

impl CellStore {
    fn of(cell: &Cell) -> Self {
        Self {
            id: cell.id.clone(),
            number: ArcRwSignal::new(0),
            run: ArcRwSignal::new(RunView::of(cell)),
            question: ArcRwSignal::new(cell.question.clone()),
            outputs: OutputList::of(&cell.outputs),
            source: cell.source.clone(),
        }
    }
}

impl RunView {
    fn of(cell: &Cell) -> Self {
        Self { phase: cell.phase, count: cell.count, ended: cell.ended.clone() }
    }
}

fn toast(notice: &Notice) -> Toast {
    let tone = match notice.tone {
        Tone::Info => ToastTone::Info,
        Tone::Warning => ToastTone::Warning,
        Tone::Error => ToastTone::Error,
    };
    let action = notice.offer.map(|offer| offer.label().to_owned());
    Toast { id: notice.id, tone, text: notice.text.clone(), action }
}

/// What the components of the page share: the signals, and the way to say what the user wants.
#[derive(Clone, Copy)]
pub struct Page {
    store: StoredValue<Store, LocalStorage>,
    dispatch: StoredValue<Rc<dyn Fn(Command)>, LocalStorage>,
}

impl Page {
    /// For the page's root, from whose owner it lives.
    pub fn provide(store: Store, dispatch: Rc<dyn Fn(Command)>) -> Self {
        let page = Self { store: StoredValue::new_local(store), dispatch: StoredValue::new_local(dispatch) };
        provide_context(page);
        page
    }

    /// The one of the page that this component is in.
    pub fn here() -> Self {
        expect_context()
    }

    /// The signals.
    pub fn store(&self) -> Store {
        self.store.get_value()
    }

    /// Says what the user wants.
    pub fn dispatch(&self, command: Command) {
        // The closure is taken out first: what it does may come back here.
        let dispatch = self.dispatch.get_value();
        dispatch(command);
    }
}
