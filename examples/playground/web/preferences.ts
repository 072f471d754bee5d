import { type Words, wordsFor } from './words.js'

type Locale = Words['locale']
type Theme = 'light' | 'dark'

/** Language and light: what the person chose, else what the browser says. */
export class Preferences {
  #locale: Locale
  #theme: Theme | null
  readonly #system = matchMedia('(prefers-color-scheme: dark)')
  readonly #listeners: (() => void)[] = []

  constructor() {
    const locale = read('locale')
    this.#locale = locale === 'en' || locale === 'zh' ? locale : navigator.language.startsWith('zh') ? 'zh' : 'en'
    const theme = read('theme')
    this.#theme = theme === 'light' || theme === 'dark' ? theme : null
    this.#system.addEventListener('change', () => this.#apply())
    this.#apply()
  }

  get words(): Words {
    return wordsFor(this.#locale)
  }

  get theme(): Theme {
    return this.#theme ?? (this.#system.matches ? 'dark' : 'light')
  }

  switchLocale(): void {
    this.#locale = this.#locale === 'en' ? 'zh' : 'en'
    write('locale', this.#locale)
    this.#apply()
  }

  switchTheme(): void {
    this.#theme = this.theme === 'dark' ? 'light' : 'dark'
    write('theme', this.#theme)
    this.#apply()
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  #apply(): void {
    document.documentElement.dataset.theme = this.theme
    document.documentElement.lang = this.#locale === 'zh' ? 'zh-Hans' : 'en'
    for (const listener of this.#listeners) listener()
  }
}

// A private window may refuse storage; the choice then lasts as long as the page.
function read(name: string): string | null {
  try {
    return localStorage.getItem(`playground.${name}`)
  } catch {
    return null
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(`playground.${name}`, value)
  } catch {}
}
