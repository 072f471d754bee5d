import { createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createGuard } from '@sessionward/guard'

/** One framework with one guard, or none. */
export async function start({ framework, variant, jwk, issuer, audience }) {
  const { title, variants } = await import(`./frameworks/${framework}.mjs`)
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  const guard = createGuard({ issuer, audience, types: ['JWT'], keys: { keys: [jwk] } })
  const listen = await variants[variant]({ guard, pem, issuer, audience, jwksUri: await serveKeys(jwk) })
  const server = await listen('127.0.0.1')
  if (!server.listening) await once(server, 'listening')
  return { name: `${title}, ${variant}`, url: `http://127.0.0.1:${server.address().port}/orders` }
}

/** For those that take their keys from an address only. */
async function serveKeys(jwk) {
  const body = JSON.stringify({ keys: [jwk] })
  const server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(body))
  server.listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  return `http://127.0.0.1:${server.address().port}/`
}
