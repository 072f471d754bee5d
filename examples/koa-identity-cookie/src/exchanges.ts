/** What the page's buttons ask for, on behalf of the browser whose cookie it is. */
export interface Exchanges {
  readonly statuses: readonly number[]
  /** Of the answers that are refusals: the business codes, each once. */
  readonly codes: readonly number[]
  /** Milliseconds of the slowest. */
  readonly slowest: number
}

/** Exchanges an identity cookie for access tokens, over the network, as the page does. */
export function exchangerOf(url: string) {
  async function one(cookie: string) {
    const begun = performance.now()
    const headers = { Cookie: cookie, Origin: url }
    const response = await fetch(`${url}/access-token`, { method: 'POST', headers })
    const { code } = (await response.json()) as { readonly code: number }
    return { status: response.status, code, took: Math.round(performance.now() - begun) }
  }
  const summary = (answers: readonly Awaited<ReturnType<typeof one>>[]): Exchanges => ({
    statuses: answers.map(({ status }) => status),
    codes: [...new Set(answers.filter(({ status }) => status !== 200).map(({ code }) => code))],
    slowest: Math.max(...answers.map(({ took }) => took)),
  })

  return {
    /** So many one after the other. */
    async inTurn(cookie: string, count: number): Promise<Exchanges> {
      const answers = []
      for (let i = 0; i < count; i++) answers.push(await one(cookie))
      return summary(answers)
    },
    /** So many at the same time. */
    async concurrently(cookie: string, count: number): Promise<Exchanges> {
      return summary(await Promise.all(Array.from({ length: count }, () => one(cookie))))
    },
  }
}
