// The provider's pages: plain HTML, nothing loaded from anywhere, in light and dark.

const STYLE = `
body { margin: 3rem auto; max-width: 24rem; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
input, button { display: block; width: 100%; box-sizing: border-box; margin: .5rem 0; padding: .6rem; font: inherit; }
`;

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text) {
  return String(text).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

function page(title, content) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${content}
</main>
</body>
</html>
`;
}

// `form` is the library's own, with its token against forgery; the button lies outside and points to it.
export function logoutPage(form) {
  return page(
    "Sign out?",
    `${form}\n<button id="confirm" type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>`,
  );
}

export function loginPage(hint, client) {
  return page(
    "Sign in",
    `<form method="post">
<label for="login">Login name, for ${escaped(client)}</label>
<input id="login" name="login" value="${escaped(hint)}" autocomplete="username" autofocus>
<button id="submit" type="submit">Sign in</button>
<button id="deny" type="submit" name="deny" value="1">Deny</button>
</form>`,
  );
}

export function plainPage(title, text) {
  return page(title, `<p>${escaped(text)}</p>`);
}
