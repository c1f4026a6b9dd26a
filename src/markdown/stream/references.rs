//! Definitions and footnotes, which may come after what refers to them.

use crate::markdown::node::{Kind, Node};
use crate::markdown::read::{Definition, Definitions, Label};
use core::ops::Range;
use std::collections::{BTreeSet, HashMap, HashSet};

/// A top-level block that is closed, with what it takes to make it again.
pub(super) struct Top {
    pub(super) source: Range<usize>,
    /// Labels that it asked for.
    asked: HashSet<Label>,
}

/// What is defined, and who asks.
#[derive(Default)]
pub(super) struct References {
    /// Definitions before the cut: they win over later ones.
    pub(super) settled: Definitions,
    /// Definitions in the rest.
    pub(super) open: Definitions,
    /// Footnotes that have a text, before the cut and in the rest.
    footnotes: HashSet<Label>,
    open_footnotes: HashSet<Label>,
    /// The closed top-level blocks.
    pub(super) tops: Vec<Top>,
    /// Labels that the open block asked for in its closed part.
    open_asked: HashSet<Label>,
    /// Blocks by the labels that they asked for, and those with a mark of a footnote.
    askers: HashMap<Label, Vec<usize>>,
    noted: Vec<usize>,
}

/// What changed with the definitions in the rest.
pub(super) struct Changes {
    labels: HashSet<Label>,
    footnotes: Vec<Label>,
}

impl References {
    /// Takes the definitions that the rest has now; what changed, if anything did.
    pub(super) fn update(&mut self, definitions: &[Definition], nodes: &[Node]) -> Option<Changes> {
        let mut open = Definitions::new();
        for definition in definitions.iter().filter(|definition| !self.settled.contains_key(&definition.label)) {
            open.entry(definition.label.clone()).or_insert_with(|| definition.target.clone());
        }
        let mut footnotes = HashSet::new();
        collect_footnotes(nodes, &mut footnotes);
        footnotes.retain(|label| !self.footnotes.contains(label));
        if open == self.open && footnotes == self.open_footnotes {
            return None;
        }
        let added =
            open.iter().filter(|(label, target)| self.open.get(*label) != Some(*target)).map(|(label, _)| label);
        let gone = self.open.keys().filter(|label| !open.contains_key(*label));
        let labels = added.chain(gone).cloned().collect();
        let changed = footnotes.symmetric_difference(&self.open_footnotes).cloned().collect();
        (self.open, self.open_footnotes) = (open, footnotes);
        Some(Changes { labels, footnotes: changed })
    }

    /// The closed blocks that changes touch.
    pub(super) fn touched(&self, changes: &Changes, text: &str) -> Vec<usize> {
        let mut blocks: BTreeSet<usize> =
            changes.labels.iter().filter_map(|label| self.askers.get(label)).flatten().copied().collect();
        if !changes.footnotes.is_empty() {
            let mentions_any = |block: &&usize| {
                let source = &text[self.tops[**block].source.clone()];
                changes.footnotes.iter().any(|label| mentions(source, label))
            };
            blocks.extend(self.noted.iter().filter(mentions_any));
        }
        blocks.into_iter().collect()
    }

    /// Whether changes touch the closed part of the open block.
    pub(super) fn touch_open(&self, changes: &Changes, closed: &str) -> bool {
        changes.footnotes.iter().any(|label| mentions(closed, label))
            || self.open_asked.iter().any(|label| changes.labels.contains(label))
    }

    /// A top-level block is closed; `takes_asked` if what the open block asked for was its own.
    pub(super) fn close_top(&mut self, source: Range<usize>, text: &str, takes_asked: bool) {
        let block = self.tops.len();
        if text[source.clone()].contains("[^") {
            self.noted.push(block);
        }
        let asked = if takes_asked { std::mem::take(&mut self.open_asked) } else { HashSet::new() };
        for label in &asked {
            self.askers.entry(label.clone()).or_default().push(block);
        }
        self.tops.push(Top { source, asked });
    }

    /// Gives each label that was looked up since `cut` to the block that it stands in.
    pub(super) fn attach(&mut self, asked: Vec<(usize, Label)>, cut: usize) {
        let first = self.tops.iter().rposition(|top| top.source.end <= cut).map_or(0, |at| at + 1);
        for (at, label) in asked {
            match (first..self.tops.len()).rev().find(|block| self.tops[*block].source.contains(&at)) {
                Some(block) => self.asks(block, label),
                None => {
                    self.open_asked.insert(label);
                }
            }
        }
    }

    /// Notes that a closed block asks for a label.
    pub(super) fn asks(&mut self, block: usize, label: Label) {
        if self.tops[block].asked.insert(label.clone()) {
            self.askers.entry(label).or_default().push(block);
        }
    }

    /// Footnotes whose text is closed.
    pub(super) fn close_footnotes(&mut self, labels: HashSet<Label>) {
        for label in labels {
            self.open_footnotes.remove(&label);
            self.footnotes.insert(label);
        }
    }

    /// What is defined before the cut is settled: an earlier definition wins.
    pub(super) fn settle(&mut self, definitions: Vec<Definition>, cut: usize) {
        for definition in definitions.into_iter().filter(|definition| definition.at < cut) {
            self.open.remove(&definition.label);
            self.settled.entry(definition.label).or_insert(definition.target);
        }
    }

    /// The footnotes that a part mentions, as lines that define them again, and how many blocks those make.
    pub(super) fn prologue(&self, part: &str, with_open: bool) -> (String, usize) {
        let mut lines = String::new();
        if !part.contains("[^") {
            return (lines, 0);
        }
        let open = self.open_footnotes.iter().filter(|_| with_open);
        let mut blocks = 0;
        for label in self.footnotes.iter().chain(open).filter(|label| mentions(part, label)) {
            lines += &format!("[^{}]:\n", label.as_ref());
            blocks += 1;
        }
        if blocks > 0 {
            lines += "***\n";
            blocks += 1;
        }
        (lines, blocks)
    }
}

/// All labels of footnotes that have their text in these nodes.
pub(super) fn collect_footnotes(nodes: &[Node], labels: &mut HashSet<Label>) {
    for node in nodes {
        if let Kind::Footnote(label) = &node.kind {
            labels.insert(Label::new(label.clone()));
        }
        collect_footnotes(&node.children, labels);
    }
}

/// Whether a text may refer to a footnote; with an odd label always.
fn mentions(text: &str, label: &Label) -> bool {
    if !label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        return text.contains("[^");
    }
    text.match_indices("[^").any(|(at, _)| {
        text[at + 2..].get(..label.len()).is_none_or(|found| !found.is_ascii() || found.eq_ignore_ascii_case(label))
    })
}
