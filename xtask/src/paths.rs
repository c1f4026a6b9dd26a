//! Where things are: the repository, its build outputs, the cache outside of it.

use std::env;
use std::path::{Path, PathBuf};

/// The repository's root folder.
pub fn root() -> PathBuf {
    let tools = env::var_os("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .filter(|dir| dir.ends_with("xtask"))
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    tools.parent().map(Path::to_path_buf).unwrap_or(tools)
}

/// The built pages.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The sources of the pages.
pub fn www() -> PathBuf {
    root().join("www")
}

/// The built npm package.
pub fn pkg() -> PathBuf {
    root().join("pkg")
}

/// What xtask makes on the way to `dist/` and remembers between two starts.
pub fn work() -> PathBuf {
    root().join("target/xtask")
}

/// Downloads and tools, kept outside the repository so that every clone shares them.
pub fn cache() -> PathBuf {
    if let Some(dir) = env::var_os("PYOXIDE_CACHE").filter(|dir| !dir.is_empty()) {
        return PathBuf::from(dir);
    }
    let home = env::var_os("HOME").map_or_else(env::temp_dir, PathBuf::from);
    home.join(".cache/pyoxide")
}

/// Looks a program up on PATH.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|dir| dir.join(program)).find(|file| is_executable(file))
}

/// PATH with these folders in front.
pub fn path_with(front: &[PathBuf]) -> std::ffi::OsString {
    let old = env::var_os("PATH").unwrap_or_default();
    let all = front.iter().cloned().chain(env::split_paths(&old));
    env::join_paths(all).unwrap_or(old)
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.is_file()
}
