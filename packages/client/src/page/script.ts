import { continueVisit } from './continue.js'

// The entry of the bundle that `scripts/page-script.mjs` makes for the page guard. What it is to do stands at its element.
const element = document.currentScript as HTMLScriptElement
continueVisit(JSON.parse(element.dataset.sessionward!))
