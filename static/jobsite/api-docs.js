// Swagger UI over the description that the page names; follows the system's light or dark.
const main = document.getElementById("description");
const dark = matchMedia("(prefers-color-scheme: dark)");

function follow() {
    document.documentElement.classList.toggle("dark-mode", dark.matches);
}

function csrfToken() {
    return document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "";
}

follow();
dark.addEventListener("change", follow);
SwaggerUIBundle({
    url: main.dataset.url,
    domNode: main,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: -1,
    validatorUrl: null,
    requestInterceptor: (request) => {
        // For who is logged in to the admin; other logins need none.
        request.headers["X-CSRFToken"] = csrfToken();
        return request;
    },
});
