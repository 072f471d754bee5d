import { english } from './words-en.js'
import { chinese } from './words-zh.js'

/** By the browser's language; `?lang=zh` or `?lang=en` decides otherwise, for this tab. */
const given = new URLSearchParams(location.search).get('lang') ?? sessionStorage.getItem('lang')
if (given !== null) sessionStorage.setItem('lang', given)

export const words = /^zh/.test(given ?? navigator.language) ? chinese : english
