import { disable } from './acts.js'
import { type Account, control } from './control.js'
import { element, find } from './elements.js'
import { words } from './words.js'

/** Runs an act of the operator and shows its sentence. */
type Run = (act: () => Promise<string>) => Promise<void>

/** The table as the operator sees it: whose hash is still MD5, and who may sign in. */
export function showPeople(people: readonly Account[], run: Run): void {
  find('people').replaceChildren(...people.map((account) => rowOf(account, run)))
}

function rowOf({ username, hash, disabled }: Account, run: Run): HTMLElement {
  const row = document.createElement('tr')
  row.dataset.user = username
  const buttons = element('td', '', 'buttons')
  buttons.append(
    button(disabled ? words.enable : words.disable, 'power', () =>
      run(() => (disabled ? enable(username) : disable(username))),
    ),
    button(words.changeElsewhere, 'new-password', () => run(() => changeElsewhere(username))),
  )
  row.append(
    element('th', username),
    element('td', hash, hash === 'MD5' ? 'waiting' : 'alive'),
    element('td', disabled ? words.isDisabled : words.isEnabled, disabled ? 'ended' : 'alive'),
    buttons,
  )
  return row
}

function button(text: string, className: string, press: () => void): HTMLElement {
  const button = element('button', text, className)
  button.type = 'button'
  button.addEventListener('click', press)
  return button
}

async function enable(username: string): Promise<string> {
  await control('enable', username)
  return words.seen.enabled(username)
}

/** What a person does who has forgotten the password, in another browser. */
async function changeElsewhere(username: string): Promise<string> {
  const { password } = await control('password', username)
  fillSignIn(username, password)
  return words.seen.changedElsewhere(username)
}

export function fillSignIn(username: string, password: string): void {
  const form = find<HTMLFormElement>('sign-in')
  form.username.value = username
  form.password.value = password
}
