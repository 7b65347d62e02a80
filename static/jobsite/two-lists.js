// Django names the help icons of its two lists side by side, but does not say that they are pictures.
addEventListener("load", () => setTimeout(() => {
    for (const icon of document.querySelectorAll(".selector .help-tooltip[aria-label]")) icon.setAttribute("role", "img");
}));
