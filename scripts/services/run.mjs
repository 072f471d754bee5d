// @ts-check
import { isServiceName, services, startOwnService } from './start.mjs'

/**
 * `node scripts/services/run.mjs postgres redis` starts servers as the tests do, prints their URLs as lines for a shell, and
 * keeps them until Ctrl+C.
 */
const names = process.argv.slice(2)
if (names.length === 0 || !names.every(isServiceName)) {
  console.error(`Say which: ${Object.keys(services).join(' ')}`)
  process.exitCode = 2
} else {
  const started = await Promise.all(names.map(start))
  if (started.includes(undefined)) process.exitCode = 1
  if (started.some(Boolean)) keep(started)
}

/** @param {readonly (Awaited<ReturnType<typeof start>>)[]} started */
function keep(started) {
  console.error('Ctrl+C ends them.')
  const open = setInterval(() => {}, 60_000)
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, async () => {
      clearInterval(open)
      await Promise.all(started.map((one) => one?.stop()))
    })
  }
}

/** @param {import('./start.mjs').ServiceName} name */
async function start(name) {
  const { title, variable } = services[name]
  const answer = await startOwnService(name)
  if (answer.missing !== undefined) {
    console.error(`${title}: ${answer.missing}`)
    return undefined
  }
  console.log(
    `export ${variable}='${answer.url}'  # ${title} ${answer.version}, ${answer.from}, in ${answer.own.folder}`,
  )
  return answer
}
