// Small behaviour of every page; each page also works without it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = (event.submitter || form).getAttribute("data-confirm") || form.getAttribute("data-confirm");
  if (question && !confirm(question)) event.preventDefault();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});
// Whoever sets Leadline up is most likely where the organisation is.
for (const select of document.querySelectorAll("[data-own-zone]")) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const own = [...select.options].find((one) => one.value === here || one.dataset.also?.split(" ").includes(here));
  if (own && select.value === "UTC") own.selected = true;
}
