import { words } from './words.js'

function find<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T
}

/** The parts of the page that change, and the texts of those that do not. */
export function elements() {
  document.documentElement.lang = words.language
  for (const part of document.querySelectorAll<HTMLElement>('[data-word]')) {
    part.textContent = words.fixed[part.dataset.word as keyof typeof words.fixed]
  }
  const { accounts } = JSON.parse(find('config').textContent || '{}') as { accounts?: readonly Account[] }
  const [first] = accounts ?? []
  const signIn = find<HTMLFormElement>('sign-in')
  if (first) {
    signIn.username.value = first.username
    signIn.password.value = first.password
  }
  return {
    way: find('way'),
    who: find('who'),
    state: find('state'),
    ended: find('ended'),
    news: find('news'),
    signIn,
    office: find('office'),
    orders: find('orders'),
    create: find<HTMLFormElement>('create'),
    upload: find<HTMLFormElement>('upload'),
    reload: find('reload'),
    signOut: find('sign-out'),
    row(cells: readonly string[]) {
      const row = document.createElement('tr')
      row.append(
        ...cells.map((text) => {
          const cell = document.createElement('td')
          cell.textContent = text
          return cell
        }),
      )
      return row
    },
    onSubmit(form: HTMLFormElement, call: (fields: FormData) => void) {
      form.addEventListener('submit', (event) => {
        event.preventDefault()
        call(new FormData(form))
      })
    },
  }
}

interface Account {
  readonly username: string
  readonly password: string
}
