// Keeps parts of a page fresh. An element with data-live="URL" is asked for anew every two seconds; the server answers
// 304 while nothing has changed. Only what differs is changed in the page, so focus, selection, scrolling and opened
// <details> stay as they are. One timer for all parts; nothing is asked while the tab is hidden.
(() => {
    const EVERY = 2000, LONGEST_PAUSE = 60000, PATIENCE = 10000, LONGEST_TAIL = 5000;
    const states = new WeakMap(); // Forgets a part together with its element.
    let timer = null, abort = null, stopped = false;

    function start() {
        if (timer || stopped || document.hidden || !document.querySelector("[data-live]")) return;
        abort = new AbortController();
        timer = setInterval(tick, EVERY);
        tick();
    }

    function pause() {
        clearInterval(timer);
        abort?.abort();
        timer = abort = null;
    }

    function stop(words) {
        stopped = true;
        pause();
        say(words, "Log in again");
    }

    function tick() {
        const now = Date.now();
        for (const part of document.querySelectorAll("[data-live]")) {
            const state = stateOf(part);
            if (!state.asking && now >= state.due) ask(part, state, abort);
        }
    }

    function stateOf(part) {
        if (!states.has(part)) states.set(part, {asking: false, due: 0, failures: 0, answered: Date.now(), tag: ""});
        return states.get(part);
    }

    async function ask(part, state, turn) {
        state.asking = true;
        try {
            take(part, state, await fetchPart(part, state, turn));
        } catch {
            if (!turn.signal.aborted) fail(state);
        }
        state.asking = false;
        if (!stopped && !turn.signal.aborted) tellOfSilence();
    }

    async function fetchPart(part, state, turn) {
        const headers = state.tag ? {"If-None-Match": state.tag} : {};
        const signal = AbortSignal.any([turn.signal, AbortSignal.timeout(PATIENCE)]);
        const answer = await fetch(part.dataset.live + (part.dataset.liveAfter ?? ""), {headers, signal, cache: "no-store", redirect: "manual"});
        return {answer, html: answer.status === 200 ? await answer.text() : ""};
    }

    function take(part, state, {answer, html}) {
        // A redirect can only lead to the login.
        if (answer.status === 401 || answer.type === "opaqueredirect") return stop("You are logged out.");
        if (answer.status === 403) return stop("You may no longer see this.");
        if (answer.status !== 200 && answer.status !== 304) return fail(state);
        Object.assign(state, {due: 0, failures: 0, answered: Date.now()});
        if (answer.status === 304) return;
        state.tag = answer.headers.get("ETag") ?? "";
        const fresh = document.createElement("template");
        fresh.innerHTML = html;
        if (!sameRows(part, answer)) return;
        if (part.dataset.liveAfter === undefined) patchChildren(part, fresh.content);
        else append(part, fresh.content, answer.headers.get("X-Live-After"));
        document.dispatchEvent(new Event("live:patched"));
    }

    // A list with boxes to tick keeps its rows under the reader's hand: whether there are others now is only told.
    function sameRows(part, answer) {
        if (part.dataset.liveRows === undefined) return true;
        const same = answer.headers.get("X-Rows") === part.dataset.liveRows;
        document.getElementById("rows-changed").hidden = same;
        return same;
    }

    // A part with data-live-after only grows: asked for what comes after that, it adds it, and forgets its beginning before
    // it becomes too long. A reader who has scrolled back stays there. "over": nothing more will come.
    function append(part, lines, after) {
        const box = part.parentElement, back = -box.scrollTop, height = box.scrollHeight;
        part.append(lines);
        while (part.childElementCount > LONGEST_TAIL) part.firstElementChild.remove();
        if (back > 1) box.scrollTop = -(back + box.scrollHeight - height);
        if (after === "over") delete part.dataset.live;
        else part.dataset.liveAfter = after;
    }

    function fail(state) {
        state.failures += 1;
        state.due = Date.now() + Math.min(EVERY * 2 ** state.failures, LONGEST_PAUSE);
    }

    // The note that something is wrong: one for the page, quiet, gone when all parts answer again.

    function tellOfSilence() {
        const silent = [...document.querySelectorAll("[data-live]")].map(stateOf).filter(state => state.failures);
        if (!silent.length) return document.getElementById("live-note")?.remove();
        const since = new Date(Math.min(...silent.map(state => state.answered)));
        say(`No answer since ${since.toISOString().slice(11, 19)} UTC. Still trying.`);
    }

    function say(words, link) {
        const note = document.getElementById("live-note") ?? document.body.appendChild(document.createElement("p"));
        Object.assign(note, {id: "live-note", role: "status"});
        if (note.firstChild?.data === words) return;
        note.textContent = words;
        if (link) {
            const again = note.appendChild(document.createElement("a"));
            Object.assign(again, {href: location.href, textContent: link});
        }
    }

    // The smallest change from what is shown to what came. Children with an id or data-key are found again by it.

    const keyOf = node => node.id || node.dataset?.key || "";

    function patchChildren(old, fresh) {
        const wanted = new Set([...fresh.childNodes].map(keyOf));
        const keyed = new Map();
        for (const node of [...old.childNodes]) {
            if (!keyOf(node)) continue;
            if (wanted.has(keyOf(node))) keyed.set(keyOf(node), node);
            else node.remove();
        }
        let at = old.firstChild;
        for (const next of [...fresh.childNodes]) {
            const twin = twinOf(next, keyed, at);
            if (twin === at) at = at?.nextSibling ?? null;
            if (!twin) old.insertBefore(next, at);
            else {
                if (twin.nextSibling !== at && twin !== at) old.insertBefore(twin, at);
                patch(twin, next);
            }
        }
        while (at) {
            const rest = at.nextSibling;
            at.remove();
            at = rest;
        }
    }

    function twinOf(next, keyed, at) {
        const twin = keyOf(next) ? keyed.get(keyOf(next)) : at && !keyOf(at) ? at : null;
        return twin?.nodeName === next.nodeName ? twin : null;
    }

    function patch(old, fresh) {
        if (old.isEqualNode(fresh)) return;
        if (old.nodeType !== Node.ELEMENT_NODE) {
            old.data = fresh.data;
            return;
        }
        patchAttributes(old, fresh);
        patchChildren(old, fresh);
    }

    function patchAttributes(old, fresh) {
        // Whether a <details> is open is the reader's choice.
        const kept = name => name === "open" && old.nodeName === "DETAILS";
        for (const {name, value} of [...fresh.attributes])
            if (!kept(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
        for (const {name} of [...old.attributes]) if (!kept(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
    }

    document.addEventListener("visibilitychange", () => (document.hidden ? pause() : start()));
    addEventListener("pagehide", pause);
    addEventListener("pageshow", start);
    document.addEventListener("DOMContentLoaded", start);
})();
