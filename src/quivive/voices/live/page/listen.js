// Renews the list of calls each second; keeps open what the reader opened.
"use strict";
const calls = document.getElementById("calls");
const state = document.getElementById("state");
async function renew() {
  try {
    const answer = await fetch("calls.html", { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    const open = [...calls.querySelectorAll("details[open]")].map((each) => each.id);
    calls.innerHTML = await answer.text();
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    state.textContent = "";
  } catch {
    state.textContent = "The listener does not answer: what stands below is old.";
  }
  setTimeout(renew, 1000);
}
setTimeout(renew, 1000);
