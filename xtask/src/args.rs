//! Words after `cargo xtask <command>`.

use anyhow::{Result, bail};
use std::str::FromStr;

/// The words not yet understood.
pub struct Args {
    rest: Vec<String>,
}

impl Args {
    /// Takes the words after the command.
    pub fn new(words: impl IntoIterator<Item = String>) -> Self {
        Self { rest: words.into_iter().collect() }
    }

    /// Whether a flag like `--dev` was given.
    pub fn flag(&mut self, name: &str) -> bool {
        let before = self.rest.len();
        self.rest.retain(|word| word != name);
        self.rest.len() < before
    }

    /// The value of an option like `--port 8080` or `--port=8080`, given at most once.
    pub fn value<T: FromStr>(&mut self, name: &str) -> Result<Option<T>> {
        let mut all = self.values(name)?;
        match (all.pop(), all.is_empty()) {
            (None, _) => Ok(None),
            (Some(text), true) => match text.parse() {
                Ok(value) => Ok(Some(value)),
                Err(_) => bail!("`{name} {text}` makes no sense: see `cargo xtask help`"),
            },
            (Some(_), false) => bail!("{name} was given more than once"),
        }
    }

    /// All values of an option that may be repeated.
    pub fn values(&mut self, name: &str) -> Result<Vec<String>> {
        let (mut found, mut rest) = (Vec::new(), Vec::new());
        let mut words = std::mem::take(&mut self.rest).into_iter();
        while let Some(word) = words.next() {
            if word == name {
                match words.next() {
                    Some(value) => found.push(value),
                    None => bail!("{name} needs a value after it"),
                }
            } else if let Some(value) = word.strip_prefix(name).and_then(|tail| tail.strip_prefix('=')) {
                found.push(value.to_owned());
            } else {
                rest.push(word);
            }
        }
        self.rest = rest;
        Ok(found)
    }

    /// The words that are no options.
    pub fn words(&mut self) -> Result<Vec<String>> {
        if let Some(odd) = self.rest.iter().find(|word| word.starts_with('-')) {
            bail!("`{odd}` is not known here: see `cargo xtask help`");
        }
        Ok(std::mem::take(&mut self.rest))
    }

    /// Refuses whatever is left.
    pub fn end(mut self) -> Result<()> {
        match self.words()?.first() {
            Some(word) => bail!("`{word}` is not known here: see `cargo xtask help`"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(text: &str) -> Args {
        Args::new(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_taken_out_and_words_stay() {
        let mut args = args("native --quick --port=9 --server a --server b");
        assert!(args.flag("--quick") && !args.flag("--dev"));
        assert_eq!(args.value::<u16>("--port").unwrap(), Some(9));
        assert_eq!(args.values("--server").unwrap(), ["a", "b"]);
        assert_eq!(args.words().unwrap(), ["native"]);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        assert!(args("--port x").value::<u16>("--port").unwrap_err().to_string().contains("--port x"));
        assert!(args("--port").value::<u16>("--port").is_err());
        assert!(args("--fast").end().unwrap_err().to_string().contains("--fast"));
    }
}
