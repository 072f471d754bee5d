import type { Bounds, Budget } from './world.js'

const nothing: Budget = {
  sends: 0,
  losses: 0,
  duplicates: 0,
  pages: 0,
  crashes: 0,
  storeLosses: 0,
  steps: 0,
  thefts: 0,
  attacks: 0,
}

/** A bearer session in two tabs that hold the lock, and nothing that the rule does not promise to survive. */
const plain: Bounds = {
  name: '',
  binding: 'bearer',
  tabs: 2,
  lock: true,
  lateCookies: false,
  oldRequests: false,
  deepRollbacks: false,
  skewed: false,
  stalls: false,
  page: 'throws the answer away',
  step: 'near',
  budget: nothing,
}

/** Everything that may go wrong in a browser without a lock and on the way from it. */
const wild = { lock: false, lateCookies: true, oldRequests: true, deepRollbacks: true } as const

/** Whether the larger worlds are walked: minutes instead of seconds. */
export const large = process.env.EXPLORER === 'large'

function world(
  name: string,
  settings: Partial<Omit<Bounds, 'budget'>>,
  budget: Partial<Budget>,
  larger: Partial<Budget> = {},
): Bounds {
  return { ...plain, ...settings, name, budget: { ...nothing, ...budget, ...(large ? larger : {}) } }
}

/** Nobody has stolen anything, and nothing happens that is beyond the promises: no counter-example at all. */
export const honest: readonly Bounds[] = [
  world(
    'lock: lost answers, a duplicate, a page thrown away, a crash',
    {},
    { sends: 4, losses: 1, duplicates: 1, pages: 1, crashes: 1, steps: 2 },
    { losses: 2, steps: 3 },
  ),
  world(
    'lock: pages with rotate: false',
    { page: 'rotate: false' },
    { sends: 4, losses: 1, pages: 2, steps: 2 },
    { duplicates: 1, steps: 3 },
  ),
  world(
    'lock: a store that loses a write, clocks 40 ms apart',
    { skewed: true },
    { sends: 4, losses: 1, duplicates: 1, storeLosses: 1, steps: 2 },
    { sends: 5, losses: 2, steps: 3 },
  ),
  world(
    'lock: time passes between read and write',
    { stalls: true },
    { sends: 4, duplicates: 1, steps: 2 },
    { losses: 1, steps: 3 },
  ),
  world(
    'no lock: two tabs race, a page is thrown away',
    { lock: false },
    { sends: 4, losses: 1, duplicates: 1, pages: 1, steps: 2 },
    { losses: 2, steps: 3 },
  ),
  world(
    'no lock: everything, but all within ten seconds',
    { ...wild },
    { sends: 4, losses: 1, duplicates: 1, crashes: 1, steps: 1 },
    { losses: 2 },
  ),
]

/** Bound, with everything that can go wrong and a thief who plays what he can: no counter-example at all. */
export const bound: readonly Bounds[] = [
  world(
    'bound, no lock: everything, and a thief',
    { ...wild, binding: 'bound' },
    { sends: 3, losses: 1, duplicates: 1, crashes: 1, storeLosses: 1, steps: 1, thefts: 1, attacks: 1 },
    { sends: 4 },
  ),
  world(
    'bound, lock: a thief who insists, clocks 40 ms apart',
    { ...wild, binding: 'bound', lock: true, skewed: true },
    { sends: 4, losses: 1, crashes: 1, steps: 1, thefts: 1, attacks: 2 },
    { duplicates: 1, thefts: 2, steps: 2 },
  ),
]

/** Bearer, with a thief: never a grant to him after three refresh periods. */
export const stolen: readonly Bounds[] = [
  world(
    'thief, lock: a quick one',
    { oldRequests: true },
    { sends: 4, steps: 2, thefts: 1, attacks: 4 },
    { sends: 5, steps: 3 },
  ),
  world(
    'thief, lock: a patient one, every step longer than the window',
    { oldRequests: true, step: 'far' },
    { sends: 4, steps: 3, thefts: 1, attacks: 4 },
    { steps: 4, attacks: 5 },
  ),
  world(
    'thief, lock: lost answers',
    { oldRequests: true },
    { sends: 4, losses: 1, steps: 2, thefts: 1, attacks: 3 },
    { losses: 2 },
  ),
  world(
    'thief, no lock: late cookies',
    { oldRequests: true, lock: false, lateCookies: true },
    { sends: 4, steps: 2, thefts: 1, attacks: 3 },
    { attacks: 4 },
  ),
  world(
    'thief, lock: and the store loses a write just then',
    { oldRequests: true },
    { sends: 3, steps: 2, storeLosses: 1, thefts: 1, attacks: 4 },
    { sends: 4 },
  ),
]

/** One cause switched on at a time, under the name that a counter-example must then carry, and all of them at once. */
export const allowed = {
  rolledBackJar: world(
    'allowed: the jar is rolled back',
    { deepRollbacks: true },
    { sends: 4, losses: 1, crashes: 1, steps: 2 },
    { duplicates: 1, pages: 1 },
  ),
  lateCookie: world(
    'allowed: a late Set-Cookie, no lock',
    { lock: false, lateCookies: true },
    { sends: 4, losses: 1, duplicates: 1, steps: 2 },
    { losses: 2, pages: 1 },
  ),
  oldRequest: world(
    'allowed: an old duplicate',
    { oldRequests: true },
    { sends: 4, losses: 1, duplicates: 1, steps: 2 },
    { losses: 2, duplicates: 2, pages: 1, steps: 3 },
  ),
  all: world(
    'allowed: all three at once',
    { ...wild },
    { sends: 3, losses: 1, duplicates: 1, crashes: 1, steps: 2 },
    { sends: 4, losses: 2 },
  ),
} as const

/** What no page of promises names, found by this explorer: a world in which nothing else goes wrong. */
export const limits = {
  crowdedWindow: world('limit: 33 rotations within ten seconds', {}, { sends: 34, duplicates: 1, steps: 1 }),
} as const

/** Small worlds in which a mutant has to give a counter-example, and the rule gives none but those above. */
export const traps = {
  lossy: world('trap', {}, { sends: 3, losses: 1, duplicates: 1, steps: 2, storeLosses: 1 }),
  crowded: world('trap', {}, { sends: 6, duplicates: 1, steps: 1 }),
  racing: world('trap', { ...wild }, { sends: 4, losses: 1, duplicates: 1, steps: 0 }),
  quickThief: world('trap', { oldRequests: true }, { sends: 4, steps: 2, thefts: 1, attacks: 4 }),
  patientThief: world('trap', { oldRequests: true, step: 'far' }, { sends: 3, steps: 2, thefts: 1, attacks: 4 }),
  luckyThief: world('trap', { oldRequests: true }, { sends: 3, steps: 2, storeLosses: 1, thefts: 1, attacks: 3 }),
  keyless: world('trap', { binding: 'bound' }, { sends: 2, steps: 1, thefts: 1, attacks: 2 }),
} as const
