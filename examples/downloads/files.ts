import { bearer, cookie, downloadCookie, type Guard } from '@sessionward/guard'
import { protect } from '@sessionward/guard/express'
import { Router, static as serveStatic } from 'express'

/** Files for signed-in people: `app.use('/files', files(guard, 'reports'))`. */
export function files(guard: Guard, folder: string): Router {
  const router = Router()
  // A page asks for the cookie with its token. The cookie goes to the files and nowhere else, for a minute.
  router.post('/access', protect(guard), (req, res) => {
    res.setHeader('Set-Cookie', downloadCookie(req.headers, { path: req.baseUrl }))
    res.status(204).end()
  })
  router.use(protect(guard, { tokens: [bearer(), cookie('download_token')] }))
  router.use(serveStatic(folder, { setHeaders: (res) => void res.setHeader('Cache-Control', 'private, no-store') }))
  return router
}
