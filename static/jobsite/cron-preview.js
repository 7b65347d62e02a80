// The next runs of the schedule that is being typed, as the server reads it.
document.addEventListener("DOMContentLoaded", () => {
    const box = document.getElementById("cron-preview");
    const schedule = document.getElementById("id_schedule");
    const zone = document.getElementById("id_timezone");
    if (!box || !schedule || !zone) return;
    let timer, asked = 0;

    async function ask() {
        const turn = ++asked;
        const query = new URLSearchParams({schedule: schedule.value, timezone: zone.value});
        const answer = await fetch(`${box.dataset.url}?${query}`);
        // Answers may overtake each other: only the last question counts.
        if (answer.ok && turn === asked) box.innerHTML = await answer.text();
    }

    for (const field of [schedule, zone]) {
        field.addEventListener("input", () => {
            clearTimeout(timer);
            timer = setTimeout(ask, 250);
        });
    }
    if (schedule.value) ask();
});
