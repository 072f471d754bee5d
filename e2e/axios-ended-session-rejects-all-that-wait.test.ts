import { expect } from 'vitest'
import { openAxiosPage } from './harness/axios-page.js'
import { story } from './harness/story.js'

story(
  'ten calls that wait when the session has ended are rejected, and the page is notified once',
  async ({ browser }) => {
    const { page, server, takeCalls, expire, end } = await openAxiosPage(browser)
    await expire()
    await end()

    const result = await page.evaluate(async (server) => {
      const { axios, attachAxios, client, createClient } = window
      createClient({ server, onReauth: ({ cancel }) => void setTimeout(cancel, 300) })
      const notified: string[] = []
      client.on('reauth', ({ reason }) => void notified.push(reason))
      const instance = axios.create({ baseURL: '/api' })
      const messages: string[] = []
      instance.interceptors.response.use(undefined, (error) => {
        messages.push(`${error.code} ${error.cause.reason} ${error.config.url}`)
        throw error
      })
      attachAxios(instance, client)
      const calls = Array.from({ length: 10 }, (_, n) => instance.post('/orders', { n }))
      const outcomes = await Promise.allSettled(calls)
      return { notified, messages, outcomes: outcomes.map(({ status }) => status), state: client.state }
    }, server)

    expect(result).toEqual({
      notified: ['session_revoked'],
      messages: Array(10).fill('ERR_SIGNED_OUT reauth_cancelled /orders'),
      outcomes: Array(10).fill('rejected'),
      state: 'anonymous',
    })
    expect(takeCalls().length).toBe(10)
  },
)
