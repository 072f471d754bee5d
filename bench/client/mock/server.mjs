// The page, its backend and its auth server, on one loopback origin.
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { dialects } from './dialects.mjs'
import { Sessions } from './sessions.mjs'
import { workerScript } from './worker.mjs'

const page = `<!doctype html><meta charset="utf-8"><title>bench</title><link rel="icon" href="data:,">
<script src="/peer.js"></script><script>window.client = peer.connect()</script>`

/** @param {string} script what the page runs: a peer, as `peer` */
export async function startMockServer(script) {
  const sessions = new Sessions()
  const state = {
    sessions,
    /** Refresh calls that arrived. */
    refreshes: 0,
    /** Requests that ran as somebody else than the page said. */
    sentAsSomebodyElse: 0,
    /** What a refresh does: `works`, `500`, `network error` or `never`. */
    refresh: 'works',
    /** Milliseconds. */
    refreshLatency: 80,
    /** Refuses fresh tokens too. */
    refusesAll: false,
  }
  const server = createServer((request, response) => {
    answer(request, response, state, script).catch((error) => response.writeHead(500).end(String(error)))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(state, {
    origin: `http://localhost:${server.address().port}`,
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  })
}

async function answer(request, response, state, script) {
  const url = new URL(request.url, `http://${request.headers.host}`)
  if (url.pathname === '/') return response.writeHead(200, { 'Content-Type': 'text/html' }).end(page)
  if (url.pathname === '/peer.js') return response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(script)
  const scriptBeside = workerScript(url)
  if (scriptBeside) return response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(scriptBeside)
  if (url.pathname === '/oauth/authorize') return authorize(response, url.searchParams)
  if (url.pathname === '/data') return data(request, response, url.searchParams, state)
  const call = dialects(url, await bodyOf(request))
  if (!call) return json(response, 404, {})
  if (call.signIn) return json(response, 200, call.tokens(state.sessions.start(call.signIn)))
  return refresh(response, call, state)
}

/** Signs in the person that the page names, without a password. */
function authorize(response, query) {
  const back = new URL(query.get('redirect_uri'))
  back.search = String(new URLSearchParams({ code: query.get('name'), state: query.get('state') }))
  return response.writeHead(302, { Location: back.href }).end()
}

async function refresh(response, call, state) {
  state.refreshes++
  const outcome = state.refresh
  await sleep(state.refreshLatency)
  if (outcome === '500') return json(response, 500, { error: 'server_error' })
  if (outcome === 'network error') return response.destroy()
  if (outcome === 'never') return
  const tokens = state.sessions.rotate(call.refreshToken)
  return tokens ? json(response, 200, call.tokens(tokens)) : json(response, call.refusal, { error: 'invalid_grant' })
}

/** The token is judged when the request arrives; a refusal too comes only after the delay. */
async function data(request, response, query, state) {
  const token = request.headers.authorization?.replace(/^Bearer /, '')
  const subject = state.refusesAll ? undefined : state.sessions.subjectOf(token)
  if (subject !== undefined && subject !== query.get('as')) state.sentAsSomebodyElse++
  await sleep(Number(query.get('delay')))
  return subject === undefined ? json(response, 401, { error: 'invalid_token' }) : json(response, 200, { subject })
}

async function bodyOf(request) {
  let text = ''
  for await (const chunk of request) text += chunk
  if (text === '') return {}
  const isForm = request.headers['content-type']?.includes('urlencoded')
  return isForm ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text)
}

function json(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
  response.end(JSON.stringify(body))
}
