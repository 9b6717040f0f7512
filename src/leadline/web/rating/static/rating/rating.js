// The form when something goes wrong on the way: what was answered stays on the page, is sent again by itself,
// and the page says so. Nothing is kept in the browser's storage: others may use the device.
(() => {
  const PATIENCE = 2000, LONGEST = 30000;
  let count = 0, dirty = false, sending = false, timer = 0, wait = PATIENCE;

  const ours = (event) => Boolean((event.detail?.elt ?? event.target).closest?.("#answers"));
  const show = (kind) => {
    for (const one of document.querySelectorAll("[data-trouble]")) one.hidden = one.dataset.trouble !== kind;
    if (kind) document.getElementById("saved").textContent = "";
  };
  const again = () => {
    clearTimeout(timer);
    if (dirty) htmx.trigger("#autosave", "again");
  };
  const later = (kind) => {
    dirty = true;
    show(kind);
    clearTimeout(timer);
    timer = setTimeout(again, wait);
    wait = Math.min(2 * wait, LONGEST);
  };
  // After signing in again in another tab the old token no longer holds: take the one of a fresh page.
  const renew = async () => {
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      const token = page.querySelector("#answers [name=csrfmiddlewaretoken]");
      if (!token) return later("signed-out");
      document.body.setAttribute("hx-headers", page.body.getAttribute("hx-headers"));
      document.querySelector("#answers [name=csrfmiddlewaretoken]").value = token.value;
      later("server");
    } catch {
      later("offline");
    }
  };

  document.addEventListener("input", (event) => {
    if (!ours(event)) return;
    dirty = true;
    sending = false;
    document.getElementById("saved").textContent = "";
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (!ours(event)) return;
    event.detail.parameters["form-count"] = ++count;
    // htmx knows only of buttons inside the form; the one that changes the language is in the page's head.
    const button = event.detail.triggeringEvent?.submitter;
    if (button?.name) event.detail.parameters[button.name] = button.value;
    sending = true;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (ours(event) && event.detail.xhr.status === 409) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  // Before htmx follows a redirect: the browser would ask whether to leave a page whose answers are saved.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (!ours(event) || event.detail.xhr.status >= 400) return;
    // An answer given while the request was under way is still to be sent.
    if (sending) dirty = false;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!ours(event)) return;
    const { status } = event.detail.xhr;
    if (status === 409) show("");
    else if (event.detail.successful) {
      wait = PATIENCE;
      show("");
      document.getElementById("conflict").textContent = "";
    } else if (status === 401) later("signed-out");
    else if (status === 403) renew();
    else if (status === 404 || status === 410) show("closed");
    else later(status ? "server" : "offline");
  });
  addEventListener("online", again);
  document.addEventListener("visibilitychange", again);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-discard]")) dirty = false;
  });
  addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });

  // Digits choose a level while a question has the focus, 0 is "could not observe".
  document.addEventListener("keydown", (event) => {
    const scale = event.target.closest(".scale");
    if (!scale || event.ctrlKey || event.altKey || event.metaKey || !/^\d$/.test(event.key)) return;
    const level = scale.querySelector(`input[value="${event.key === "0" ? "none" : event.key}"]`);
    if (!level) return;
    level.focus();
    level.click();
  });
})();
