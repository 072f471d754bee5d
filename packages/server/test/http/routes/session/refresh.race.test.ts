import type { TokenAnswerOnWire } from '@sessionward/protocol'
import { describe, expect, it, onTestFinished } from 'vitest'
import { drivers } from '../../../harness/drivers.js'
import { listeningServer } from '../../../harness/listening.js'

/** Fifty requests on sockets of their own. */
const crowd = Array.from({ length: 50 }, (_, number) => number)

describe.each(drivers)('fifty at once over real sockets on $name', (driver) => {
  async function serve() {
    const opened = driver.open(Date.now)
    onTestFinished(() => opened.dispose())
    const { auth, url, store } = await listeningServer({ store: opened.store })
    const refresh = async (token: string) => {
      const response = await fetch(`${url}/auth/refresh`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ refresh_token: token }),
      })
      return { status: response.status, answer: (await response.json()) as TokenAnswerOnWire }
    }
    const { session, refreshToken } = await auth.sessions.start({ subject: 'ann', transport: 'body' })
    return { auth, store, refresh, sid: session.id, first: refreshToken! }
  }

  it('with one token cause one confirmation, and each is granted', async () => {
    const { auth, store, refresh, sid, first } = await serve()
    const presented = (await refresh(first)).answer.refresh_token!

    const answers = await Promise.all(crowd.map(() => refresh(presented)))

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(50)
    expect(new Set(answers.map(({ answer }) => answer.refresh_token)).size).toBe(50)
    expect(auth.figures()).toMatchObject({ refresh_confirmed: 1 })
    expect((await store.sessions.find(sid)).session).toMatchObject({ generation: 1, ended: null })
  })

  it('with the children of one token cause one confirmation, the others are raced, and nobody is signed out', async () => {
    const { auth, store, refresh, sid, first } = await serve()
    const children = (await Promise.all(crowd.map(() => refresh(first)))).map(({ answer }) => answer.refresh_token!)

    const answers = await Promise.all(children.map(refresh))

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(49)
    expect(auth.figures()).toMatchObject({ refresh_confirmed: 1, refresh_raced: 49 })
    expect((await store.sessions.find(sid)).session).toMatchObject({ generation: 1, ended: null })
  })
})
