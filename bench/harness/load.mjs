// The load, on the other core: each connection refreshes sessions of its own, always with the token it got last.
import { Agent, request } from 'node:http'

/**
 * Runs for `seconds`; answers counts and latencies. Any answer but 200 with new tokens ends the bench. A server that `mayRefuse`
 * may answer 4xx too: that is counted, and the token is not sent again.
 *
 * Each of `connections` (default: one for each session) has its own share of the sessions, and takes any of them at random.
 */
export async function load({ url, contentType, body, tokens, mayRefuse }, seconds, connections = tokens.length) {
  const ends = performance.now() + seconds * 1000
  const share = Math.floor(tokens.length / connections)
  const latencies = []
  const refusals = []
  await Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const indexes = Array.from({ length: share }, (_, number) => connection * share + number)
      let usable = indexes.filter((index) => tokens[index] !== null)
      while (performance.now() < ends && usable.length > 0) {
        const index = usable[Math.floor(Math.random() * usable.length)]
        const began = performance.now()
        const { status, text } = await post(url, contentType, body.replace('{token}', tokens[index]), agent)
        const next = tokenIn(status, text)
        if (next) latencies.push(performance.now() - began)
        else if (mayRefuse && status >= 400 && status < 500) refusals.push(text.slice(0, 200))
        else throw new Error(`the server answered ${status}: ${text.slice(0, 200)}`)
        tokens[index] = next
        if (!next) usable = usable.filter((other) => other !== index)
      }
      agent.destroy()
    }),
  )
  if (latencies.length === 0) throw new Error(`the server refused every token: ${refusals[0]}`)
  latencies.sort((one, other) => one - other)
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))]
  return { requests: latencies.length, refused: refusals.length, refusal: refusals[0], p50: at(0.5), p99: at(0.99) }
}

/** The next refresh token; null where the answer does not have both tokens. */
function tokenIn(status, text) {
  const { access_token, refresh_token } = status === 200 ? JSON.parse(text) : {}
  return (access_token && refresh_token) || null
}

function post(url, contentType, body, agent) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode, text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
