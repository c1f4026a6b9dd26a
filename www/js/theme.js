// Sets the chosen theme before the page is painted. It is changed in src/view/common/theme.rs, which has the same key.
{
  let theme = null;
  try {
    theme = localStorage.getItem("pyoxide.theme");
  } catch {
    // No storage: the page follows the system.
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}
