//! What stands between two texts of an answer, thinking and calls, is one group that can be opened (PROTOCOL.md 3.4).

use super::{CallState, Part, Provider};

/// What a message shows in one place.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// Markdown.
    Text(String),
    /// Thinking and calls, at least one; more may follow.
    Group(Vec<Part>),
    /// A part that is in view by itself.
    Alone(Part),
}

/// What a model did, for the line that stands for a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
    /// It thought, for so many seconds if that is known.
    Thought(Option<u64>),
    /// It ran Python: how often, and whether that failed.
    Python(usize, bool),
    /// It called a tool: its name, how often, and whether that failed.
    Called(String, usize, bool),
    /// Its provider did something, so often.
    Provider(Provider, usize),
}

/// The parts of a message, with what belongs together in one.
pub fn grouped(parts: Vec<Part>) -> Vec<Shown> {
    let mut shown = Vec::new();
    for part in parts {
        match part {
            Part::Text(text) => shown.push(Shown::Text(text)),
            Part::Reasoning { .. } | Part::Tool(_) | Part::Provider(_) => match shown.last_mut() {
                Some(Shown::Group(group)) => group.push(part),
                _ => shown.push(Shown::Group(vec![part])),
            },
            Part::Question(_) | Part::Compaction(_) | Part::Details { .. } | Part::Other(_) => {
                shown.push(Shown::Alone(part));
            }
        }
    }
    shown
}

/// The part of a group that matters now: what waits for the person, or goes on.
pub fn current(group: &[Part]) -> Option<&Part> {
    let waits = |part: &&Part| matches!(part, Part::Tool(call) if call.pending.is_some());
    let runs = |part: &&Part| match part {
        Part::Reasoning { running, .. } => *running,
        Part::Tool(call) => call.state == CallState::Running,
        Part::Provider(call) => call.state == CallState::Running,
        _ => false,
    };
    group.iter().find(waits).or_else(|| group.iter().rfind(runs))
}

/// What was done in a group, each thing once, in the order in which it was first done.
pub fn digest(group: &[Part]) -> Vec<Did> {
    let mut all: Vec<Did> = Vec::new();
    for did in group.iter().filter_map(did) {
        match all.iter_mut().find_map(|known| join(known, &did)) {
            Some(()) => {}
            None => all.push(did),
        }
    }
    all
}

fn did(part: &Part) -> Option<Did> {
    match part {
        Part::Reasoning { seconds, .. } => Some(Did::Thought(*seconds)),
        // What didn't take place is told of in the group.
        Part::Tool(call) if matches!(call.state, CallState::NotRun | CallState::Rejected) => None,
        Part::Tool(call) => {
            let failed = call.state == CallState::Failed;
            Some(match call.code {
                Some(_) => Did::Python(1, failed),
                None => Did::Called(call.name.clone(), 1, failed),
            })
        }
        Part::Provider(call) => Some(Did::Provider(call.kind, 1)),
        _ => None,
    }
}

/// Counts one more of the same.
fn join(known: &mut Did, did: &Did) -> Option<()> {
    match (known, did) {
        (Did::Thought(all), Did::Thought(more)) => {
            *all = (*all).map_or(*more, |all| Some(all.saturating_add(more.unwrap_or(0))));
        }
        (Did::Python(times, failed), Did::Python(_, also)) => (*times, *failed) = (*times + 1, *failed || *also),
        (Did::Called(name, times, failed), Did::Called(other, _, also)) if name == other => {
            (*times, *failed) = (*times + 1, *failed || *also);
        }
        (Did::Provider(kind, times), Did::Provider(other, _)) if kind == other => *times += 1,
        _ => return None,
    }
    Some(())
}
