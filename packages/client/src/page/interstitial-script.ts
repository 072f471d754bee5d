import { continueVisit } from './interstitial.js'

// Entry of the bundle that `scripts/page-script.mjs` builds for the page guard.
const element = document.currentScript as HTMLScriptElement
continueVisit(JSON.parse(element.dataset.sessionward!))
