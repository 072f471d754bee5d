import type { RequestListener } from 'node:http'

/** Answers every path with an empty page that loads nothing: the origin of an application that does not exist yet. */
export const blankPage: RequestListener = (_, response) => {
  response
    .writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' })
    .end('<!doctype html><html lang="en"><title>Blank page</title><link rel="icon" href="data:,"></html>')
}
