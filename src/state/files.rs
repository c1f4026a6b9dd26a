//! The files that code works with, as a person meets them: where they are, what may be added, how they are shown.

pub mod preview;
pub mod zip;

use super::strings;
use crate::file_name;
use std::collections::BTreeSet;
use thiserror::Error;

/// Where a person's files go, and those that come with a message (PROTOCOL.md 4).
pub const UPLOADS: &str = "/mnt/uploads/";
/// Where code writes by itself: the folder that it is in.
pub const HOME: &str = "/home/pyodide/";
/// Bytes of one file, of all, and their number: what the sandbox gives back after a run (`www/sandbox/files.js`).
pub const MOST_OF_ONE: f64 = 30e6;
/// Bytes of all files.
pub const MOST: f64 = 64e6;
/// How many files.
pub const MOST_FILES: usize = 500;
/// Bytes of a path.
const LONGEST: usize = 4_096;

/// Why a file is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FileError {
    /// It alone is too large.
    #[error("{}", strings::file_too_large(_0))]
    TooLarge(String),
    /// All are too large.
    #[error("{}", strings::no_room(_0))]
    Full(String),
    /// There are too many.
    #[error("{}", strings::too_many_files(_0))]
    TooMany(String),
    /// Another has this name, or there is a folder of this name.
    #[error("{}", strings::name_taken(_0))]
    Taken(String),
}

/// Whether a path leads to where files are kept, and nowhere else. It may come from the sandbox.
pub fn is_kept(path: &str) -> bool {
    let rest = [UPLOADS, HOME].iter().find_map(|root| path.strip_prefix(root));
    path.len() <= LONGEST
        && !path.contains('\0')
        && rest.is_some_and(|rest| rest.split('/').all(|name| !["", ".", ".."].contains(&name)))
}

/// What a file is called in a list: as code that is in its own folder would call it. What is not seen in a name, or turns
/// its letters round, is marked.
pub fn shown(path: &str) -> String {
    let name = path.strip_prefix(HOME).unwrap_or(path);
    name.chars().map(|c| if file_name::is_hidden(c) { '\u{fffd}' } else { c }).collect()
}

/// Its name without folders.
pub fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Where a file of this name goes that a person adds.
pub fn upload(name: &str) -> String {
    format!("{UPLOADS}{}", file_name::clean(name))
}

/// The path of a file that is called otherwise from now on, in its own folder.
pub fn renamed(path: &str, to: &str) -> String {
    let folder = &path[..path.len() - name(path).len()];
    format!("{folder}{}", file_name::clean(to))
}

/// What files are called in an archive: in their folders, by names that every system takes, each once.
pub fn archive_names<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<String> {
    let clean = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(file_name::clean).collect::<Vec<_>>();
    let mut seen = BTreeSet::new();
    let unique = |path: &str| {
        let mut parts = clean(path);
        while !seen.insert(parts.join("/").to_lowercase()) {
            if let Some(last) = parts.last_mut() {
                last.insert(0, '_');
            }
        }
        parts.join("/")
    };
    paths.map(unique).collect()
}

/// Whether one of these paths is a folder of the other.
pub fn is_in_the_way(one: &str, other: &str) -> bool {
    let is_below = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
    is_below(one, other) || is_below(other, one)
}

/// How many files there are beside this one, and their bytes: of all their paths and sizes.
pub fn others<'a>(path: &str, all: impl Iterator<Item = (&'a str, f64)>) -> (usize, f64) {
    all.filter(|(known, _)| *known != path).fold((0, 0.0), |(count, sum), (_, size)| (count + 1, sum + size))
}

/// Whether there is room for a file of so many bytes, beside the others of all: their paths and sizes.
///
/// # Errors
/// There is none.
pub fn fits<'a>(path: &str, size: f64, all: impl Iterator<Item = (&'a str, f64)>) -> Result<(), FileError> {
    let (count, bytes) = others(path, all);
    let called = || name(path).to_owned();
    match () {
        () if size > MOST_OF_ONE => Err(FileError::TooLarge(called())),
        () if bytes + size > MOST => Err(FileError::Full(called())),
        () if count >= MOST_FILES => Err(FileError::TooMany(called())),
        () => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_below_the_two_folders_are_kept() {
        for path in ["/mnt/uploads/a.csv", "/home/pyodide/deep/er/b"] {
            assert!(is_kept(path), "{path}");
        }
        let long = format!("/mnt/uploads/{}", "x".repeat(LONGEST));
        for path in
            ["/etc/passwd", "/mnt/uploads/", "/mnt/uploads/../x", "/home/pyodide//x", "/mnt/uploads/a\0b", &long]
        {
            assert!(!is_kept(path), "{path}");
        }
    }

    #[test]
    fn a_new_name_stays_in_its_folder_whatever_is_typed() {
        assert_eq!(renamed("/home/pyodide/out/a.csv", "b.csv"), "/home/pyodide/out/b.csv");
        assert_eq!(renamed("/mnt/uploads/a.csv", "../../etc/passwd"), "/mnt/uploads/passwd");
        assert_eq!(upload("..\\x/pic\u{202e}gnp.exe"), "/mnt/uploads/picgnp.exe");
    }

    #[test]
    fn a_name_in_the_list_hides_nothing() {
        assert_eq!(shown("/home/pyodide/out/a.csv"), "out/a.csv");
        assert_eq!(shown("/mnt/uploads/pic\u{202e}gnp.exe"), "/mnt/uploads/pic\u{fffd}gnp.exe");
    }

    #[test]
    fn no_name_in_an_archive_leads_out_of_it_or_is_there_twice() {
        let paths = [
            "/home/pyodide/..\\..\\Startup\\x.bat",
            "/home/pyodide/a\u{202e}b",
            "/home/pyodide/ab",
            "/mnt/uploads/con/AB",
        ];
        let names = archive_names(paths.into_iter());
        assert_eq!(names, ["home/pyodide/x.bat", "home/pyodide/ab", "home/pyodide/_ab", "mnt/uploads/_con/AB"]);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_the_reason() {
        let others = || [("/mnt/uploads/a", 40e6), ("/mnt/uploads/b", 1.0)].into_iter();
        let large = 25e6;
        assert_eq!(fits("/mnt/uploads/c", 10.0, others()), Ok(()));
        assert_eq!(fits("/mnt/uploads/c", large, others()), Err(FileError::Full("c".into())));
        assert_eq!(fits("/mnt/uploads/a", large, others()), Ok(()), "in place of the old one");
        assert_eq!(fits("/mnt/uploads/c", MOST_OF_ONE + 1.0, others()), Err(FileError::TooLarge("c".into())));
        let many: Vec<String> = (0..MOST_FILES).map(|n| format!("/mnt/uploads/{n}")).collect();
        let many = || many.iter().map(|path| (path.as_str(), 1.0));
        assert_eq!(fits("/mnt/uploads/new", 1.0, many()), Err(FileError::TooMany("new".into())));
        assert_eq!(fits("/mnt/uploads/7", 1.0, many()), Ok(()));
    }
}
