import express from 'express'
import jwt from 'jsonwebtoken'
import type { OldUsers } from '../src/hs256-pair.js'

/** One secret for both tokens, as most have it. */
export const secret = 'the old secret, which all servers share'

/** An old system as many are: Express, and a pair of HS256 tokens that jsonwebtoken has made. */
export class OldSystem implements OldUsers {
  readonly people = new Map<number, { password: string; passwordChangedAt: Date | null }>()
  readonly blacklist = new Set<string>()
  readonly app = express()
  /** A sign-in before this moment, for a test that has no days to wait. Seconds. */
  age = 0

  constructor() {
    this.app.use('/old', express.json())
    this.app.post('/old/login', ({ body }, response) => {
      const { userId, password } = body as { userId: number; password: string }
      if (this.people.get(userId)?.password !== password) return void response.sendStatus(401)
      const pair = this.pair(userId)
      response.cookie('refresh_token', pair.refreshToken, { httpOnly: true, path: '/' }).json(pair)
    })
    this.app.post('/old/refresh', ({ body }, response) => {
      try {
        const { userId } = jwt.verify(body.refreshToken, secret) as jwt.JwtPayload
        response.json(this.pair(userId))
      } catch {
        response.sendStatus(401)
      }
    })
  }

  pair(userId: number) {
    const iat = Math.floor(Date.now() / 1000) - this.age
    return {
      accessToken: jwt.sign({ userId, type: 'access', iat }, secret, { expiresIn: this.age + 900 }),
      refreshToken: jwt.sign({ userId, type: 'refresh', iat }, secret, { expiresIn: '30d' }),
    }
  }

  find = async (id: number) => this.people.get(id)
  isBlacklisted = async (token: string) => this.blacklist.has(token)
}
