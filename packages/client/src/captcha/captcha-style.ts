/**
 * Text and lines have the colour of the page. The marks have one shade each that stands out from light and from dark paper
 * (WCAG 1.4.11); none says anything by its colour alone.
 */
const style = `
sessionward-captcha {
  --sw-alive: var(--sessionward-alive, #2f8a57);
  --sw-waiting: var(--sessionward-waiting, #b36b00);
  --sw-ended: var(--sessionward-ended, #d6453d);
  box-sizing: border-box;
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 4px 12px;
  min-height: 56px;
  padding: 7px 8px 7px 12px;
  border: 1px solid currentColor;
  border-color: color-mix(in srgb, currentColor 50%, transparent);
  border-radius: 4px;
  font: 1rem / 1.4 var(--sessionward-font, inherit);
  text-align: start;
}
sessionward-captcha[hidden] { display: none; }
sessionward-captcha .mark {
  box-sizing: border-box;
  flex: none;
  width: 20px;
  height: 20px;
  border: 2px solid currentColor;
  border-radius: 50%;
}
sessionward-captcha .mark::after {
  display: block;
  margin: -2px;
  width: 20px;
  font: 700 13px / 20px system-ui, sans-serif;
  text-align: center;
}
sessionward-captcha[data-state="working"] .mark { border-style: dashed; color: var(--sw-waiting); }
sessionward-captcha[data-state="solved"] .mark { color: var(--sw-alive); }
sessionward-captcha[data-state="solved"] .mark::after { content: "\\2713" / ""; }
sessionward-captcha[data-state="expired"] .mark { color: var(--sw-waiting); }
sessionward-captcha[data-state="expired"] .mark::after { content: "\\21BB" / ""; }
sessionward-captcha[data-state="failed"] .mark { color: var(--sw-ended); border-radius: 2px; }
sessionward-captcha[data-state="failed"] .mark::after { content: "!" / ""; }
sessionward-captcha .text { flex: 1 1 140px; min-width: 0; }
sessionward-captcha .name { display: block; font-weight: 600; font-size: 0.8125rem; }
sessionward-captcha .status { display: block; font-size: 0.8125rem; }
sessionward-captcha .task { flex: 1 0 100%; overflow: auto; }
sessionward-captcha .task:empty { display: none; }
sessionward-captcha > button {
  min-height: 40px;
  margin: 0;
  padding: 4px 12px;
  border: 1px solid transparent;
  border-radius: 4px;
  background: none;
  color: inherit;
  font: inherit;
  font-weight: 400;
  font-size: 0.8125rem;
  text-decoration: underline;
  text-underline-offset: 3px;
  cursor: pointer;
}
sessionward-captcha > button:focus-visible { outline: 2px solid var(--sessionward-accent, currentColor); outline-offset: 2px; }
@media (prefers-reduced-motion: no-preference) {
  sessionward-captcha[data-state="working"] .mark { animation: sessionward-turn 2s linear infinite; }
  @keyframes sessionward-turn { to { rotate: 1turn; } }
}
`

let sheet: CSSStyleSheet | undefined

/** A constructed style sheet, which needs no `unsafe-inline`. Browsers without any show the control as plain as they draw it. */
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
