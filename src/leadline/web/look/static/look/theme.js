// Before the first paint: the theme chosen last, or else that of the device.
(() => {
  const media = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const show = () => root.setAttribute("data-bs-theme", localStorage.getItem("theme") || (media.matches ? "dark" : "light"));
  show();
  media.addEventListener("change", show);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    localStorage.setItem("theme", root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark");
    show();
  });
})();
