import { commit, isLate, type Rule, type Seen, type Served, serve } from './service.js'
import {
  type Answer,
  type Bounds,
  type Budget,
  cause,
  counted,
  type Flight,
  type Request,
  skew,
  steps,
  supersededFor,
  type World,
} from './world.js'

/** Takes one possible move: the world after it, what it showed, and how to tell it. */
export type Emit = (next: World, seen: Seen | null, tell: () => string) => void

/** All moves that are possible in a world, always in the same order. */
export function moves(world: World, bounds: Bounds, rule: Rule, emit: Emit): void {
  if (world.ended && world.work.length === 0 && world.left.storeLosses === 0) return
  tabMoves(world, bounds, emit)
  networkMoves(world, bounds, rule, emit)
  answerMoves(world, bounds, emit)
  thiefMoves(world, bounds, rule, emit)
  faults(world, bounds, emit)
}

function tabMoves(world: World, bounds: Bounds, emit: Emit): void {
  // Tabs are alike: of several idle ones it does not matter which begins.
  const idle = world.tabs.indexOf(null)
  const locked = bounds.lock && world.tabs.some((flight) => flight !== null)
  if (idle >= 0 && !locked && world.left.sends > 0) {
    const begun: Flight = { id: world.count + 1, period: world.thief.used ? world.thief.periods : -1 }
    emit(send(withTab(world, idle, begun), begun.id), null, () => `${tab(idle)} sends ${tokenName(world, world.jar)}`)
  }
  for (const [index, flight] of world.tabs.entries()) {
    if (flight === null || world.left.losses === 0) continue
    emit(giveUp(world, index, bounds), null, () => `${tab(index)} waits no longer (lost or late)`)
  }
  if (world.left.pages === 0) return
  const request: Request = { ...requestFor(world, 0), from: 'page', rotate: bounds.page !== 'rotate: false' }
  const next = { ...spend(world, 'pages'), jarSent: true, requests: [...world.requests, request] }
  const line = () => `a page is rendered with ${tokenName(world, world.jar)} (${bounds.page})`
  emit({ ...next, count: world.count + 1 }, null, line)
}

function networkMoves(world: World, bounds: Bounds, rule: Rule, emit: Emit): void {
  const clocks = bounds.skewed ? ([0, skew] as const) : ([0] as const)
  for (const [index, request] of world.requests.entries()) {
    if (world.left.duplicates > 0) {
      const copy = { ...spend(world, 'duplicates'), requests: [...world.requests, request] }
      emit(copy, null, () => `the network repeats the request with ${tokenName(world, request.token)}`)
    }
    if (!bounds.oldRequests && isLate(world, request)) continue
    const rest = { ...world, requests: replayed(world.requests.toSpliced(index, 1), request.send) }
    for (const clock of clocks) {
      const served = serve(rule, rest, request, clock)
      emit(
        served.world,
        served.seen,
        () => `the server reads ${request.from} ${tokenName(world, request.token)}${at(clock)}: ${outcome(served)}`,
      )
    }
  }
  for (const work of world.work) {
    // Only if time passes between read and write: a request that loses now decides again as an old one.
    if (!bounds.oldRequests && isLate(world, work.request) && !rule.wins(work, world.record, world.ended)) continue
    for (const clock of clocks) {
      const served = commit(rule, world, work, clock)
      emit(
        served.world,
        served.seen,
        () => `the store confirms ${tokenName(world, work.request.token)} or not${at(clock)}: ${outcome(served)}`,
      )
    }
  }
}

function answerMoves(world: World, bounds: Bounds, emit: Emit): void {
  for (const [index, answer] of world.answers.entries()) {
    const rest = { ...world, answers: world.answers.toSpliced(index, 1) }
    const line = () => `the browser takes the answer to ${tokenName(world, answer.presented)}: ${taken(world, answer)}`
    emit(deliver(rest, answer, bounds), null, line)
    if (bounds.lock || world.left.duplicates === 0) continue
    emit(deliver(spend(world, 'duplicates'), answer, bounds), null, () => `${line()} (and will take it again)`)
  }
}

function thiefMoves(world: World, bounds: Bounds, rule: Rule, emit: Emit): void {
  const { thief, left } = world
  if (left.thefts > 0 && !thief.loot.includes(world.jar)) {
    const loot = [...thief.loot, world.jar]
    emit(
      { ...spend(world, 'thefts'), thief: { ...thief, loot } },
      null,
      () => `THE THIEF copies ${tokenName(world, world.jar)}`,
    )
  }
  if (left.attacks === 0) return
  // His own key is a valid proof only where the session is bound to it; what the client has proved, he may replay.
  const proofs = bounds.binding === 'bound' ? (['valid', 'absent', 'replayed'] as const) : (['valid'] as const)
  for (const token of thief.loot) {
    for (const proof of proofs) {
      const request = { ...requestFor(world, 0), from: 'thief', token, proof } as const
      const served = serve(rule, spend(world, 'attacks'), request, 0)
      emit(served.world, served.seen, () => `THE THIEF presents ${tokenName(world, token)}: ${outcome(served)}`)
    }
  }
}

function faults(world: World, bounds: Bounds, emit: Emit): void {
  const { left } = world
  if (left.steps > 0 && (bounds.stalls || world.work.length === 0)) {
    emit(
      { ...spend(world, 'steps'), now: world.now + steps[bounds.step] },
      null,
      () => `${steps[bounds.step] / 1000} s pass`,
    )
  }
  if (left.crashes > 0) {
    if (world.unflushed > 0) {
      emit({ ...world, flushed: world.jar, unflushed: 0 }, null, () => 'the browser writes its jar to disk')
    }
    const deep = world.unflushed + (world.jarSent ? 1 : 0) > 1
    if (bounds.deepRollbacks || !deep) {
      emit(crash(world, deep), null, () => `the browser crashes: its jar is ${tokenName(world, world.flushed)} again`)
    }
  }
  if (left.storeLosses > 0 && world.before) {
    const next = { ...spend(world, 'storeLosses'), ...world.before, before: null }
    emit(
      next,
      null,
      () => `the store loses its last write: ${tokenName(world, next.record.nonce[0]!)} is confirmed again`,
    )
  }
}

/** A tab stops waiting. Under the lock it also aborts its request, so that no answer to it is ever taken. */
function giveUp(world: World, index: number, bounds: Bounds): World {
  const id = world.tabs[index]!.id
  const next = { ...spend(world, 'losses'), tabs: world.tabs.with(index, null) }
  return bounds.lock ? aborted(next, id) : next
}

function aborted(world: World, flight: number): World {
  const orphan = (request: Request) => (request.flight === flight ? { ...request, flight: 0 } : request)
  return {
    ...world,
    requests: world.requests.map(orphan),
    work: world.work.map((work) =>
      work.request.flight === flight ? { ...work, request: orphan(work.request) } : work,
    ),
    answers: world.answers.filter((answer) => answer.flight !== flight),
  }
}

/** Everything that waited for an answer is gone; what is under way to the server goes on. */
function crash(world: World, deep: boolean): World {
  return {
    ...spend(world, 'crashes'),
    requests: world.requests.map((request) => ({ ...request, flight: 0 })),
    work: world.work.map((work) => ({ ...work, request: { ...work.request, flight: 0 } })),
    answers: [],
    jar: world.flushed,
    jarSent: false,
    unflushed: 0,
    tabs: world.tabs.map(() => null),
    causes: deep ? world.causes | cause.rolledBackJar : world.causes,
  }
}

function deliver(world: World, answer: Answer, bounds: Bounds): World {
  const index = world.tabs.findIndex((flight) => flight?.id === answer.flight)
  const flight = index < 0 ? null : world.tabs[index]!
  switch (answer.verdict) {
    case 'granted': {
      const settled = flight ? counted(bounds.lock ? aborted(world, flight.id) : world, flight.id, true) : world
      const cookied = taking(settled, answer, bounds)
      return flight ? withTab(cookied, index, null) : cookied
    }
    case 'raced':
    case 'replayed':
    case 'unproven': {
      // The client reads its jar again and sends again, with a fresh proof, within the flight.
      if (!flight) return world
      const again = { ...flight, period: world.thief.used ? world.thief.periods : -1 }
      return world.left.sends > 0 ? send(withTab(world, index, again), flight.id) : withTab(world, index, null)
    }
    case 'refused':
    case 'ended':
    case 'busy':
      return flight ? withTab(world, index, null) : world
  }
}

function taking(world: World, answer: Answer, bounds: Bounds): World {
  const late = world.jar !== answer.presented
  if (late && !bounds.lateCookies) return world
  return {
    ...world,
    jar: answer.minted,
    jarSent: world.jar === answer.minted && world.jarSent,
    unflushed: world.jar === answer.minted ? world.unflushed : world.unflushed + 1,
    causes: late ? world.causes | cause.lateCookie : world.causes,
  }
}

function send(world: World, flight: number): World {
  const request = requestFor(world, flight)
  const next = { ...spend(world, 'sends'), jarSent: true, requests: [...world.requests, request] }
  return { ...next, count: world.count + 1 }
}

function requestFor(world: World, flight: number): Request {
  const stale = supersededFor(world, world.jar) !== null
  return { from: 'tab', flight, token: world.jar, rotate: true, send: world.count + 1, proof: 'valid', stale }
}

function replayed(requests: readonly Request[], send: number): readonly Request[] {
  if (!requests.some((request) => request.send === send)) return requests
  return requests.map((request) => (request.send === send ? { ...request, proof: 'replayed' } : request))
}

function withTab(world: World, index: number, flight: Flight | null): World {
  return { ...world, tabs: world.tabs.with(index, flight) }
}

function spend(world: World, what: keyof Budget): World {
  return { ...world, left: { ...world.left, [what]: world.left[what] - 1 } }
}

const tab = (index: number) => `tab ${'AB'[index]}`
const at = (clock: number) => (clock === 0 ? '' : ' by a clock 40 ms ahead')

/** A token as a trace names it: its generation, and its number within the generation. */
function tokenName(world: World, token: number): string {
  const { generation } = world.tokens[token]!
  const alike = world.tokens.slice(1, token).filter((other) => other.generation === generation).length
  return `T${generation}${'abcdefghijk'[alike]}`
}

function taken(world: World, answer: Answer): string {
  return answer.minted ? `the jar is ${tokenName(world, answer.minted)}` : answer.verdict
}

function outcome({ world, seen }: Served): string {
  if (!seen) return 'next, to be confirmed'
  if (seen.reused) return 'REUSED, the session ends'
  const newest = world.answers.at(-1)?.minted || world.thief.loot.at(-1)
  return seen.verdict === 'granted' && newest && seen.by !== 'page'
    ? `granted ${tokenName(world, newest)}`
    : seen.verdict
}
