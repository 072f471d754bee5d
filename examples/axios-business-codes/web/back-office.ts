import type { ReplacedBy } from '@sessionward/protocol'
import type { AxiosInstance } from 'axios'
import { elements } from './elements.js'
import type { SessionOfPage } from './session.js'
import { words } from './words.js'

export interface BackOffice {
  /** Which way of this example the page shows: a key of `words.ways`. */
  readonly title: keyof typeof words.ways
  readonly api: AxiosInstance
  readonly session: SessionOfPage
}

interface Order {
  readonly id: number
  readonly item: string
  readonly quantity: number
  readonly by: string
}

declare global {
  interface Window {
    /** For the stories of this example, and for you in the console. */
    backOffice: BackOffice
  }
}

/** What the browser says of its device, for the person whose session it replaces. */
function thisDevice() {
  const isPhone = /Mobi/.test(navigator.userAgent)
  const [, name = 'Browser'] = /(Edg|Firefox|Chrome|Safari)/.exec(navigator.userAgent) ?? []
  return { name, class: isPhone ? ('phone' as const) : ('desktop' as const) }
}

/** Such as "Chrome (phone), 14:03". */
function describe({ at, device: { name, class: kind } }: ReplacedBy): string {
  return `${name ?? ''} (${kind ?? ''}), ${new Date(at * 1000).toLocaleTimeString(words.language)}`
}

/** The page of a small back office. What differs between the ways of this example is `api` and `session` alone. */
export function openBackOffice(office: BackOffice): void {
  const { title, api, session } = office
  window.backOffice = office
  const page = elements()
  let shownFor: string | undefined

  const say = (text: string, kind: 'alive' | 'ended' = 'alive') => {
    page.news.textContent = text
    page.news.className = kind
  }
  /** Runs what a person asked for, and says how it went. */
  const act = async (task: () => Promise<string>) => {
    try {
      say(await task())
    } catch (error) {
      say(error instanceof Error ? error.message : `${error}`, 'ended')
    }
  }
  const showOrders = async () => {
    const orders: readonly Order[] = await api.get('/orders')
    page.orders.replaceChildren(
      ...orders.map(({ id, item, quantity, by }) => page.row([`${id}`, item, `${quantity}`, by])),
    )
    return words.loaded(orders.length)
  }
  const show = () => {
    const { state, user, reason, replacedBy } = session
    const known = state !== 'unknown' && state !== 'anonymous'
    page.signIn.hidden = known || state === 'unknown'
    page.office.hidden = !known
    page.who.textContent = known ? `${user?.username ?? ''}` : ''
    page.state.textContent = words.states[state]
    page.state.dataset.state = state
    page.ended.textContent = reason ? words.ended(reason, replacedBy && describe(replacedBy)) : ''
    const person = known ? `${user?.username}` : undefined
    if (!person && shownFor) say('')
    if (person && shownFor !== person) void act(showOrders)
    shownFor = person
  }

  page.way.textContent = words.ways[title]
  page.onSubmit(page.signIn, (fields) =>
    act(async () => {
      const [username, password] = [`${fields.get('username')}`, `${fields.get('password')}`]
      await session.signIn({ username, password, device: thisDevice() })
      return words.signedIn
    }),
  )
  page.onSubmit(page.create, (fields) =>
    act(async () => {
      await api.post('/orders', { item: fields.get('item'), quantity: Number(fields.get('quantity')) })
      await showOrders()
      return words.created
    }),
  )
  page.onSubmit(page.upload, (fields) =>
    act(async () => {
      const { bytes }: { bytes: number } = await api.post('/upload', fields.get('file'))
      return words.uploaded(bytes)
    }),
  )
  page.reload.addEventListener('click', () => void act(showOrders))
  page.signOut.addEventListener('click', () => void act(() => session.signOut().then(() => words.signedOut)))
  session.subscribe(show)
  show()
}
