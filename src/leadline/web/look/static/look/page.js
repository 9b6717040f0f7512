// Small behaviour of every page; each page also works without it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = (event.submitter || form).getAttribute("data-confirm") || form.getAttribute("data-confirm");
  if (question && !confirm(question)) event.preventDefault();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});
