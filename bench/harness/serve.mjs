// One server under test, in a process of its own on one core. Tells its parent where it is and what CPU time it has used.
const [, , module, options] = process.argv
const { start } = await import(module)
const { body, ...server } = await start(JSON.parse(options))
process.send({ ...server, body: body?.('{token}') })
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send({ cpuSeconds: (user + system) / 1e6, rss: process.memoryUsage().rss })
})
process.on('disconnect', () => process.exit())
