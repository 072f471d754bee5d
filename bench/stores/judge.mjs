import { figures, median, whole } from '../harness/figures.mjs'

const must = { ofFloor: 0.75, timesPeer: 3, p99OfPeer: 1 / 3 }
const aimedTimesPeer = 4
const peer = 'oidc-provider redis'

export const figuresOf = (name, connections, result) =>
  `${name.padEnd(24)} ${String(connections).padStart(2)} connections  ${figures(result)}`

/**
 * Prints what came of each aim.
 *
 * @param all a figure of each round: `all(kind, connections, figure)`
 * @returns how many were missed
 */
export function judge(stores, levels, all) {
  const of = (...figure) => median(all(...figure))
  /** Of the same round, because the machine may be another in the next. */
  const ratio = (kind, other, ...figure) => {
    const others = all(other, ...figure)
    return median(all(kind, ...figure).map((value, round) => value / others[round]))
  }
  let missed = 0
  const verdict = (isMet) => {
    if (!isMet) missed++
    return isMet ? 'met' : 'MISSED'
  }
  console.log('\nrefreshes per CPU second of the auth server; medians of the rounds, and of the ratios in each round')
  for (const connections of levels) {
    const figure = [connections, 'perCpuSecond']
    console.log(`${connections} connections: oidc-provider on Redis ${whole(of(peer, ...figure), 6)}`)
    for (const store of stores) {
      const [ours, floor] = [`sessionward ${store}`, `floor ${store}`]
      const [share, times] = [ratio(ours, floor, ...figure), ratio(ours, peer, ...figure)]
      console.log(
        `  ${store.padEnd(10)} ${whole(of(ours, ...figure), 6)}  floor ${whole(of(floor, ...figure), 6)}: ` +
          `${(100 * share).toFixed(1).padStart(5)} % of it (at least ${100 * must.ofFloor}: ${verdict(share >= must.ofFloor)})  ` +
          `${times.toFixed(2)} times oidc-provider (at least ${must.timesPeer}: ${verdict(times >= must.timesPeer)}; ` +
          `aim ${aimedTimesPeer}: ${times >= aimedTimesPeer ? 'met' : 'missed'})`,
      )
    }
  }
  const figure = [Math.max(...levels), 'p99']
  console.log(`p99 at ${figure[0]} connections: oidc-provider on Redis ${of(peer, ...figure).toFixed(1)} ms`)
  for (const store of stores) {
    const ours = `sessionward ${store}`
    const share = ratio(ours, peer, ...figure)
    const isMet = share <= must.p99OfPeer
    console.log(
      `  ${store.padEnd(10)} ${of(ours, ...figure).toFixed(1)} ms, ${(100 * share).toFixed(1)} % of it (at most a third: ${verdict(isMet)})`,
    )
  }
  console.log(missed === 0 ? 'all musts are met' : `${missed} musts are MISSED`)
  return missed
}
