import { randomBytes } from 'node:crypto'
import express, { type Request, type Response, type Router } from 'express'
import type { Orders } from './orders.js'

/** The codes of this company, all in HTTP 200. */
const codes = { fine: 10200, wrongPassword: 10401, replaced: 10409, expired: 10415, invalid: 10422 } as const

export interface TheirAccount {
  readonly username: string
  readonly password: string
}

/** Of an access token, in seconds. */
const lifetime = 300

/** One sign-in. Its refresh token works once. */
interface SignIn {
  readonly username: string
  accessTokens: Map<string, number>
  refreshToken: string
  replaced: boolean
}

export interface TheirBackend {
  readonly router: Router
  /** Calls of the refresh path, refused ones included. */
  refreshes(): number
  expireAccessTokens(): void
  /** What a restart does to a backend that keeps its tokens in memory. */
  forgetEverybody(): void
}

/**
 * A backend as many teams have it, with nothing of Sessionward in it: every answer is HTTP 200 with `{ code, message, data }`,
 * the access token travels in the header `accessToken`, the refresh token in the header `refreshToken` and only to the refresh
 * path, and one account is signed in once.
 */
export function theirBackend(accounts: readonly TheirAccount[], orders: Orders): TheirBackend {
  let signIns: SignIn[] = []
  let refreshes = 0
  const router = express.Router()

  const issue = (signIn: SignIn) => {
    const accessToken = random()
    signIn.accessTokens.set(accessToken, Date.now() + lifetime * 1000)
    signIn.refreshToken = random()
    const { username, refreshToken } = signIn
    return { accessToken, refreshToken, expiresIn: lifetime, user: { username } }
  }

  router.post('/login', express.json(), (request, response) => {
    const { username, password } = request.body ?? {}
    if (!accounts.some((one) => one.username === username && one.password === password)) {
      return answer(response, codes.wrongPassword, 'Wrong user name or password')
    }
    for (const one of signIns) if (one.username === username) one.replaced = true
    const signIn: SignIn = { username, accessTokens: new Map(), refreshToken: '', replaced: false }
    signIns.push(signIn)
    answer(response, codes.fine, 'Signed in', issue(signIn))
  })

  router.get('/refresh', (request, response) => {
    refreshes++
    const signIn = signIns.find(({ refreshToken }) => refreshToken && refreshToken === request.get('refreshToken'))
    if (!signIn) return answer(response, codes.invalid, 'The refresh token is invalid')
    if (signIn.replaced) return answer(response, codes.replaced, 'Signed in elsewhere')
    answer(response, codes.fine, 'Refreshed', issue(signIn))
  })

  router.post('/logout', (request, response) => {
    const signIn = signInOf(request)
    signIns = signIns.filter((one) => one !== signIn)
    answer(response, codes.fine, 'Signed out')
  })

  const signInOf = (request: Request) => {
    const token = request.get('accessToken') ?? ''
    return signIns.find(({ accessTokens }) => accessTokens.has(token))
  }

  router.use((request, response, next) => {
    const signIn = signInOf(request)
    if (!signIn) return answer(response, codes.invalid, 'The access token is invalid')
    if (signIn.replaced) return answer(response, codes.replaced, 'Signed in elsewhere')
    if (signIn.accessTokens.get(request.get('accessToken')!)! <= Date.now()) {
      return answer(response, codes.expired, 'The access token has expired')
    }
    response.locals.username = signIn.username
    next()
  })
  router.use(orders.routes((response, data) => answer(response, codes.fine, 'Done', data)))

  return {
    router,
    refreshes: () => refreshes,
    expireAccessTokens() {
      for (const { accessTokens } of signIns) for (const token of accessTokens.keys()) accessTokens.set(token, 0)
    },
    forgetEverybody() {
      signIns = []
    },
  }
}

function answer(response: Response, code: number, message: string, data: unknown = null): void {
  response.json({ code, message, data })
}

function random(): string {
  return randomBytes(24).toString('base64url')
}
