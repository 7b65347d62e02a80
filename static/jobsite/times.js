// Times that go on: <time datetime="..." data-count="since"> shows how long ago, data-count="until" how long it is till then.
// The server writes the time itself, so that a part that stands still is answered 304. Hovering any time shows it in the
// viewer's own zone.
(() => {
    let ahead = 0, timer = null;

    function start() {
        if (timer || document.hidden) return;
        timer = setInterval(show, 1000);
        show();
    }

    function pause() {
        clearInterval(timer);
        timer = null;
    }

    function show() {
        const now = Date.now() + ahead;
        for (const time of document.querySelectorAll("time[data-count]")) {
            const until = time.dataset.count === "until";
            const seconds = ((until ? 1 : -1) * (Date.parse(time.dateTime) - now)) / 1000;
            time.textContent = until && seconds < 0 ? `over for ${span(-seconds)}` : span(Math.max(0, seconds));
        }
    }

    // As jobsite/console/base/words.py writes spans; whole seconds, since it moves.
    function span(seconds) {
        const whole = Math.round(seconds), minutes = Math.floor(whole / 60), hours = Math.floor(minutes / 60);
        if (whole < 60) return `${whole} s`;
        if (minutes < 60) return `${minutes} min ${two(whole % 60)} s`;
        if (hours < 24) return `${hours} h ${two(minutes % 60)} min`;
        return `${Math.floor(hours / 24)} d ${hours % 24} h`;
    }

    const two = number => String(number).padStart(2, "0");

    document.addEventListener("mouseover", ({target}) => {
        const time = target.closest?.("time[datetime]");
        if (time) time.title = new Date(time.dateTime).toLocaleString(undefined, {dateStyle: "medium", timeStyle: "long"});
    });
    document.addEventListener("DOMContentLoaded", () => {
        const now = document.querySelector('meta[name="server-now"]')?.content;
        // The page took its time to come; a second's difference is only that.
        const difference = now ? Date.parse(now) - Date.now() : 0;
        ahead = Math.abs(difference) > 2000 ? difference : 0;
        start();
    });
    document.addEventListener("live:patched", show);
    document.addEventListener("visibilitychange", () => (document.hidden ? pause() : start()));
})();
