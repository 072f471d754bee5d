// @ts-check
import { relative } from 'node:path'
import { runOn } from './run-on.mjs'

/**
 * The end of every run: which services and browsers the tests ran on, what was skipped and what failed, then one line of
 * counts that any reader of logs can find. In CI a skip is a failure: what was skipped there has been seen by nobody.
 */
export class ClosingLines {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  async onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((m) => [...m.children.allTests()].map((test) => ({ id: idOf(m, test), test })))
    // A file that could not be loaded has no tests to fail: it counts as one.
    const broken = modules.filter(
      (m) => m.state() === 'failed' && [...m.children.allTests()].every((t) => !isFailed(t)),
    )
    const total = count(tests.map(({ test }) => test))
    const failed = total.failed + broken.length + unhandledErrors.length

    console.log(await table(tests, await servicesOf(modules)))
    for (const { id, test } of tests.filter(({ test }) => isSkipped(test))) console.log(`skipped: ${id}${noteOf(test)}`)
    if (process.env.CI && total.skipped > 0) {
      console.log('A skip fails in CI.')
      process.exitCode = 1
    }
    for (const m of broken) console.log(`failed: ${relative(process.cwd(), m.moduleId)}`)
    for (const { id } of tests.filter(({ test }) => isFailed(test))) console.log(`failed: ${id}`)
    console.log(`\n${total.passed} passed, ${failed} failed, ${total.skipped} skipped`)
  }
}

/** @typedef {import('vitest/node').TestCase} TestCase */

/** @param {import('vitest/node').TestModule} testModule @param {TestCase} test */
function idOf(testModule, test) {
  return `${relative(process.cwd(), testModule.moduleId)} > ${test.fullName}`
}

/**
 * The servers that test files asked for, as the desk of test/setup.ts tells.
 *
 * @param {readonly import('vitest/node').TestModule[]} modules
 * @returns {Promise<import('./services/desk.mjs').Answers>}
 */
async function servicesOf(modules) {
  const desk = modules.map((m) => m.project.getProvidedContext().services).find((url) => url !== undefined)
  if (desk === undefined) return {}
  const response = await fetch(desk)
  return /** @type {Promise<import('./services/desk.mjs').Answers>} */ (response.json())
}

/** @param {readonly { id: string, test: TestCase }[]} tests @param {import('./services/desk.mjs').Answers} services */
async function table(tests, services) {
  /** @type {string[][]} */
  const rows = []
  for (const { name, tests: pattern, where } of runOn) {
    const own = tests.filter(({ id }) => pattern.test(id))
    if (own.length === 0) continue
    const { passed, failed, skipped } = count(own.map(({ test }) => test))
    const ran = passed + failed > 0
    const from = (await where(services)) ?? (ran ? 'servers that the tests start themselves' : 'not here')
    rows.push([name, ran ? 'run' : 'skipped', `${passed} passed, ${failed} failed, ${skipped} skipped`, from])
  }
  if (rows.length === 0) return ''
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return `\nRun on\n${rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`).join('\n')}`
}

/** @param {readonly TestCase[]} tests */
function count(tests) {
  const skipped = tests.filter(isSkipped).length
  const failed = tests.filter(isFailed).length
  return { passed: tests.length - failed - skipped, failed, skipped }
}

/** @param {TestCase} test */
function isFailed(test) {
  // `pending`: the run ended before the test did.
  return ['failed', 'pending'].includes(test.result().state)
}

/** @param {TestCase} test */
function isSkipped(test) {
  return test.result().state === 'skipped'
}

/** @param {TestCase} test */
function noteOf(test) {
  const result = test.result()
  return result.state === 'skipped' && result.note ? ` (${result.note})` : ''
}
