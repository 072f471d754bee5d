// npm run bench -- live
//
// What a browser with `live: true` costs the auth server while it waits: the resident memory of the server's process with
// 5,000 event streams open, each of a session of its own, less that with none, after two heartbeats have gone to each. Or the
// memory that its objects use, where that grew more: a process may have had room to spare. The browsers are sockets in this
// process; sessions are in the memory of the server, and there before the first measurement.
//
// BENCH_STREAMS
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'

const streams = Number(process.env.BENCH_STREAMS ?? 5000)
/** Opened and closed before the first measurement, so that code and caches which many share are there. */
const warmUp = 100
/** Kilobytes for each stream. */
const aim = 10

const child = fork(new URL('serve.mjs', import.meta.url), [String(warmUp + streams)], { execArgv: ['--expose-gc'] })
const said = async () => (await once(child, 'message'))[0]
const ask = async (message = {}) => {
  child.send(message)
  return said()
}
const { port, sessions } = await said()

const warmUpStreams = await openAll(sessions.splice(0, warmUp))
for (const { socket } of warmUpStreams) socket.destroy()
await pause(2)
const before = await ask()
const opened = await openAll(sessions)
while (opened.some(({ heard }) => heard() < 3)) await pause(1)
const after = await ask()

const last = opened.at(-1)
const began = performance.now()
const next = last.next()
child.send({ end: sessions.at(-1).sid })
const event = await next
const took = performance.now() - began

const kilobytes = (what) => (after[what] - before[what]) / streams / 1000
const each = Math.max(kilobytes('rss'), kilobytes('heapUsed'))
console.log(
  `${after.open} streams: ${megabytes(before)} before, ${megabytes(after)} with them; each ` +
    `${kilobytes('rss').toFixed(1)} kB of resident memory, ${kilobytes('heapUsed').toFixed(1)} kB of objects`,
)
console.log(`one of them received the end after ${took.toFixed(0)} ms`)
console.log(`aim: at most ${aim} kB`)
if (each > aim || after.open !== streams || !event.includes('session_revoked')) process.exitCode = 1
for (const { socket } of opened) socket.destroy()
child.disconnect()

async function openAll(sessions) {
  const opened = []
  // A browser opens one when it pleases, not thousands at once.
  for (let from = 0; from < sessions.length; from += 50) {
    opened.push(...(await Promise.all(sessions.slice(from, from + 50).map(openStream))))
  }
  return opened
}

/** What a browser sends, with headers as long as Chromium's. */
async function openStream({ accessToken }) {
  const socket = connect(port, '127.0.0.1')
  socket.setEncoding('utf8')
  let heard = 0
  socket.on('data', (text) => {
    heard += text.split('data: ').length - 1
  })
  socket.write(
    [
      'GET /auth/session/events HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      'Connection: keep-alive',
      'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
      'Accept: text/event-stream',
      'Accept-Language: en-GB,en;q=0.9,zh-CN;q=0.8',
      'Accept-Encoding: gzip, deflate, br, zstd',
      `Authorization: Bearer ${accessToken}`,
      'Sec-Fetch-Site: same-origin',
      'Sec-Fetch-Mode: cors',
      'Sec-Fetch-Dest: empty',
      '\r\n',
    ].join('\r\n'),
  )
  const next = async () => (await once(socket, 'data'))[0]
  while (heard === 0) await next()
  return { socket, heard: () => heard, next }
}

function megabytes({ rss }) {
  return `${(rss / 1e6).toFixed(0)} MB`
}

function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}
