// The rows of a run as a Markdown table, in the languages of the documents.
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, platform, totalmem } from 'node:os'
import { join } from 'node:path'
import { versions } from './peers.mjs'
import { words } from './words.mjs'

const failures = ['500', 'network error', 'never']
/** Where the session was good all the time, so that a sign-out is wrong. */
const harmless = ['burst', 'tabs', 'lateRefusal', ...failures, 'otherUser']
const markers = ['<!-- bench: client -->', '<!-- bench: end -->']

export function tableOf({ rows, axios, chromium }, language) {
  const say = words[language]
  const libraries = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const machine = { cores: cpus().length, gigabytes: Math.round(totalmem() / 2 ** 30), system: platform() }
  const date = new Date().toISOString().slice(0, 10)
  return [
    `| ${say.columns.join(' | ')} |`,
    `|${say.columns.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| ${cellsOf(row, say).join(' | ')} |`),
    '',
    say.measured({ date, chromium, node: process.versions.node, ...machine }),
    '',
    say.versions(libraries, kilobytes(axios)),
  ].join('\n')
}

/** Replaces the text between the markers of the documents. */
export function writeTables(figures) {
  for (const [file, language] of [
    ['client.md', 'en'],
    ['client.zh-CN.md', 'zh'],
  ]) {
    const path = join(import.meta.dirname, '../../docs', file)
    const [before, rest] = readFileSync(path, 'utf8').split(`${markers[0]}\n`)
    const after = rest?.split(markers[1])[1]
    if (after === undefined) throw new Error(`docs/${file} has no markers for the table`)
    writeFileSync(path, `${before}${markers[0]}\n\n${tableOf(figures, language)}\n\n${markers[1]}${after}`)
  }
}

/** What our documents promise, and this run could refute. */
export function keepsItsPromises({ outcomes }) {
  const { burst, tabs, lateRefusal, loop, otherUser, otherUserLate } = outcomes
  const all = Object.values(outcomes).flat()
  return (
    [...burst, ...tabs, ...lateRefusal].every(({ refreshes }) => refreshes === 1) &&
    least(burst, 'answered') === 30 &&
    least(tabs, 'answered') === 40 &&
    largest(loop, 'refreshes') <= 3 &&
    largest([...otherUser, ...otherUserLate], 'sentAsSomebodyElse') === 0 &&
    all.every(({ pending = 0, isSignedOut }) => pending === 0 && !isSignedOut)
  )
}

function cellsOf({ peer, size, worker, outcomes }, say) {
  const { burst, tabs, lateRefusal, loop, otherUser, otherUserLate } = outcomes
  const signedOut = harmless.filter((name) => outcomes[name]?.some(({ isSignedOut }) => isSignedOut))
  const reachedPage = largest(lateRefusal, 'refreshes') === 0 ? ' †' : ''
  return [
    say.names[peer.file] ?? peer.name,
    `${least(burst, 'answered')} · ${largest(burst, 'refreshes')}`,
    tabs ? `${least(tabs, 'answered')} · ${largest(tabs, 'refreshes')}` : '–',
    `${largest(lateRefusal, 'refreshes')}${reachedPage}`,
    `${largest(loop, 'refreshes')}${largest(loop, 'pending') > 0 ? ' ‡' : ''}`,
    failures.map((name) => largest(outcomes[name], 'pending')).join(' · '),
    signedOut.map((name) => say.scenarios[name]).join(say.comma) || say.no,
    otherUser ? [otherUser, otherUserLate].map((them) => largest(them, 'sentAsSomebodyElse')).join(' · ') : '–',
    `${kilobytes(size)} kB${peer.axios ? ' + axios' : ''}${worker ? ` + ${kilobytes(worker)} kB` : ''}`,
  ]
}

const least = (outcomes, figure) => Math.min(...outcomes.map((outcome) => outcome[figure]))
const largest = (outcomes, figure) => Math.max(...outcomes.map((outcome) => outcome[figure]))
const kilobytes = (bytes) => (bytes / 1000).toFixed(1)
