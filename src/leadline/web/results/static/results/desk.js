// The review desk by keyboard: 1, 2, 3 decide on the comment that has the focus, or on the first.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea, input, select")) return;
  const form = event.target.closest("[data-desk]") || document.querySelector("[data-desk]");
  const button = form && form.querySelector(`[data-key="${event.key}"]`);
  if (button) { event.preventDefault(); button.click(); }
});
