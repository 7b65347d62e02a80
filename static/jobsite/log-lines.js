// A link to a line (#L120) that the page does not show leads to the part of the log where it stands; one that it shows is
// brought into view, though its box scrolls by itself.
(() => {
    function go() {
        const [, number] = /^#L(\d{1,10})$/.exec(location.hash) ?? [];
        if (number === undefined || !document.querySelector(".log-box")) return;
        const line = document.getElementById(`L${number}`);
        if (line) line.scrollIntoView({block: "center"});
        else if (new URLSearchParams(location.search).get("line") !== number) location.search = `?line=${number}`;
    }

    addEventListener("DOMContentLoaded", go);
    addEventListener("hashchange", go);
})();
