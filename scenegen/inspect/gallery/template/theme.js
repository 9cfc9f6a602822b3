/* The theme: as the system has it, until the button is pressed; the choice is kept where the browser allows. */

const THEME_KEY = "scenegen-gallery-theme";
const darkSystem = matchMedia("(prefers-color-scheme: dark)");

function remembered() {
  try { return localStorage.getItem(THEME_KEY); } catch { return null; }
}

function remember(theme) {
  try { localStorage.setItem(THEME_KEY, theme); } catch { /* a private window: the choice lasts as long as the page */ }
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : darkSystem.matches;
}

function showTheme() {
  document.getElementById("theme").textContent = isDark() ? "Light theme" : "Dark theme";
}

function startTheme() {
  const chosen = remembered();
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  darkSystem.addEventListener("change", showTheme);
  document.getElementById("theme").addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    remember(theme);
    showTheme();
  });
  showTheme();
}
