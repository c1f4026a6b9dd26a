//! What the user does to cells: write, select, add, delete and bring back, move.

use super::Notebook;
use super::cell::{Cell, Phase};
use super::message::{Change, Offer, Part, Tone, Update, Way};
use crate::ids::CellId;
use crate::state::strings;

/// Deleted cells that can be brought back.
const MOST_DELETED: usize = 50;

/// A cell that was deleted, and from where.
#[derive(Clone, Debug)]
pub(super) struct Deleted {
    cell: Cell,
    at: usize,
}

impl Notebook {
    /// A new id in the manner of Jupyter: 8 characters, random enough for one notebook.
    pub(super) fn new_id(&mut self) -> CellId {
        loop {
            // SplitMix64: small, and every seed gives a good sequence.
            self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = self.seed;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            let id = CellId(format!("{:08x}", mixed >> 32));
            if self.position(&id).is_none() && self.deleted.iter().all(|deleted| deleted.cell.id != id) {
                return id;
            }
        }
    }

    fn new_cell(&mut self) -> Cell {
        Cell { id: self.new_id(), ..Cell::default() }
    }

    /// A notebook without a cell could not be written in.
    pub(super) fn ensure_a_cell(&mut self) {
        if self.cells.is_empty() {
            let cell = self.new_cell();
            self.cells.push(cell);
        }
        if self.position(&self.selected).is_none() {
            self.selected = self.cells[0].id.clone();
        }
    }

    pub(super) fn edit(&mut self, id: &CellId, source: String, out: &mut Update) {
        if let Some(cell) = self.cell_mut(id)
            && cell.source != source
        {
            cell.source = source;
            self.changed(out);
        }
    }

    pub(super) fn select(&mut self, id: &CellId, out: &mut Update) {
        if self.selected != *id && self.position(id).is_some() {
            self.selected = id.clone();
            out.changes.push(Change::Selected);
        }
    }

    pub(super) fn focus(&mut self, id: &CellId, part: Part, out: &mut Update) {
        self.select(id, out);
        out.changes.push(Change::Focus(id.clone(), part));
    }

    pub(super) fn go(&mut self, id: &CellId, way: Way, part: Part, out: &mut Update) {
        let neighbour = self.position(id).and_then(|at| match way {
            Way::Up => at.checked_sub(1),
            Way::Down => Some(at + 1),
        });
        if let Some(cell) = neighbour.and_then(|at| self.cells.get(at)) {
            let id = cell.id.clone();
            self.focus(&id, part, out);
        }
    }

    pub(super) fn add(&mut self, beside: &CellId, way: Way, part: Part, out: &mut Update) {
        let Some(at) = self.position(beside) else { return };
        let at = if way == Way::Up { at } else { at + 1 };
        self.insert(at, part, out);
    }

    pub(super) fn append(&mut self, out: &mut Update) {
        self.insert(self.cells.len(), Part::Editor, out);
    }

    pub(super) fn insert(&mut self, at: usize, part: Part, out: &mut Update) {
        let cell = self.new_cell();
        let id = cell.id.clone();
        self.cells.insert(at, cell);
        out.changes.push(Change::Cells);
        self.focus(&id, part, out);
        self.changed(out);
    }

    pub(super) fn delete(&mut self, id: &CellId, out: &mut Update) {
        let Some(at) = self.position(id) else { return };
        self.forget_run(id, out);
        let mut cell = self.cells.remove(at);
        let had_something = !cell.source.trim().is_empty();
        cell.phase = Phase::Rest;
        cell.question = None;
        self.deleted.push(Deleted { cell, at });
        if self.deleted.len() > MOST_DELETED {
            self.deleted.remove(0);
        }
        self.ensure_a_cell();
        out.changes.push(Change::Cells);
        let next = self.cells[at.min(self.cells.len() - 1)].id.clone();
        self.focus(&next, Part::Cell, out);
        if had_something {
            self.say(Tone::Info, strings::cell_deleted(&(at + 1)), Some(Offer::Undelete), out);
        }
        self.changed(out);
    }

    pub(super) fn undelete(&mut self, out: &mut Update) {
        let Some(Deleted { cell, at }) = self.deleted.pop() else { return };
        self.withdraw(Offer::Undelete, out);
        let id = cell.id.clone();
        // The empty cell that stands in for a deleted last one goes again.
        if self.cells.len() == 1 && at == 0 && self.cells[0].source.is_empty() {
            let stand_in = self.cells[0].id.clone();
            if self.cells[0].phase == Phase::Rest && self.cells[0].outputs.items().is_empty() {
                self.cells.retain(|cell| cell.id != stand_in);
            }
        }
        self.cells.insert(at.min(self.cells.len()), cell);
        out.changes.push(Change::Cells);
        self.focus(&id, Part::Cell, out);
        self.changed(out);
    }

    pub(super) fn shift(&mut self, id: &CellId, way: Way, out: &mut Update) {
        let Some(at) = self.position(id) else { return };
        let other = match way {
            Way::Up => at.checked_sub(1),
            Way::Down => Some(at + 1).filter(|other| *other < self.cells.len()),
        };
        if let Some(other) = other {
            self.cells.swap(at, other);
            out.changes.push(Change::Cells);
            self.select(id, out);
            self.changed(out);
        }
    }

    pub(super) fn clear_output(&mut self, id: &CellId, out: &mut Update) {
        if let Some(cell) = self.cell_mut(id) {
            let changes = cell.outputs.clear(false);
            cell.ended = None;
            out.changes.extend(changes.into_iter().map(|change| Change::Output(id.clone(), change)));
            out.changes.push(Change::Run(id.clone()));
        }
    }
}
