// How long the disk takes to keep a page: what a commit waits for. A disk that has just taken many gigabytes is slower for
// minutes, and a rented one is slower whenever its allowance is spent.
import { execFileSync } from 'node:child_process'
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from './figures.mjs'

const page = Buffer.alloc(8192, 1)
const writes = 40
const pollInterval = 10_000

/** Milliseconds to write a page and have the disk keep it: the median of 40. */
export function syncTime(folder) {
  const file = join(folder, `sync-${process.pid}`)
  const descriptor = openSync(file, 'w')
  try {
    const times = Array.from({ length: writes }, () => {
      const began = performance.now()
      writeSync(descriptor, page)
      fdatasyncSync(descriptor)
      return performance.now() - began
    })
    return median(times)
  } finally {
    closeSync(descriptor)
    rmSync(file)
  }
}

/**
 * Waits until the disk has written what it was given and is at most half as slow again as it was: `calm` milliseconds.
 *
 * @param longest Milliseconds after which it gives up.
 * @returns the milliseconds that it takes then
 */
export async function calmDisk(folder, calm, longest) {
  execFileSync('sync')
  const deadline = performance.now() + longest
  for (;;) {
    const now = syncTime(folder)
    if (now <= calm * 1.5 || performance.now() > deadline) return now
    await sleep(pollInterval)
  }
}
