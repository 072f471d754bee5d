import type {
  LoginRequest,
  LogoutRequest,
  PasswordRequest,
  RefreshRequest,
  RegisterRequest,
} from '@sessionward/protocol'
import { expectTypeOf, it } from 'vitest'
import type { z } from 'zod'
import type { passwordRequest } from '../../../src/http/routes/account/password.js'
import type { registerRequest } from '../../../src/http/routes/account/register.js'
import type { loginRequest } from '../../../src/http/routes/session/login.js'
import type { logoutRequest } from '../../../src/http/routes/session/logout.js'
import type { refreshRequest } from '../../../src/http/routes/session/refresh.js'

type Writable<T> = { -readonly [K in keyof T]: T[K] extends object | undefined ? Writable<T[K]> : T[K] }

// The compiler is the judge here: `npm run check` fails where a schema and the protocol part.
it('each schema has the shape that the protocol says', () => {
  expectTypeOf<z.infer<typeof loginRequest>>().toEqualTypeOf<Writable<LoginRequest>>()
  expectTypeOf<z.infer<typeof refreshRequest>>().toEqualTypeOf<Writable<RefreshRequest>>()
  expectTypeOf<z.infer<typeof logoutRequest>>().toEqualTypeOf<Writable<LogoutRequest>>()
  expectTypeOf<z.infer<typeof passwordRequest>>().toEqualTypeOf<Writable<PasswordRequest>>()
  expectTypeOf<z.infer<typeof registerRequest>>().toExtend<RegisterRequest>()
})
