import { createServer } from 'node:http'
import { protect } from '@sessionward/guard/node'

export const title = 'node:http'

const answer = (_request, response) => {
  const body = JSON.stringify({ orders: [] })
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body)
}

const serve = (listener) => (host) => createServer(listener).listen(0, host)

export const variants = {
  unguarded: () => serve(async (request, response) => answer(request, response)),
  ours: ({ guard }) => serve(protect(guard, {}, answer)),
}
