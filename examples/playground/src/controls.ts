import type { IncomingMessage, RequestListener } from 'node:http'

type Control = (input: Readonly<Record<string, unknown>>) => unknown

/** Serves the playground's controls under /playground in front of a server. Only the playground's page may use them. */
export function withControls(
  page: string,
  controls: Readonly<Record<string, Control>>,
  listener: RequestListener,
): RequestListener {
  return (request, response) => {
    const control = controls[request.url?.replace('/playground/', '') ?? '']
    if (!request.url?.startsWith('/playground/') || !control) return listener(request, response)
    if (request.headers.origin !== page) return void response.writeHead(403).end()
    response.setHeader('Access-Control-Allow-Origin', page)
    response.setHeader('Access-Control-Allow-Headers', 'Content-Type')
    response.setHeader('Access-Control-Max-Age', '600')
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    readJson(request).then(
      (input) => {
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(control(input) ?? {}))
      },
      () => response.writeHead(400).end(),
    )
  }
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > 4096) throw new RangeError('the input of a control must be at most 4 kB')
    parts.push(part)
  }
  return JSON.parse(Buffer.concat(parts).toString() || '{}') as Record<string, unknown>
}
