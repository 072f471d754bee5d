import { words } from './words.js'

export function find<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T
}

/** The texts of what does not change: `data-word="name"`, and `data-act="name"` for the two of an act. */
export function fillWords(): void {
  document.documentElement.lang = words.language
  document.title = words.fixed.title
  for (const part of document.querySelectorAll<HTMLElement>('[data-word]')) {
    part.textContent = words.fixed[part.dataset.word as keyof typeof words.fixed]
  }
  for (const part of document.querySelectorAll<HTMLElement>('[data-act]')) {
    const [title, sentence] = words.acts[part.dataset.act as keyof typeof words.acts]
    part.querySelector('button')!.textContent = title
    part.querySelector('small')!.textContent = sentence
  }
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  text: string,
  className = '',
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag)
  node.textContent = text
  if (className) node.className = className
  return node
}
