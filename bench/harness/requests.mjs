// Load for servers whose answers all have the same length: each connection sends the next request when the last is answered.
import { connect } from 'node:net'

/**
 * Runs for `seconds`. Any answer but 200 ends the bench.
 *
 * @param nextToken returns what the next request carries in `Authorization`
 * @returns how many requests were answered
 */
export async function sendRequests(url, nextToken, seconds, connections) {
  const { hostname, port, pathname } = new URL(url)
  const ends = performance.now() + seconds * 1000
  const head = `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAccept: application/json\r\n`
  const next = () => `${head}Authorization: Bearer ${nextToken()}\r\n\r\n`
  keepAwake(ends)
  const counts = await Promise.all(
    Array.from({ length: connections }, () => useConnection(Number(port), hostname, next, ends)),
  )
  return counts.reduce((sum, one) => sum + one, 0)
}

function useConnection(port, host, next, ends) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => socket.write(next()))
    let received = ''
    let length = 0
    let answered = 0
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the server closed the connection')))
    socket.on('data', (text) => {
      received += text
      length ||= lengthOf(received)
      if (length === 0 || received.length < length) return
      if (!received.startsWith('HTTP/1.1 200')) return reject(new Error(`answered: ${received.slice(0, 300)}`))
      received = received.slice(length)
      answered++
      if (performance.now() < ends) return socket.write(next())
      socket.removeAllListeners('close')
      socket.destroy()
      resolve(answered)
    })
  })
}

/** Of the whole answer; 0 while its head is incomplete. */
function lengthOf(text) {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return 0
  const body = /^content-length: (\d+)/im.exec(text.slice(0, head))
  if (!body) throw new Error(`the answer has no Content-Length: ${text.slice(0, head)}`)
  return head + 4 + Number(body[1])
}

/**
 * Keeps this process awake until `ends`, in milliseconds of `performance.now()`. When a server answers a process that sleeps on
 * another core, the kernel wakes it, and counts that as CPU time of the server: on a virtual machine it is more than a guard takes.
 */
function keepAwake(ends) {
  if (performance.now() < ends) setImmediate(keepAwake, ends)
}
