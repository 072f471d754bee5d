/**
 * The style, with the values that an application may replace: `sessionward-dialog { --sessionward-accent: #7a1fa2 }`. Dark and
 * light have the same names.
 */
const light = `
  --sw-paper: var(--sessionward-paper, #fbfaf7);
  --sw-field: var(--sessionward-field, #f2f0ea);
  --sw-rule: var(--sessionward-rule, #8b8880);
  --sw-ink: var(--sessionward-ink, #1b1c1e);
  --sw-soft: var(--sessionward-soft, #5a5d63);
  --sw-ended: var(--sessionward-ended, #b3261e);
  --sw-accent: var(--sessionward-accent, #1f4fd8);
  --sw-on-accent: var(--sessionward-on-accent, #ffffff);
  color-scheme: light;
`
const dark = `
  --sw-paper: var(--sessionward-paper, #141618);
  --sw-field: var(--sessionward-field, #1d2023);
  --sw-rule: var(--sessionward-rule, #767b82);
  --sw-ink: var(--sessionward-ink, #eceae5);
  --sw-soft: var(--sessionward-soft, #a6a9ae);
  --sw-ended: var(--sessionward-ended, #ff8078);
  --sw-accent: var(--sessionward-accent, #8fb3ff);
  --sw-on-accent: var(--sessionward-on-accent, #10131a);
  color-scheme: dark;
`

const style = `
sessionward-dialog { display: contents; ${light} }
@media (prefers-color-scheme: dark) { sessionward-dialog:not([data-theme="light"]) { ${dark} } }
sessionward-dialog[data-theme="dark"] { ${dark} }
sessionward-dialog > dialog {
  box-sizing: border-box;
  width: min(420px, calc(100vw - 32px));
  max-height: calc(100dvh - 32px);
  margin: auto;
  padding: 24px;
  overflow: auto;
  border: 1px solid var(--sw-rule);
  border-radius: 8px;
  background: var(--sw-paper);
  color: var(--sw-ink);
  font: 1rem / 1.5 var(--sessionward-font, system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", sans-serif);
  text-align: start;
}
sessionward-dialog > dialog::backdrop { background: rgb(0 0 0 / 0.45); }
/* The fields are in the light DOM, where rules of the page for all forms would reach them. Not those of the application. */
sessionward-dialog > dialog :where(form, form > :not([data-fields]), .buttons > *) { all: revert; }
sessionward-dialog form { display: flex; flex-direction: column; margin: 0; }
sessionward-dialog h2 { margin: 0 0 8px; font: 600 1.25rem / 1.3 inherit; font-family: inherit; color: inherit; }
sessionward-dialog p { margin: 0 0 16px; }
sessionward-dialog p.small { margin: 8px 0 0; color: var(--sw-soft); font-size: 0.8125rem; }
sessionward-dialog p.error { color: var(--sw-ended); }
sessionward-dialog p.error:empty { margin: 0; }
sessionward-dialog p.error:not(:empty)::before { content: "\\25B2\\00A0" / ""; }
sessionward-dialog label { margin: 0 0 4px; font-weight: 600; font-size: 0.8125rem; }
sessionward-dialog form > input {
  box-sizing: border-box;
  width: 100%;
  min-height: 40px;
  margin: 0 0 16px;
  padding: 8px 12px;
  border: 1px solid var(--sw-rule);
  border-radius: 4px;
  background: var(--sw-paper);
  color: inherit;
  font: inherit;
}
sessionward-dialog form > input:read-only { background: var(--sw-field); }
sessionward-dialog form > input[aria-invalid="true"] { border-color: var(--sw-ended); }
sessionward-dialog [data-fields]:not(:empty) { margin: 0 0 16px; }
sessionward-dialog .buttons { display: flex; flex-wrap: wrap; gap: 8px; }
sessionward-dialog button {
  min-height: 40px;
  padding: 8px 16px;
  border: 1px solid var(--sw-rule);
  border-radius: 4px;
  background: none;
  color: inherit;
  font: inherit;
  cursor: pointer;
}
sessionward-dialog .buttons > :first-child {
  flex: 1;
  border-color: var(--sw-accent);
  background: var(--sw-accent);
  color: var(--sw-on-accent);
  font-weight: 600;
}
sessionward-dialog button.quiet {
  align-self: start;
  margin: 8px 0 -8px -16px;
  border-color: transparent;
  color: var(--sw-accent);
}
sessionward-dialog button[hidden] { display: none; }
sessionward-dialog [aria-busy="true"] button { cursor: progress; }
sessionward-dialog :focus-visible { outline: 2px solid var(--sw-accent); outline-offset: 2px; }
@media (prefers-reduced-motion: no-preference) {
  sessionward-dialog > dialog { animation: sessionward-appear 120ms ease-out; }
  @keyframes sessionward-appear { from { opacity: 0; translate: 0 8px; } }
}
`

let sheet: CSSStyleSheet | undefined

/**
 * A constructed style sheet: no policy against inline style forbids it. Browsers from before 2023 that have none show the
 * dialog as plain as the browser draws it.
 */
export function adoptStyle(): void {
  try {
    sheet ??= new CSSStyleSheet()
    if (document.adoptedStyleSheets.includes(sheet)) return
    sheet.replaceSync(style)
    document.adoptedStyleSheets.push(sheet)
  } catch {
    sheet = undefined
  }
}
