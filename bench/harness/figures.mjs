export const median = (values) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]

export const whole = (number, width) => Math.round(number).toString().padStart(width)

export function figures({ perCpuSecond, perSecond, p50, p99, rss, refused, refusal }) {
  return (
    `${whole(perCpuSecond, 6)} per CPU second  ${whole(perSecond, 6)} per second  ` +
    `p50 ${p50.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms  ${whole(rss / 2 ** 20, 0)} MiB` +
    (refused ? `  refused ${refused} of its tokens: ${refusal}` : '')
  )
}

/** Says once more at the end how many tokens a server refused: its other figures come from fewer sessions then. */
export function reportRefusals(name, results) {
  const refused = results.reduce((sum, result) => sum + result.refused, 0)
  if (refused > 0) console.log(`${name} refused ${refused} of its tokens`)
}
