//! Chromium and ChromeDriver, which only the tests and benches need.

use super::{apt, named};
use crate::paths;
use anyhow::{Result, bail};
use std::path::PathBuf;

/// A browser and the driver that steers it.
pub struct Chromium {
    /// The browser program.
    pub browser: PathBuf,
    /// The driver program.
    pub driver: PathBuf,
}

const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Finds both; on Debian as root it installs them.
pub fn ensure() -> Result<Chromium> {
    if let Some(found) = find()? {
        return Ok(found);
    }
    apt::install(
        &["chromium", "chromium-driver"],
        "The browser tests need Chromium and ChromeDriver, which are not here",
    )?;
    match find()? {
        Some(found) => Ok(found),
        None => bail!("Debian installed chromium, but neither it nor chromedriver is on PATH"),
    }
}

/// Finds both, if they are here.
pub fn find() -> Result<Option<Chromium>> {
    let browser = match named("CHROMIUM")? {
        Some(file) => Some(file),
        None => BROWSERS.iter().find_map(|name| paths::on_path(name)),
    };
    let driver = match named("CHROMEDRIVER")? {
        Some(file) => Some(file),
        None => paths::on_path("chromedriver"),
    };
    Ok(browser.zip(driver).map(|(browser, driver)| Chromium { browser, driver }))
}
