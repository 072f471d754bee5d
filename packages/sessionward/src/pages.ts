import { randomBytes } from 'node:crypto'

/** The names and values are those of the playground. */
const style = `
:root { color-scheme: light dark; --paper: #fbfaf7; --ink: #1b1c1e; --soft: #5a5d63; --accent: #1f4fd8; --on-accent: #fff; --ended: #b3261e }
@media (prefers-color-scheme: dark) { :root { --paper: #141618; --ink: #eceae5; --soft: #a6a9ae; --accent: #8fb3ff; --on-accent: #10131a; --ended: #ff8078 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 30rem; margin: 12vh auto 4rem; padding: 0 16px }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 8px }
p { margin: 0 0 24px; color: var(--soft) }
label { display: block; margin-bottom: 16px }
input { display: block; width: 100%; min-height: 44px; margin-top: 4px; padding: 8px 12px; font: inherit; color: inherit; background: transparent; border: 1px solid var(--soft); border-radius: 4px }
button { min-height: 44px; padding: 8px 20px; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 0; border-radius: 4px; cursor: pointer }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
a { color: var(--accent) } li { margin-bottom: 8px } ul { padding-left: 20px }
code { font: 14px ui-monospace, monospace; overflow-wrap: anywhere }
[role=status] { margin-top: 16px; color: var(--ink); min-height: 24px } [role=status].ended { color: var(--ended) }
`

function page(title: string, body: string, script = ''): Response {
  const nonce = randomBytes(16).toString('base64')
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style nonce="${nonce}">${style}</style></head>
<body><main>${body}</main>${script && `<script nonce="${nonce}">${script}</script>`}</body></html>`
  return new Response(html, {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'`,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    },
  })
}

/** The root page of a development server. */
export function welcomePage(url: string): Response {
  return page(
    'Sessionward',
    `<h1>The auth server is running</h1>
<p>This page has no sign-in form. Your pages use the server at <code>${url}/auth</code>.</p>
<ul>
<li><a href="/.well-known/oauth-authorization-server">Server metadata</a></li>
<li><a href="/.well-known/jwks.json">Public keys for access tokens</a></li>
<li><a href="/readyz">Readiness check</a></li>
</ul>`,
  )
}

/** The page that creates the first administrator. It reads the code from the fragment and removes it from the address bar. */
export function setupPage(): Response {
  return page(
    'Create the administrator',
    `<h1>Create the administrator</h1>
<p>There is no administrator yet. Choose a user name and a password of at least 8 characters.</p>
<form>
<label>User name <input name="username" autocomplete="username" required maxlength="128" autofocus></label>
<label>Password <input name="password" type="password" autocomplete="new-password" required minlength="8" maxlength="256"></label>
<button>Create the administrator</button>
</form>
<p role="status"></p>`,
    `
const form = document.querySelector('form'), status = document.querySelector('[role=status]')
const code = location.hash.slice(1)
history.replaceState(null, '', location.pathname)
if (!code) {
  status.textContent = 'The link is incomplete. Open the whole link that the server printed, with the code at its end.'
  form.remove()
}
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const { username, password } = Object.fromEntries(new FormData(form))
  status.className = ''
  status.textContent = 'Creating the administrator...'
  try {
    const answer = await fetch('', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ code, username, password }) })
    status.textContent = (await answer.json()).message
    if (answer.ok) document.querySelector('main p').remove(), form.remove()
    else status.className = 'ended'
  } catch {
    status.className = 'ended'
    status.textContent = 'The server did not answer. Check that it is still running.'
  }
})`,
  )
}
