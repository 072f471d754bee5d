import { problem } from '@sessionward/protocol'
import { describe, expect, it } from 'vitest'
import { AnswerError } from '../../src/answer-error.js'
import { type AttemptedSignIn, createThrottle } from '../../src/protection/throttle.js'
import type { ThrottleOptions } from '../../src/protection/throttle-limits.js'
import { memoryStore } from '../../src/store/memory/index.js'
import type { CounterStore, Store } from '../../src/store/store.js'

const minute = 60
const hour = 3600
const day = 86_400

function setUp(options: ThrottleOptions = {}) {
  const clock = { now: 1_700_000_000_000 }
  const store = memoryStore({ now: () => clock.now })
  const keys = new Set<string>()
  const counters: CounterStore = {
    add(key, amount, window) {
      keys.add(key)
      return store.counters.add(key, amount, window)
    },
  }
  const throttle = createThrottle(counters, options)
  const alice = (address: string | null): AttemptedSignIn => ({ tenant: '', usernameKey: 'alice', address })
  const pass = (seconds: number) => {
    clock.now += seconds * 1000
  }
  /** How many of so many attempts, all with a wrong password, were let through. */
  const fail = async (times: number, signIn: (attempt: number) => AttemptedSignIn) => {
    let admitted = 0
    for (let attempt = 0; attempt < times; attempt++) {
      const outcome = await throttle.admit(signIn(attempt)).catch((error: unknown) => error)
      if (!(outcome instanceof AnswerError)) admitted++
    }
    return admitted
  }
  const refusal = async (signIn: AttemptedSignIn) => {
    const error = await throttle.admit(signIn).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(AnswerError)
    return error as AnswerError
  }
  return { throttle, keys, store, alice, pass, fail, refusal }
}

describe('the limit for one account from one address', () => {
  it('lets ten failures through in 15 minutes, then says how long to wait, then ten more', async () => {
    const { alice, fail, refusal, pass } = setUp()
    expect(await fail(1, () => alice('203.0.113.7'))).toBe(1)
    pass(5 * minute)
    expect(await fail(20, () => alice('203.0.113.7'))).toBe(9)
    expect(await refusal(alice('203.0.113.7'))).toMatchObject({
      code: 'too_many_attempts',
      headers: { 'Retry-After': String(10 * minute) },
    })
    pass(10 * minute)
    expect(await fail(20, () => alice('203.0.113.7'))).toBe(10)
  })

  it('holds for attempts side by side', async () => {
    const { throttle, alice } = setUp()
    const attempts = Array.from({ length: 50 }, () => throttle.admit(alice('203.0.113.7')))
    const outcomes = await Promise.allSettled(attempts)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
  })

  it('counts no attempt that succeeded, and none whose password was not checked', async () => {
    const { throttle, alice, fail } = setUp()
    for (let round = 0; round < 30; round++) {
      const attempt = await throttle.admit(alice('203.0.113.7'))
      await (round % 2 ? attempt.succeeded() : attempt.withdraw())
    }
    expect(await fail(20, () => alice('203.0.113.7'))).toBe(10)
  })

  it('refunds an attempt once, however often it is settled', async () => {
    const { throttle, alice, fail } = setUp()
    expect(await fail(8, () => alice('203.0.113.7'))).toBe(8)
    const attempt = await throttle.admit(alice('203.0.113.7'))
    await attempt.succeeded()
    await attempt.succeeded()
    await attempt.withdraw()
    expect(await fail(20, () => alice('203.0.113.7'))).toBe(2)
  })

  it('sees one subscriber behind all addresses of an IPv6 prefix', async () => {
    const { alice, fail } = setUp()
    expect(await fail(30, (attempt) => alice(`2001:db8:1:2::${attempt.toString(16)}`))).toBe(10)
    expect(await fail(1, () => alice('2001:db8:1:3::1'))).toBe(1)
  })
})

describe('the limit for one account from everywhere', () => {
  const anywhere = (attempt: number) => `198.51.${Math.floor(attempt / 250)}.${attempt % 250}`

  it('lets a hundred failures through in an hour, from however many addresses', async () => {
    const { alice, fail, refusal, pass } = setUp()
    expect(await fail(300, (attempt) => alice(anywhere(attempt)))).toBe(100)
    expect((await refusal(alice('203.0.113.7'))).headers).toEqual({ 'Retry-After': String(hour) })
    pass(hour)
    expect(await fail(1, () => alice('203.0.113.7'))).toBe(1)
  })

  it('does not lock an account out at an address that it has signed in from', async () => {
    const { throttle, alice, fail } = setUp()
    await (await throttle.admit(alice('203.0.113.7'))).succeeded()
    expect(await fail(300, (attempt) => alice(anywhere(attempt)))).toBe(100)

    await (await throttle.admit(alice('203.0.113.7'))).succeeded()
    expect(await fail(20, () => alice('203.0.113.7'))).toBe(10)
    expect(await fail(1, () => alice('203.0.113.8'))).toBe(0)
    expect(await fail(1, () => ({ ...alice('203.0.113.7'), tenant: 'other', usernameKey: 'alice' }))).toBe(1)
  })

  it('knows an address for at least 30 days after the last sign-in, whenever that was, and not for ever', async () => {
    for (const daysBetween of [1, 20, 29, 31, 40, 59]) {
      const { throttle, alice, fail, pass } = setUp()
      await (await throttle.admit(alice('203.0.113.7'))).succeeded()
      pass(daysBetween * day)
      await (await throttle.admit(alice('203.0.113.7'))).succeeded()

      pass(30 * day - 1)
      expect(await fail(300, (attempt) => alice(anywhere(attempt)))).toBe(100)
      expect(await fail(1, () => alice('203.0.113.7'))).toBe(1)

      pass(31 * day)
      expect(await fail(300, (attempt) => alice(anywhere(attempt)))).toBe(100)
      expect(await fail(1, () => alice('203.0.113.7'))).toBe(0)
    }
  })

  it('is not used up by a flood that the narrower limit refuses already', async () => {
    const { alice, fail, throttle } = setUp()
    expect(await fail(500, () => alice('198.51.100.1'))).toBe(10)
    const flood = Promise.allSettled(Array.from({ length: 200 }, () => throttle.admit(alice('198.51.100.1'))))
    expect(await fail(1, () => alice('203.0.113.7'))).toBe(1)
    await flood
    expect(await fail(300, (attempt) => alice(anywhere(attempt + 1000)))).toBe(89)
  })
})

describe('the limit for one address', () => {
  const somebody = (attempt: number): AttemptedSignIn => ({
    tenant: '',
    usernameKey: `user ${attempt}`,
    address: '203.0.113.7',
  })

  it('lets a hundred failures through in 15 minutes, over however many accounts', async () => {
    const { fail, alice } = setUp()
    expect(await fail(300, somebody)).toBe(100)
    expect(await fail(1, () => alice('203.0.113.8'))).toBe(1)
  })

  it('is not used up by one account that is refused there', async () => {
    const { fail, alice } = setUp()
    expect(await fail(500, () => alice('203.0.113.7'))).toBe(10)
    expect(await fail(300, somebody)).toBe(90)
  })

  it('is not used up by an account that is refused everywhere', async () => {
    const { fail, alice } = setUp()
    await fail(100, (attempt) => alice(`198.51.100.${attempt}`))
    expect(await fail(300, () => alice('203.0.113.7'))).toBe(0)
    expect(await fail(300, somebody)).toBe(100)
  })
})

describe('a client whose address is not known', () => {
  const unreadable = [null, '', 'unknown', 'localhost', '203.0.113.7:4711', '203.0.113.7, 203.0.113.8']
  const from = (attempt: number) => unreadable[attempt % unreadable.length]!

  it('has no more attempts than one address, whatever replaces the address', async () => {
    const { alice, fail } = setUp()
    expect(await fail(300, (attempt) => alice(from(attempt)))).toBe(10)
    const somebody = (attempt: number) => ({ tenant: '', usernameKey: `user ${attempt}`, address: from(attempt) })
    expect(await fail(300, somebody)).toBe(90)
  })

  it('does not use the attempts of known addresses', async () => {
    const { alice, fail } = setUp()
    await fail(300, () => alice(null))
    expect(await fail(20, () => alice('203.0.113.7'))).toBe(10)
  })

  it('is never at a place that an account has signed in from', async () => {
    const { throttle, alice, fail } = setUp({ account: { failures: 5, window: hour } })
    await (await throttle.admit(alice(null))).succeeded()
    expect(await fail(20, () => alice(null))).toBe(5)
  })
})

describe('the limit for registrations', () => {
  const register = async (throttle: ReturnType<typeof setUp>['throttle'], address: string | null) =>
    throttle.admitRegistration(address).then(
      () => 'admitted',
      (error: AnswerError) => `${error.code} ${(error.headers as Record<string, string>)['Retry-After']}`,
    )

  it('admits 20 in an hour from one address prefix, and says how long to wait', async () => {
    const { throttle, pass } = setUp()
    for (let time = 0; time < 20; time++) {
      expect(await register(throttle, `2001:db8:1:2::${time}`)).toBe('admitted')
    }
    pass(10 * minute)
    expect(await register(throttle, '2001:db8:1:2::ffff')).toBe(`too_many_requests ${50 * minute}`)
    expect(await register(throttle, '2001:db8:1:3::1')).toBe('admitted')
    pass(50 * minute)
    expect(await register(throttle, '2001:db8:1:2::ffff')).toBe('admitted')
  })

  it('holds for clients whose address is not known, as if it were one', async () => {
    const { throttle } = setUp({ registration: { requests: 2, window: hour } })
    const outcomes = [
      await register(throttle, null),
      await register(throttle, 'nonsense'),
      await register(throttle, ''),
    ]
    expect(outcomes).toEqual(['admitted', 'admitted', 'too_many_requests 3600'])
  })

  it('leaves failed sign-ins alone, and they leave it alone', async () => {
    const { throttle, fail, alice } = setUp({ registration: { requests: 1, window: hour } })
    await register(throttle, '203.0.113.7')
    expect(await fail(20, () => alice('203.0.113.7'))).toBe(10)
    expect(await register(throttle, '203.0.113.8')).toBe('admitted')
  })
})

describe('what the store keeps', () => {
  it('is no counter of attempts that another limit refuses, or whose password is not checked', async () => {
    const { throttle, keys, store, fail } = setUp()
    const address = '203.0.113.7'
    await fail(100, (attempt) => ({ tenant: '', usernameKey: `early ${attempt}`, address }))
    const before = await keptOf(store, keys)

    await fail(50, (attempt) => ({ tenant: '', usernameKey: `late ${attempt}`, address }))
    for (let attempt = 0; attempt < 50; attempt++) {
      const other = { tenant: '', usernameKey: `without captcha ${attempt}`, address: '198.51.100.1' }
      await (await throttle.admit(other)).withdraw()
    }

    expect(await keptOf(store, keys)).toBe(before)
  })
})

/** How many of these counters the store keeps. */
async function keptOf({ counters }: Store, keys: ReadonlySet<string>): Promise<number> {
  const read = await Promise.all([...keys].map((key) => counters.add(key, 0, hour)))
  return read.filter(({ resetsIn }) => resetsIn > 0).length
}

describe('what a refusal and a key say', () => {
  it('is the same for an account that exists as for one that does not', async () => {
    const { throttle, fail, refusal, alice } = setUp()
    const nobody: AttemptedSignIn = { tenant: '', usernameKey: 'nobody', address: '203.0.113.8' }
    await (await throttle.admit(alice('203.0.113.7'))).succeeded()
    await fail(10, () => alice('203.0.113.7'))
    await fail(10, () => nobody)
    const [known, unknown] = [await refusal(alice('203.0.113.7')), await refusal(nobody)]
    expect(problem(known.code, known.detail)).toEqual(problem(unknown.code, unknown.detail))
    expect(known.headers).toEqual(unknown.headers)
  })

  it('contains no user input, and separates parts that could be confused', async () => {
    const { throttle, keys } = setUp()
    const address = '203.0.113.7'
    await (await throttle.admit({ tenant: 'a', usernameKey: 'bc', address })).succeeded()
    const before = keys.size
    await (await throttle.admit({ tenant: 'ab', usernameKey: 'c', address })).succeeded()
    expect([...keys].every((key) => /^sign-in\.[a-z-]+\.[A-Za-z0-9_-]{43}$/.test(key))).toBe(true)
    // All but the address's own counter are new.
    expect(keys.size).toBe(2 * before - 1)
  })
})

describe('the options', () => {
  it('are kept to', async () => {
    const { fail, alice } = setUp({ accountAtAddress: { failures: 3, window: minute } })
    expect(await fail(10, () => alice('203.0.113.7'))).toBe(3)
  })

  it.each([
    [{ account: { failures: 0, window: hour } }, 'throttle.account.failures'],
    [{ address: { failures: 5, window: 0.5 } }, 'throttle.address.window'],
    [{ registration: { requests: 1.5, window: hour } }, 'throttle.registration.requests'],
    [{ knownFor: -1 }, 'throttle.knownFor'],
  ])('are checked at the door: %j', (options, name) => {
    expect(() => setUp(options)).toThrow(`${name} must be`)
  })
})
