import { createServer } from 'node:http'
import { protect } from '@sessionward/guard/node'

export function createApp(guard) {
  const orders = protect(guard, { scope: 'orders' }, (_request, response, { subject }) =>
    response.end(JSON.stringify({ of: subject })),
  )
  return createServer((request, response) =>
    request.url.split('?')[0] === '/orders' ? orders(request, response) : response.end(JSON.stringify({ apples: 3 })),
  )
}
