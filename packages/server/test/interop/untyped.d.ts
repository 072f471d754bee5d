/** Two libraries without types of their own, as far as the tests call them. */
declare module 'passport' {
  import type { RequestHandler } from 'express'

  interface Passport {
    use(strategy: object): void
    authenticate(name: string, options: { readonly session: boolean }): RequestHandler
  }
  const passport: { readonly Passport: new () => Passport }
  export default passport
}

declare module 'passport-jwt' {
  interface StrategyOptions {
    readonly jwtFromRequest: unknown
    readonly secretOrKeyProvider: unknown
    readonly issuer: string
    readonly audience: string
    readonly algorithms: readonly string[]
  }
  type Done = (error: unknown, user: object) => void
  const library: {
    readonly ExtractJwt: { fromAuthHeaderAsBearerToken(): unknown }
    readonly Strategy: new (options: StrategyOptions, verify: (claims: object, done: Done) => void) => object
  }
  export default library
}
