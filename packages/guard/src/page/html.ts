import type { PageLanguage } from './messages.js'

/** Text in HTML, in attributes with double quotes too. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

interface Page {
  readonly language: PageLanguage
  readonly title: string
  readonly nonce: string
  readonly head?: string
  readonly body: string
}

/** A self-contained page of the page guard. */
export function htmlPage({ language, title, nonce, head = '', body }: Page): string {
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style nonce="${nonce}">${style}</style>
${head}</head>
<body>
<main>
${body}
</main>
</body>
</html>
`
}

// `.wait` appears after a second, so that it does not flash during a fast refresh.
const style = `
:root { color-scheme: light dark; --ink: #1d2126; --paper: #fbfaf7; --accent: #1f5fbf }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --paper: #16181b; --accent: #8ab4f8 } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif }
main { max-width: 34rem; margin: 20vh auto 0; padding: 0 1.25rem }
a { color: var(--accent) }
[hidden] { display: none }
.wait { animation: appear 0s linear 1s both }
@keyframes appear { from { visibility: hidden } to { visibility: visible } }
`

export function randomNonce(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
}

/** Response headers of a page of the page guard. `img-src`: the browser asks for the site's icon, which the tab keeps showing. */
export function htmlHeaders(nonce: string, more = ''): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; img-src 'self'; base-uri 'none'; frame-ancestors 'self'${more}`,
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  }
}
