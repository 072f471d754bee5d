// The load, on the other core: each connection refreshes sessions of its own, always with the token it got last.
import { Agent, request } from 'node:http'

/**
 * Runs for `seconds`; answers counts and latencies. Any answer but 200 with new tokens ends the bench.
 *
 * Each of `connections` (default: one for each session) has its own share of the sessions, and takes any of them at random.
 */
export async function load({ url, contentType, body, tokens }, seconds, connections = tokens.length) {
  const ends = performance.now() + seconds * 1000
  const share = Math.floor(tokens.length / connections)
  const latencies = []
  await Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      while (performance.now() < ends) {
        const index = connection * share + Math.floor(Math.random() * share)
        const began = performance.now()
        const answer = await post(url, contentType, body.replace('{token}', tokens[index]), agent)
        latencies.push(performance.now() - began)
        tokens[index] = answer.refresh_token
      }
      agent.destroy()
    }),
  )
  latencies.sort((one, other) => one - other)
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))]
  return { requests: latencies.length, p50: at(0.5), p99: at(0.99) }
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
      response.on('end', () => {
        const answer = response.statusCode === 200 ? JSON.parse(text) : {}
        if (answer.refresh_token && answer.access_token) resolve(answer)
        else reject(new Error(`the server answered ${response.statusCode}: ${answer.code ?? text.slice(0, 200)}`))
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
