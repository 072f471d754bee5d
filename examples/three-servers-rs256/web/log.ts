import type { Answer, Outcome, Outcomes } from './call.js'
import { business } from './config.js'
import { find } from './elements.js'
import { words } from './words.js'

const rows = 8

/** Writes down what an act has shown, the latest first. */
export function showRow(title: string, outcomes: Outcomes): void {
  if (Object.keys(outcomes).length === 0) return
  const row = document.createElement('tr')
  row.append(cell('th', title, ''))
  for (const name of business) {
    const outcome = outcomes[name]
    const entry = cell('td', outcome ? trailOf(outcome) : '', outcome ? kindOf(outcome.answers.at(-1)!) : '')
    entry.dataset.server = name
    entry.dataset.label = words.fixed[name]
    row.append(entry)
  }
  find('log').prepend(row)
  for (const old of [...find('log').children].slice(rows)) old.remove()
  find('answers').hidden = false
}

/** Such as "401 access_token_expired → refresh → 200". */
function trailOf({ answers, refreshed }: Outcome): string {
  const [first, ...others] = answers.map(textOf)
  const steps =
    others.length === 0 && refreshed
      ? [words.refresh, first]
      : [first, ...others.flatMap((each) => [words.refresh, each])]
  return steps.join(' → ')
}

function textOf({ status, code }: Answer): string {
  if (status === 0) return words.noAnswer
  return [status, code ?? (status === 401 ? 'Unauthorized' : '')].join(' ').trim()
}

function kindOf({ status }: Answer): string {
  if (status === 0) return 'none'
  return status === 200 ? 'accepted' : 'refused'
}

function cell(tag: 'th' | 'td', text: string, kind: string): HTMLElement {
  const node = document.createElement(tag)
  node.textContent = text
  if (kind) node.className = kind
  return node
}
